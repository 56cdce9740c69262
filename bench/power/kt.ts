/** What the cutting of power takes from kt: requests, and batches of every codec. */
import { batchSize } from '../../src/protocol/batch'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { readRecords } from '../../src/protocol/batch-reader'

export { CreateTopics } from '../../src/protocol/apis/create-topics'
export { DeleteTopics } from '../../src/protocol/apis/delete-topics'
export { Fetch } from '../../src/protocol/apis/fetch'
export { ListOffsets } from '../../src/protocol/apis/list-offsets'
export { Metadata } from '../../src/protocol/apis/metadata'
export { Produce } from '../../src/protocol/apis/produce'
export { connectTo, OffsetCommit, OffsetFetch } from '../kill9/kt'

export function batchOf(records: readonly { readonly key: string | null; readonly value: string }[], codec: number): Buffer {
  const builder = new BatchBuilder()
  for (const { key, value } of records) {
    builder.append({ timestamp: Date.now(), key: key === null ? null : Buffer.from(key), value: Buffer.from(value) })
  }
  return builder.build({ codec })
}
/** All records of whole batches. */
export function recordsIn(records: Buffer | null | undefined): { offset: number; key: string; value: string }[] {
  const bytes = Buffer.from(records ?? [])
  const found: { offset: number; key: string; value: string }[] = []
  for (let at = 0; at < bytes.length; at += batchSize(bytes, at)) {
    for (const { offset, key, value } of readRecords(bytes, at)) found.push({ offset, key: String(key), value: String(value) })
  }
  return found
}
