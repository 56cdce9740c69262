/** Requests about a thousand partitions, or all topics: each gives the first error that it is answered, 0 for none. */
import { DeleteRecords } from '../../src/protocol/apis/delete-records'
import { DeleteTopics } from '../../src/protocol/apis/delete-topics'
import { DescribeLogDirs } from '../../src/protocol/apis/describe-log-dirs'
import { Fetch } from '../../src/protocol/apis/fetch'
import { ListOffsets } from '../../src/protocol/apis/list-offsets'
import { Metadata } from '../../src/protocol/apis/metadata'
import { Produce } from '../../src/protocol/apis/produce'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import type { Lean } from './lean'

type Ask = (one: Lean) => Promise<number>

const firstError = (codes: readonly number[]): number => codes.find((code) => code !== 0) ?? 0

/** In the order in which they are to be asked: what the first writes, others read. `names`: topics of one partition. */
export function coldRequests(names: readonly string[]): readonly (readonly [string, Ask])[] {
  const count = names.length.toLocaleString('en')
  const builder = new BatchBuilder()
  builder.append({ timestamp: Date.now(), key: null, value: Buffer.alloc(100), headers: [] })
  const records = Buffer.from(builder.build({}))
  const produce: Ask = async (one) => {
    const topicData = names.map((name) => ({ name, partitionData: [{ index: 0, records }] }))
    const { responses } = await one.call(Produce, 7, { acks: 1, timeoutMs: 30_000, topicData } as never)
    return firstError(responses.map(({ partitionResponses }) => partitionResponses[0]?.errorCode ?? -1))
  }
  const listOffsets =
    (timestamp: number): Ask =>
    async (one) => {
      const partitions = [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp }]
      const topics = names.map((name) => ({ name, partitions }))
      const reply = await one.call(ListOffsets, 5, { replicaId: -1, isolationLevel: 0, topics } as never)
      return firstError(reply.topics.map(({ partitions: [found] }) => found?.errorCode ?? -1))
    }
  const fetch: Ask = async (one) => {
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 20 }]
    const topics = names.map((topic) => ({ topic, partitions }))
    const reply = await one.call(Fetch, 11, { maxWaitMs: 500, minBytes: 1, topics, forgottenTopicsData: [] } as never)
    return firstError(reply.responses.map(({ partitions: [found] }) => found?.errorCode ?? -1))
  }
  const deleteRecords: Ask = async (one) => {
    const topics = names.map((name) => ({ name, partitions: [{ partitionIndex: 0, offset: 1 }] }))
    const reply = await one.call(DeleteRecords, 1, { topics, timeoutMs: 60_000 })
    return firstError(reply.topics.map(({ partitions: [found] }) => found?.errorCode ?? -1))
  }
  const metadata: Ask = async (one) => {
    const { topics } = await one.call(Metadata, 5, { topics: null, allowAutoTopicCreation: false })
    return firstError(topics.map(({ errorCode }) => errorCode))
  }
  const describeLogDirs: Ask = async (one) => (await one.call(DescribeLogDirs, 1, { topics: null })).results[0]?.errorCode ?? -1
  const deleteTopics: Ask = async (one) => {
    const { responses } = await one.call(DeleteTopics, 4, { topicNames: [...names], timeoutMs: 60_000 } as never)
    return firstError(responses.map(({ errorCode }) => errorCode))
  }
  return [
    [`Produce to ${count} partitions`, produce],
    [`ListOffsets by time of ${count} partitions`, listOffsets(0)],
    [`ListOffsets of ${count} partitions' ends`, listOffsets(-1)],
    [`Fetch from ${count} partitions`, fetch],
    [`DeleteRecords of ${count} partitions`, deleteRecords],
    ['Metadata of all topics', metadata],
    ['DescribeLogDirs of all partitions', describeLogDirs],
    [`DeleteTopics of ${count}`, deleteTopics],
  ]
}
