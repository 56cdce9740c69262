/**
 * What real Kafka 4.2.1 says of settings, recorded: its tables and the verdicts of its validators on many values, files read by
 * java.util.Properties and by KafkaConfig, and two conversations with a broker, step by step.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

export function golden<T>(name: string): T {
  const url = new URL(`../golden/configs/${name}.json.gz`, import.meta.url)
  return JSON.parse(gunzipSync(readFileSync(url)).toString('utf8'))
}

/** def, name, type, default, valid values in words, importance, internal, dynamic mode. */
export type TableRow = readonly [string, string, string, string | null, string | null, string, boolean, string | null]

export interface Probe {
  readonly def: string
  readonly name: string
  /** By value: a list with the canonical text, or the error. */
  readonly values: Readonly<Record<string, readonly [string] | string>>
}
