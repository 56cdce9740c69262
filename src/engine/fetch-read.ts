/**
 * What a Fetch reads of each partition. What is surely in memory is read at once, little of it at a time. Anything else is read in the
 * background, so that nobody else waits for a disk or for 50 MB to be copied (storage/log-reader.ts). The first batch that is found comes whole even beyond the
 * limits (KIP-74); readers of committed records stop at the last stable offset and are told of aborted transactions.
 */
import type { Fetch } from '../protocol/apis/fetch'
import { errors } from '../protocol/errors'
import type { ReplyIn, Request } from '../protocol/types'
import type { LogRead } from '../storage/log-reader'
import { isFileError } from '../storage/trouble'
import { nextTurn, SLICE_MS } from '../system/turns'
import type { Wanted } from './fetch-sessions'
import type { Ask } from './handler'
import type { Partition } from './partition'

type FetchRequest = Request<typeof Fetch>
type PartitionAnswer = ReplyIn<typeof Fetch>['responses'][number]['partitions'][number]

export interface Fetched {
  readonly wanted: Wanted
  readonly answer: PartitionAnswer
}
export interface Read {
  readonly answers: readonly Fetched[]
  readonly sizeBytes: number
  readonly failed: boolean
}

/** Kafka's fetch.max.bytes. */
const MAX_BYTES = 57671680
/** How much is copied while everything else waits. */
const AT_ONCE_BYTES = 1024 * 1024 + 4096
const READ_COMMITTED = 1
const EMPTY = Buffer.alloc(0)

/** Reads what there is of all partitions. */
export function readAll(wanted: readonly Wanted[], request: FetchRequest, ask: Ask): Read | Promise<Read> {
  return isQuick(wanted) ? readNow(wanted, request, ask) : readLater(wanted, request, ask)
}
function isQuick(wanted: readonly Wanted[]): boolean {
  let bytes = 0
  for (const { partition, fetchOffset, partitionMaxBytes } of wanted) {
    if (!partition || partition.deleted) continue
    if (!partition.isOpen) return false
    if (fetchOffset >= partition.log.endOffset) continue
    const found = partition.log.reader.quickBytes(fetchOffset, partitionMaxBytes)
    if (found === undefined) return false
    bytes += found
    if (bytes > AT_ONCE_BYTES) return false
  }
  return true
}

function readNow(wanted: readonly Wanted[], request: FetchRequest, ask: Ask): Read {
  const gathering = new Gathering(request)
  for (const one of wanted) {
    const plan = planned(one, request, ask, gathering)
    gathering.take(one, 'least' in plan ? readOne(plan, ask) : plan)
  }
  return gathering
}
async function readLater(wanted: readonly Wanted[], request: FetchRequest, ask: Ask): Promise<Read> {
  const gathering = new Gathering(request)
  const { clock } = ask.engine.system
  let began = clock.monotonic()
  for (const one of wanted) {
    const plan = planned(one, request, ask, gathering)
    if (!('least' in plan)) gathering.take(one, plan)
    else if (isLittle(plan)) gathering.take(one, readOne(plan, ask))
    else {
      gathering.take(one, await readOneLater(plan, ask))
      began = clock.monotonic()
    }
    if (clock.monotonic() - began < SLICE_MS) continue
    await nextTurn(clock)
    began = clock.monotonic()
  }
  return gathering
}

const isLittle = ({ partition, wanted, maxBytes }: Plan): boolean =>
  (partition.log.reader.quickBytes(wanted.fetchOffset, maxBytes) ?? Number.POSITIVE_INFINITY) <= AT_ONCE_BYTES

/** What has been found so far, and the bytes that may still come. */
class Gathering implements Read {
  readonly answers: Fetched[] = []
  sizeBytes = 0
  failed = false
  left: number

  constructor({ maxBytes }: FetchRequest) {
    this.left = Math.min(maxBytes, MAX_BYTES)
  }
  take(wanted: Wanted, answer: PartitionAnswer): void {
    const size = (answer.records as Buffer | null)?.length ?? 0
    this.sizeBytes += size
    this.left -= size
    this.failed ||= answer.errorCode !== errors.NONE
    this.answers.push({ wanted, answer })
  }
}

/** What is to be read of a partition. */
interface Plan {
  readonly wanted: Wanted
  readonly partition: Partition
  readonly committed: boolean
  readonly limit: number
  readonly maxBytes: number
  readonly least: 'one-at-least' | 'strict'
}

/** What is to be read, or an answer for which nothing has to be. */
function planned(wanted: Wanted, request: FetchRequest, ask: Ask, { left, sizeBytes }: Gathering): Plan | PartitionAnswer {
  const { partition, fetchOffset } = wanted
  if (partition?.isLost) return problem(wanted.index, errors.KAFKA_STORAGE_ERROR)
  if (!partition || partition.deleted) return unknown(wanted.index, wanted.missing)
  try {
    const epochProblem = partition.checkEpoch(wanted.currentLeaderEpoch)
    if (epochProblem) return problem(wanted.index, epochProblem)
    const { log } = partition
    const committed = request.isolationLevel === READ_COMMITTED
    const diverging = ask.version >= 12 ? divergence(partition, wanted) : undefined
    if (diverging === 'unknown') return problem(wanted.index, errors.OFFSET_OUT_OF_RANGE)
    if (diverging) return { ...withoutRecords(wanted, partition, committed), divergingEpoch: diverging }
    if (fetchOffset < log.startOffset || fetchOffset > log.endOffset) return problem(wanted.index, errors.OFFSET_OUT_OF_RANGE)
    const maxBytes = Math.max(Math.min(wanted.partitionMaxBytes, left), 0)
    const first = sizeBytes === 0
    if (maxBytes === 0 && !first) return withoutRecords(wanted, partition, committed)
    const limit = committed ? partition.lastStableOffset : partition.highWatermark
    return { wanted, partition, committed, limit, maxBytes, least: first ? 'one-at-least' : 'strict' }
  } catch (error) {
    return unreadable(wanted, ask, error)
  }
}

function readOne(plan: Plan, ask: Ask): PartitionAnswer {
  const { wanted, partition, limit, maxBytes, least } = plan
  try {
    return answered(plan, partition.log.read(wanted.fetchOffset, limit, maxBytes, least))
  } catch (error) {
    return unreadable(wanted, ask, error)
  }
}
async function readOneLater(plan: Plan, ask: Ask): Promise<PartitionAnswer> {
  const { wanted, partition, limit, maxBytes, least } = plan
  try {
    return answered(plan, await partition.log.reader.readLater(wanted.fetchOffset, limit, maxBytes, least))
  } catch (error) {
    return unreadable(wanted, ask, error)
  }
}
/** A file that cannot be read is this partition's trouble alone. */
function unreadable(wanted: Wanted, ask: Ask, error: unknown): PartitionAnswer {
  if (!isFileError(error)) throw error
  ask.engine.trouble.note(`${wanted.partition?.name} cannot be read`, error)
  return problem(wanted.index, errors.KAFKA_STORAGE_ERROR)
}

/** Of a partition that is not known here no more is said than in Kafka's default message. */
const unknown = (partitionIndex: number, errorCode: number): PartitionAnswer => ({
  ...problem(partitionIndex, errorCode),
  abortedTransactions: [],
})
const problem = (partitionIndex: number, errorCode: number): PartitionAnswer => ({
  partitionIndex,
  errorCode,
  highWatermark: -1,
  lastStableOffset: -1,
  logStartOffset: -1,
  abortedTransactions: null,
  records: EMPTY,
})
function answered({ wanted, partition, committed }: Plan, read: LogRead): PartitionAnswer {
  const answer = withoutRecords(wanted, partition, committed)
  answer.abortedTransactions = committed ? partition.log.abortedBetween(wanted.fetchOffset, read.nextOffset) : null
  answer.records = read.bytes
  return answer
}
/** The partition as it is. */
const withoutRecords = (wanted: Wanted, partition: Partition, committed: boolean): Writable<PartitionAnswer> => ({
  partitionIndex: wanted.index,
  errorCode: errors.NONE,
  highWatermark: partition.highWatermark,
  lastStableOffset: partition.lastStableOffset,
  logStartOffset: partition.log.startOffset,
  abortedTransactions: committed ? [] : null,
  records: EMPTY,
})
type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** KIP-595: where the reader's log and this one part, if they do. */
function divergence(partition: Partition, wanted: Wanted): { epoch: number; endOffset: number } | 'unknown' | undefined {
  if (wanted.lastFetchedEpoch < 0) return undefined
  const end = partition.endOfEpoch(wanted.lastFetchedEpoch)
  if (end.epoch < 0) return 'unknown'
  return end.epoch < wanted.lastFetchedEpoch || end.endOffset < wanted.fetchOffset ? end : undefined
}
