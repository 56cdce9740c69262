/**
 * Records as JSON, one object a line, for kt --json:
 *
 *     {"topic":"orders","partition":0,"offset":17,"timestamp":"2026-01-31T12:00:00.123Z","timestampMs":1769860800123,
 *      "key":"k","value":"v","headers":[["h","1"]]}
 *
 * Text is text; null is null, which is not the empty text; bytes that are no UTF-8 are {"base64":"..."}; a record without a
 * timestamp has null for both. Headers are pairs in their order. What a deserializer reads is the text that it gives.
 */
import { isUtf8 } from 'node:buffer'
import type { Out } from '../cli/out'
import type { Record } from '../client/consumer'
import { type Deserializer, deserializerOf, type Part } from './console-consumer-deserializers'
import type { Formatter } from './console-consumer-formatter'

type Text = string | null | { readonly base64: string }

/** Throws what the deserializers throw. */
export function jsonFormatter(properties: ReadonlyMap<string, string>, out: Pick<Out, 'line' | 'error'>): Formatter {
  const reader = (name: Part): Deserializer | undefined => {
    const className = properties.get(`${name}.deserializer`)
    const found = className === undefined ? undefined : deserializerOf(className, name, properties)
    if (className !== undefined && !found) out.error(`there is no deserializer ${className}; ${name} is shown as it is`)
    return found
  }
  const [key, value, headers] = [reader('key'), reader('value'), reader('headers')]
  return {
    write(record, { topic, partition }) {
      const { offset, timestamp } = record
      const time =
        timestamp < 0 ? { timestamp: null, timestampMs: null } : { timestamp: isoTime(timestamp), timestampMs: timestamp }
      const row = {
        topic,
        partition,
        offset,
        ...time,
        key: textOf(record.key, key),
        value: textOf(record.value, value),
        headers: headersOf(record, headers),
      }
      out.line(JSON.stringify(row))
    },
  }
}

function textOf(bytes: Buffer | null, deserializer: Deserializer | undefined): Text {
  if (bytes === null) return null
  if (deserializer) return deserializer(bytes)
  return isUtf8(bytes) ? bytes.toString('utf8') : { base64: bytes.toString('base64') }
}

const headersOf = ({ headers }: Record, deserializer: Deserializer | undefined): [string, Text][] =>
  headers.map(({ key, value }) => [key, textOf(value, deserializer)])

/** UTC; null beyond what a date can be. */
function isoTime(ms: number): string | null {
  return ms <= 8_640_000_000_000_000 ? new Date(ms).toISOString() : null
}
