/** Everything that an engine shows of itself through its door. Two views of the same state are deeply equal. */
import { DescribeConfigs } from '../../src/protocol/apis/describe-configs'
import { DescribeProducers } from '../../src/protocol/apis/describe-producers'
import { Fetch } from '../../src/protocol/apis/fetch'
import { ListOffsets } from '../../src/protocol/apis/list-offsets'
import { Metadata } from '../../src/protocol/apis/metadata'
import { OffsetFetch } from '../../src/protocol/apis/offset-fetch'
import {
  baseOffset,
  baseSequence,
  batchSize,
  checkCrc,
  isControl,
  isTransactional,
  lastOffset,
  producerEpoch,
  producerId,
} from '../../src/protocol/batch'
import { type Record, readRecords } from '../../src/protocol/batch-reader'
import type { Call } from '../../src/protocol/call'
import { readMarker } from '../../src/storage/marker'

export interface BatchView {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly transactional: boolean
  /** Of a marker: whether it commits. */
  readonly commit: boolean | undefined
  readonly records: readonly Record[]
}
export interface ProducerView {
  readonly producerId: number
  readonly producerEpoch: number
  readonly lastSequence: number
  readonly currentTxnStartOffset: number
}
export interface PartitionView {
  readonly start: number
  readonly end: number
  readonly stable: number
  readonly aborted: readonly { readonly producerId: number; readonly firstOffset: number }[]
  readonly batches: readonly BatchView[]
  readonly producers: readonly ProducerView[]
}
export interface TopicView {
  readonly id: string
  readonly configs: ReadonlyMap<string, string | null>
  readonly partitions: readonly PartitionView[]
}
export interface View {
  readonly topics: ReadonlyMap<string, TopicView>
  /** Committed offsets by 'group topic-partition'. */
  readonly offsets: ReadonlyMap<string, number>
}

export async function viewOf(call: Call, groups: Iterable<string>): Promise<View> {
  const metadata = await call(Metadata, { topics: null, allowAutoTopicCreation: false })
  const topics = new Map<string, TopicView>()
  for (const { name, topicId, partitions, isInternal } of metadata.topics) {
    if (name === null || isInternal) continue
    const views: PartitionView[] = []
    for (const { partitionIndex } of [...partitions].sort((a, b) => a.partitionIndex - b.partitionIndex)) {
      views.push(await partitionView(call, name, partitionIndex))
    }
    topics.set(name, { id: topicId, configs: await configsOf(call, name), partitions: views })
  }
  const offsets = new Map<string, number>()
  for (const group of groups) {
    const reply = await call(OffsetFetch, { groups: [{ groupId: group, topics: null }] }, 9)
    for (const { name, partitions } of reply.groups[0]?.topics ?? []) {
      for (const { partitionIndex, committedOffset } of partitions) {
        offsets.set(`${group} ${name}-${partitionIndex}`, committedOffset)
      }
    }
  }
  return { topics, offsets }
}

async function configsOf(call: Call, topic: string): Promise<Map<string, string | null>> {
  const reply = await call(DescribeConfigs, {
    resources: [{ resourceType: 2, resourceName: topic, configurationKeys: null }],
    includeDocumentation: false,
  })
  const configs = reply.results[0]?.configs.filter(({ configSource }) => configSource === 1) ?? []
  return new Map(configs.map(({ name, value }) => [name, value]))
}

async function partitionView(call: Call, topic: string, partition: number): Promise<PartitionView> {
  const fetch = async (fetchOffset: number, isolationLevel: number) => {
    const partitions = [{ partition, fetchOffset, partitionMaxBytes: 1 << 20 }]
    const request = { maxWaitMs: 0, minBytes: 0, isolationLevel, topics: [{ topic, partitions }], forgottenTopicsData: [] }
    const answer = (await call(Fetch, request, 11)).responses[0]?.partitions[0]
    if (!answer) throw new Error(`${topic}-${partition} gives no answer`)
    return answer
  }
  const earliest = [{ name: topic, partitions: [{ partitionIndex: partition, timestamp: -2 }] }]
  const offsets = await call(ListOffsets, { replicaId: -1, isolationLevel: 0, topics: earliest })
  const start = offsets.topics[0]?.partitions[0]?.offset ?? -1
  const first = await fetch(start, 0)
  const { highWatermark: end, lastStableOffset: stable } = first
  const batches: BatchView[] = []
  let { errorCode } = first
  for (let offset = start; offset < end && errorCode === 0; ) {
    const answer = await fetch(offset, 0)
    errorCode = answer.errorCode
    const bytes = Buffer.from(answer.records ?? [])
    if (bytes.length === 0) break
    for (let at = 0; at < bytes.length; at += batchSize(bytes, at)) batches.push(batchView(bytes, at))
    offset = (batches.at(-1)?.lastOffset ?? offset) + 1
  }
  if (errorCode !== 0) throw new Error(`${topic}-${partition} answers with error ${errorCode}`)
  const aborted = new Map<string, { producerId: number; firstOffset: number }>()
  for (const { baseOffset: offset } of batches) {
    if (offset >= stable) break
    for (const one of (await fetch(Math.max(offset, start), 1)).abortedTransactions ?? []) aborted.set(JSON.stringify(one), one)
  }
  const described = await call(DescribeProducers, { topics: [{ name: topic, partitionIndexes: [partition] }] })
  const producers = (described.topics[0]?.partitions[0]?.activeProducers ?? [])
    .map((one) => ({
      producerId: one.producerId,
      producerEpoch: one.producerEpoch,
      lastSequence: one.lastSequence,
      currentTxnStartOffset: one.currentTxnStartOffset,
    }))
    .sort((a, b) => a.producerId - b.producerId)
  return { start, end, stable, aborted: [...aborted.values()], batches, producers }
}

function batchView(bytes: Buffer, at: number): BatchView {
  if (!checkCrc(bytes, at)) throw new Error(`a batch with a wrong checksum at offset ${baseOffset(bytes, at)}`)
  return {
    baseOffset: baseOffset(bytes, at),
    lastOffset: lastOffset(bytes, at),
    producerId: producerId(bytes, at),
    producerEpoch: producerEpoch(bytes, at),
    baseSequence: baseSequence(bytes, at),
    transactional: isTransactional(bytes, at),
    commit: isControl(bytes, at) ? readMarker(bytes, at)?.commit : undefined,
    records: isControl(bytes, at) ? [] : [...readRecords(bytes, at)],
  }
}
