/** kafka-console-consumer.sh over internal topics that Apache Kafka filled: every formatter, record by record, as Kafka's prints it. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { formatterOf } from '../../src/commands/console-consumer-formatter'

interface Row {
  readonly topic: string
  readonly key: string
  readonly value: string | null
  readonly offset: number
  readonly printed: Readonly<Record<string, string>>
}
const all: readonly Row[] = gunzipSync(readFileSync('test/golden/records/formatters.jsonl.gz'))
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))

/** A record of shares, misread as one of transactions, gives times that are no numbers of JavaScript's. */
const rowsFor = (name: string) => all.filter(({ topic }) => !(name.startsWith('Transaction') && topic === '__share_group_state'))

/** What Java has no words for, or others, is left out of an error. */
const judged = (text: string) => (text.startsWith('!') ? text.replace(/(buffer due to: ).*/s, '$1') : text)

test.each([
  'OffsetsMessageFormatter',
  'GroupMetadataMessageFormatter',
  'ShareGroupMessageFormatter',
  'TransactionLogMessageFormatter',
  'group.share.ShareGroupStateMessageFormatter',
])('%s prints each record as in Kafka, and fails where that fails', async (name) => {
  const rows = rowsFor(name)
  let text = ''
  const write = (part: string | Buffer) => {
    text += part
  }
  const out = { write, error: () => {} }
  const paper = { out, jsonEnd: '', showsInfo: false, now: () => 0 }
  const formatter = await formatterOf(`org.apache.kafka.tools.consumer.${name}`, new Map(), paper)
  const seen = rows.map(({ topic, key, value, offset }) => {
    text = ''
    const bytes = value === null ? null : Buffer.from(value, 'base64')
    const record = { offset, sequence: -1, timestamp: 0, key: Buffer.from(key, 'base64'), value: bytes, headers: [] }
    try {
      formatter.write(record, { topic, partition: 0, timestampType: 'CreateTime' })
    } catch (error) {
      text = `!${(error as Error).message}`
    }
    return judged(text)
  })
  expect(seen).toEqual(rows.map(({ printed }) => judged(printed[name] ?? '')))
  expect(seen.filter((each) => each.startsWith('{')).length).toBeGreaterThan(9)
})
