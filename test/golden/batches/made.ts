/**
 * Batches that kt makes. Those in made.json.gz were read by Kafka 4.2.1's MemoryRecords (`digest`: SHA-1 of its records, see
 * digestOf), so as long as the same bytes are made, Java reads them; whoever changes the bytes asks Java again.
 */
import { createHash } from 'node:crypto'
import { BatchBuilder } from '../../../src/protocol/batch-builder'
import type { Record as KafkaRecord } from '../../../src/protocol/batch-reader'
import { readArchive } from '../archive'

export const makers = {
  one: () => {
    const builder = new BatchBuilder()
    builder.append({ timestamp: 1700000000000, key: Buffer.from('key'), value: Buffer.from('value') })
    return builder
  },
  odd: () => {
    const builder = new BatchBuilder()
    const headers = [
      { key: 'h', value: null },
      { key: '日本', value: Buffer.from('x') },
      { key: '', value: Buffer.alloc(0) },
    ]
    builder.append({ timestamp: 1700000000000, key: Buffer.from('k0'), value: null, headers })
    builder.append({ timestamp: 1699999999990, key: null, value: Buffer.alloc(0) })
    builder.append({ timestamp: 1800000000000 })
    return builder
  },
  /** Over several blocks of snappy and lz4. */
  many: () => {
    const builder = new BatchBuilder()
    for (let i = 0; i < 200; i++) {
      const value = JSON.stringify({ id: i, note: 'n'.repeat(i * 3), user: `user${(i * 7919) % 1000}` })
      builder.append({ timestamp: 1700000000000 + i, key: Buffer.from(`key-${i}`), value: Buffer.from(value.repeat(2)) })
    }
    return builder
  },
}
export const madeOptions = { producerId: 7, producerEpoch: 1, baseSequence: 2147483647 }

export interface Made {
  readonly name: keyof typeof makers
  readonly codec: number
  readonly hex: string
  readonly digest: string
}
export const madeBatches = () => readArchive('batches/made.json.gz') as Made[]

const hexOf = (bytes: Buffer | null) => bytes?.toString('hex') ?? 'null'
/** One line for each record: offset, timestamp, sequence, key, value, name=value of each header. */
export function digestOf(records: Iterable<KafkaRecord>): string {
  const hash = createHash('sha1')
  for (const { offset, timestamp, sequence, key, value, headers } of records) {
    const tail = headers.map((header) => `,${header.key}=${hexOf(header.value)}`).join('')
    hash.update(`${offset},${timestamp},${sequence},${hexOf(key)},${hexOf(value)}${tail}\n`)
  }
  return hash.digest('hex')
}
