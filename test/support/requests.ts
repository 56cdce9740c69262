/** Requests that many tests make: short where nothing but the name matters. */

import { CreateTopics } from '../../src/protocol/apis/create-topics'
import { DeleteTopics } from '../../src/protocol/apis/delete-topics'
import { Fetch } from '../../src/protocol/apis/fetch'
import { Produce } from '../../src/protocol/apis/produce'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { readRecords } from '../../src/protocol/batch-reader'
import type { Call } from '../../src/protocol/call'
import { ZERO_UUID } from '../../src/protocol/types'
import { START } from './engine'

/** One topic of CreateTopics: everything by default but what `more` says. */
export const topicOf = (name: string, more: object = {}) => ({
  name,
  numPartitions: -1,
  replicationFactor: -1,
  assignments: [] as { partitionIndex: number; brokerIds: number[] }[],
  configs: [] as { name: string; value: string | null }[],
  ...more,
})

/** Creates topics that must come into being; gives their ids. */
export async function create(call: Call, ...topics: (string | ReturnType<typeof topicOf>)[]): Promise<string[]> {
  const wanted = topics.map((topic) => (typeof topic === 'string' ? topicOf(topic) : topic))
  const reply = await call(CreateTopics, { topics: wanted })
  return reply.topics.map(({ name, topicId, errorCode, errorMessage }) => {
    if (errorCode !== 0) throw new Error(`${name}: ${errorCode} ${errorMessage}`)
    return topicId
  })
}

/** Deletes topics by name, or by name and id as they are given. */
export async function remove(call: Call, ...topics: (string | { name: string | null; topicId?: string | undefined })[]) {
  const wanted = topics.map((topic) => ({ topicId: ZERO_UUID, ...(typeof topic === 'string' ? { name: topic } : topic) }))
  return (
    await call(DeleteTopics, { topics: wanted.map((one) => ({ ...one, topicId: one.topicId ?? ZERO_UUID })), timeoutMs: 1000 })
  ).responses
}

/** Records of these values, all with the key 'k'. */
export function batchOf(values: readonly string[], timestamp = START, producer: object = {}): Buffer {
  const builder = new BatchBuilder()
  for (const value of values) builder.append({ timestamp, key: Buffer.from('k'), value: Buffer.from(value), headers: [] })
  return builder.build(producer)
}

/** Appends one batch of these values to partition 0 and gives the partition's answer. */
export async function send(call: Call, topic: string, values: readonly string[], timestamp = START, producer: object = {}) {
  const topicData = [{ name: topic, partitionData: [{ index: 0, records: batchOf(values, timestamp, producer) }] }]
  const reply = await call(Produce, { acks: -1, timeoutMs: 1000, topicData }, 9)
  const answer = reply.responses[0]?.partitionResponses[0]
  if (!answer) throw new Error('no answer for the partition')
  return answer
}

/** What a fetch of partition 0 from `fetchOffset` on gives at once. */
export async function take(call: Call, topic: string, fetchOffset: number, maxWaitMs = 0) {
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }]
  const reply = await call(Fetch, { maxWaitMs, minBytes: 1, topics: [{ topic, partitions }], forgottenTopicsData: [] }, 11)
  const answer = reply.responses[0]?.partitions[0]
  const bytes = Buffer.from(answer?.records ?? [])
  const values = bytes.length === 0 ? [] : [...readRecords(bytes, 0)].map(({ value }) => String(value))
  return { errorCode: answer?.errorCode, logStartOffset: answer?.logStartOffset, highWatermark: answer?.highWatermark, values }
}
