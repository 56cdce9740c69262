/**
 * ListOffsets 1-11.
 * By time: the first record whose timestamp is at least the one asked, to the record, not to the batch; none: -1, -1.
 * Special timestamps: -1 end (of what may be read), -2 start, -3 (v7) the record with the greatest timestamp, -4 (v8) earliest local,
 * -5 (v9) latest tiered (there is no tier: -1), -6 (v11) earliest pending upload (-1). A partition named twice is INVALID_REQUEST.
 */
import { ListOffsets } from '../../protocol/apis/list-offsets'
import { readRecords } from '../../protocol/batch-reader'
import { errors } from '../../protocol/errors'
import type { ReplyIn, Request } from '../../protocol/types'
import type { Log } from '../../storage/log'
import { isFileError } from '../../storage/trouble'
import { type Ask, handle } from '../handler'
import type { Partition } from '../partition'
import { after, inSlices } from '../slices'

type Asked = Request<typeof ListOffsets>['topics'][number]['partitions'][number]
type Found = ReplyIn<typeof ListOffsets>['topics'][number]['partitions'][number]

const LATEST = -1
const EARLIEST = -2
const MAX_TIMESTAMP = -3
const EARLIEST_LOCAL = -4
const LATEST_TIERED = -5
const EARLIEST_PENDING_UPLOAD = -6
/** First version that knows each special timestamp. */
const SINCE = new Map([
  [MAX_TIMESTAMP, 7],
  [EARLIEST_LOCAL, 8],
  [LATEST_TIERED, 9],
  [EARLIEST_PENDING_UPLOAD, 11],
])
const READ_COMMITTED = 1

export const listOffsets = handle(ListOffsets, (request, ask) => {
  const seen = new Map<string, number>()
  for (const { name, partitions } of request.topics) {
    for (const { partitionIndex } of partitions)
      seen.set(`${name}-${partitionIndex}`, (seen.get(`${name}-${partitionIndex}`) ?? 0) + 1)
  }
  const look = (name: string, asked: Asked): Found => {
    const { partitionIndex } = asked
    if ((seen.get(`${name}-${partitionIndex}`) ?? 0) > 1) return { partitionIndex, errorCode: errors.INVALID_REQUEST }
    try {
      return answer(name, asked, request.isolationLevel === READ_COMMITTED, ask)
    } catch (error) {
      if (!isFileError(error)) throw error
      ask.engine.trouble.note(`${name}-${partitionIndex} cannot be read`, error)
      return { partitionIndex, errorCode: errors.KAFKA_STORAGE_ERROR }
    }
  }
  const all = request.topics.flatMap(({ name, partitions }) => partitions.map((asked) => ({ name, asked })))
  const found = inSlices(ask.engine.system.clock, all, ({ name, asked }) => look(name, asked))
  return after(found, (answers) => {
    const next = answers[Symbol.iterator]()
    const nextOf = (partitions: readonly Asked[]) => partitions.map(() => next.next().value as Found) // as many as were looked for
    return { topics: request.topics.map(({ name, partitions }) => ({ name, partitions: nextOf(partitions) })) }
  })
})

function answer(topic: string, asked: Asked, committed: boolean, { engine, version }: Ask): Found {
  const { partitionIndex, timestamp } = asked
  if (timestamp < EARLIEST_PENDING_UPLOAD || version < (SINCE.get(timestamp) ?? 0)) {
    return { partitionIndex, errorCode: errors.UNSUPPORTED_VERSION }
  }
  const partition = engine.partition(topic, partitionIndex)
  if (!partition) return { partitionIndex, errorCode: errors.UNKNOWN_TOPIC_OR_PARTITION }
  if (engine.isAway(partition.state)) return { partitionIndex, errorCode: errors.KAFKA_STORAGE_ERROR }
  const epochProblem = partition.checkEpoch(asked.currentLeaderEpoch)
  if (epochProblem) return { partitionIndex, errorCode: epochProblem }
  const found = lookUp(partition, timestamp, committed)
  const leaderEpoch = found.offset < 0 || version < 4 ? -1 : found.leaderEpoch
  return { partitionIndex, errorCode: errors.NONE, timestamp: found.timestamp, offset: found.offset, leaderEpoch }
}

interface Spot {
  readonly offset: number
  readonly timestamp: number
  readonly leaderEpoch: number
}
const NOWHERE: Spot = { offset: -1, timestamp: -1, leaderEpoch: -1 }

function lookUp(partition: Partition, timestamp: number, committed: boolean): Spot {
  const { log } = partition
  const end = committed ? partition.lastStableOffset : partition.highWatermark
  const at = (offset: number): Spot => ({ offset, timestamp: -1, leaderEpoch: log.epochAt(offset) })
  switch (timestamp) {
    case LATEST:
      return { offset: end, timestamp: -1, leaderEpoch: Math.max(log.epochAt(end), partition.leaderEpoch) }
    case EARLIEST:
    case EARLIEST_LOCAL:
      return at(log.startOffset)
    case LATEST_TIERED:
    case EARLIEST_PENDING_UPLOAD:
      return NOWHERE
    case MAX_TIMESTAMP: {
      const greatest = log.greatestTimestamp()
      return greatest && greatest.timestamp >= 0 ? byTime(log, greatest.timestamp, Number.POSITIVE_INFINITY) : NOWHERE
    }
    default:
      return byTime(log, timestamp, end)
  }
}

function byTime(log: Log, timestamp: number, end: number): Spot {
  for (const batch of log.batchesByTime(timestamp)) {
    for (const record of readRecords(batch, 0)) {
      if (record.timestamp < timestamp || record.offset < log.startOffset) continue
      if (record.offset >= end) return NOWHERE
      return { offset: record.offset, timestamp: record.timestamp, leaderEpoch: log.epochAt(record.offset) }
    }
  }
  return NOWHERE
}
