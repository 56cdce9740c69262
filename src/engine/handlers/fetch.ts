/**
 * Fetch 4-18.
 * Waits below min.bytes until something is appended or max.wait is over; an error is answered at once. The first batch that is
 * found comes whole even beyond the limits (KIP-74). Readers of committed records stop at the last stable offset and are told of
 * aborted transactions. v13 names topics by id. Sessions (KIP-227): engine/fetch-sessions.ts.
 */
import { Fetch } from '../../protocol/apis/fetch'
import { errors } from '../../protocol/errors'
import type { ReplyIn, Request } from '../../protocol/types'
import { isFileError } from '../../storage/trouble'
import type { Wanted } from '../fetch-sessions'
import { type Ask, handle } from '../handler'
import type { Partition } from '../partition'
import { Waiter } from '../waiting'

type Answer = ReplyIn<typeof Fetch>
type PartitionAnswer = Answer['responses'][number]['partitions'][number]

/** Kafka's fetch.max.bytes. */
const MAX_BYTES = 57671680
const READ_COMMITTED = 1
const EMPTY = Buffer.alloc(0)

export const fetch = handle(Fetch, (request, ask) => {
  const session = ask.engine.fetchSessions.take(request, ask)
  if ('errorCode' in session) return { errorCode: session.errorCode, sessionId: 0, responses: [] }
  const { wanted } = session
  const first = read(wanted, request, ask)
  const enough = first.failed || first.sizeBytes >= request.minBytes || request.maxWaitMs <= 0 || wanted.length === 0
  if (enough) return session.reply(first.answers)
  const partitions = wanted.map((one) => one.partition).filter((partition) => partition !== undefined)
  return new Promise<Answer>((resolve) => {
    const waiter = new Waiter(partitions, (late) => {
      if (!late && available(wanted, request) < request.minBytes && !wanted.some((one) => one.partition?.deleted)) return false
      const last = read(wanted, request, ask)
      resolve(session.reply(last.answers))
      return true
    })
    waiter.start(ask.engine.system.clock, request.maxWaitMs)
  })
})

export interface Fetched {
  readonly wanted: Wanted
  readonly answer: PartitionAnswer
}

/** Bytes that could be read now, by the sizes of the logs' ends: cheap enough to ask at every append. */
function available(wanted: readonly Wanted[], request: Request<typeof Fetch>): number {
  let bytes = 0
  for (const { partition, fetchOffset, partitionMaxBytes } of wanted) {
    if (!partition) continue
    const limit = request.isolationLevel === READ_COMMITTED ? partition.lastStableOffset : partition.highWatermark
    if (fetchOffset >= limit) continue
    bytes += partition.log.bytesFrom(fetchOffset, partitionMaxBytes)
    if (bytes >= request.minBytes) break
  }
  return bytes
}

function read(
  wanted: readonly Wanted[],
  request: Request<typeof Fetch>,
  ask: Ask,
): { answers: Fetched[]; sizeBytes: number; failed: boolean } {
  let left = Math.min(request.maxBytes, MAX_BYTES)
  let sizeBytes = 0
  let failed = false
  const answers = wanted.map((one): Fetched => {
    const answer = readOrSay(one, request, ask, left, sizeBytes === 0)
    const size = (answer.records as Buffer | null)?.length ?? 0
    sizeBytes += size
    left -= size
    failed ||= answer.errorCode !== errors.NONE
    return { wanted: one, answer }
  })
  return { answers, sizeBytes, failed }
}

const problem = (partitionIndex: number, errorCode: number): PartitionAnswer => ({
  partitionIndex,
  errorCode,
  highWatermark: -1,
  lastStableOffset: -1,
  logStartOffset: -1,
  abortedTransactions: null,
  records: EMPTY,
})

/** A file that cannot be read is this partition's trouble alone. */
function readOrSay(wanted: Wanted, request: Request<typeof Fetch>, ask: Ask, left: number, first: boolean): PartitionAnswer {
  try {
    return readPartition(wanted, request, ask, left, first)
  } catch (error) {
    if (!isFileError(error)) throw error
    ask.engine.trouble.note(`${wanted.partition?.name} cannot be read`, error)
    return problem(wanted.index, errors.KAFKA_STORAGE_ERROR)
  }
}

function readPartition(wanted: Wanted, request: Request<typeof Fetch>, ask: Ask, left: number, first: boolean): PartitionAnswer {
  const { partition, fetchOffset } = wanted
  if (!partition || partition.deleted) return problem(wanted.index, wanted.missing)
  const epochProblem = checkEpoch(partition, wanted.currentLeaderEpoch)
  if (epochProblem) return problem(wanted.index, epochProblem)
  const { log } = partition
  const diverging = ask.version >= 12 ? divergence(partition, wanted) : undefined
  if (!diverging && (fetchOffset < log.startOffset || fetchOffset > log.endOffset)) {
    return problem(wanted.index, errors.OFFSET_OUT_OF_RANGE)
  }
  const committed = request.isolationLevel === READ_COMMITTED
  const limit = committed ? partition.lastStableOffset : partition.highWatermark
  const most = Math.min(wanted.partitionMaxBytes, left)
  const found =
    diverging || (most <= 0 && !first)
      ? undefined
      : log.read(fetchOffset, limit, Math.max(most, 0), first ? 'one-at-least' : 'strict')
  const bytes = found?.bytes ?? EMPTY
  const aborted = committed && found ? log.abortedBetween(fetchOffset, found.nextOffset) : []
  return {
    partitionIndex: wanted.index,
    errorCode: errors.NONE,
    highWatermark: partition.highWatermark,
    lastStableOffset: partition.lastStableOffset,
    logStartOffset: log.startOffset,
    ...(diverging && { divergingEpoch: diverging }),
    abortedTransactions: committed ? aborted : null,
    records: bytes,
  }
}

/** KIP-320: a client that knows an older or a newer leader is told so. */
export function checkEpoch(partition: Partition, currentLeaderEpoch: number): number {
  if (currentLeaderEpoch < 0 || currentLeaderEpoch === partition.leaderEpoch) return errors.NONE
  return currentLeaderEpoch < partition.leaderEpoch ? errors.FENCED_LEADER_EPOCH : errors.UNKNOWN_LEADER_EPOCH
}

/** KIP-595: where the reader's log and this one part, if they do. */
function divergence(partition: Partition, wanted: Wanted): { epoch: number; endOffset: number } | undefined {
  if (wanted.lastFetchedEpoch < 0) return undefined
  const end = partition.log.endOfEpoch(wanted.lastFetchedEpoch)
  if (end.epoch < 0) return undefined
  return end.epoch < wanted.lastFetchedEpoch || end.endOffset < wanted.fetchOffset ? end : undefined
}
