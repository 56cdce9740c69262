/** One Produce request as bytes, made with kt's own codec: the bench sends it again and again. */
import { Produce } from '../../src/protocol/apis/produce'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { encodeRequest } from '../../src/protocol/frames'

const VERSION = 9
const RECORD_BYTES = 1024

/** The frame of one batch of about `batchBytes` bytes of 1 KiB records for a partition, acks=all, and how many bytes of values it has. */
export function produceFrame(topic: string, index: number, batchBytes: number): { frame: Buffer; valueBytes: number } {
  const builder = new BatchBuilder(batchBytes + 256)
  const value = Buffer.alloc(RECORD_BYTES, 'kt ')
  const count = Math.max(1, Math.floor(batchBytes / RECORD_BYTES))
  const now = Date.now()
  for (let i = 0; i < count; i++) builder.append({ timestamp: now, key: null, value, headers: [] })
  const topicData = [{ name: topic, partitionData: [{ index, records: builder.build() }] }]
  const frame = encodeRequest(Produce, VERSION, 1, 'bench', { acks: -1, timeoutMs: 30_000, topicData })
  return { frame: Buffer.concat(frame), valueBytes: count * RECORD_BYTES }
}
