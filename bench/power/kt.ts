/** What the cutting of power takes from kt: requests, and batches of every codec. */
import { batchSize } from '../../src/protocol/batch'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { readRecords } from '../../src/protocol/batch-reader'

export { CreateTopics } from '../../src/protocol/apis/create-topics'
export { Fetch } from '../../src/protocol/apis/fetch'
export { Produce } from '../../src/protocol/apis/produce'
export { connectTo, OffsetCommit, OffsetFetch } from '../kill9/kt'

export function batchOf(values: readonly string[], codec: number): Buffer {
  const builder = new BatchBuilder()
  for (const value of values) builder.append({ timestamp: Date.now(), key: null, value: Buffer.from(value) })
  return builder.build({ codec })
}
/** Offsets and values of all records in whole batches. */
export function valuesIn(records: Buffer | null | undefined): [offset: number, value: string][] {
  const bytes = Buffer.from(records ?? [])
  const found: [number, string][] = []
  for (let at = 0; at < bytes.length; at += batchSize(bytes, at)) {
    for (const { offset, value } of readRecords(bytes, at)) found.push([offset, String(value)])
  }
  return found
}
