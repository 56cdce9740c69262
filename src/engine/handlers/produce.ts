/**
 * Produce 3-13.
 * The batch is carried, not understood: its header is read and restamped in place. One batch per partition; what Kafka refuses is
 * refused with its error (protocol/batch-check.ts). acks=all is answered when the batch is on disk, one flush for everybody who
 * waits; acks=1 and 0 when it is in the page cache, or on disk too where flush.messages says so. v13 names topics by id. A transactional
 * batch in a request without a transactional id is nobody's: all of the request is TRANSACTIONAL_ID_AUTHORIZATION_FAILED.
 */
import { Produce } from '../../protocol/apis/produce'
import {
  batchSize,
  HEADER_SIZE,
  isTransactional,
  magic,
  producerId,
  recordCount,
  stampCreateTime,
  stampLogAppendTime,
} from '../../protocol/batch'
import { checkProduced, isRefusal, unpackedBytes } from '../../protocol/batch-check'
import { errors } from '../../protocol/errors'
import { compressionOf, recompress } from '../../protocol/recompress'
import type { Request } from '../../protocol/types'
import { SealedLog } from '../../storage/sealed'
import { passes, sayTrouble } from '../../storage/trouble'
import type { Engine } from '../engine'
import { type Ask, handle } from '../handler'
import type { Partition } from '../partition'
import { INTERNAL_TOPICS } from '../topic'

type Asked = Request<typeof Produce>['topicData'][number]['partitionData'][number]

interface Outcome {
  index: number
  errorCode: number
  baseOffset: number
  logAppendTimeMs: number
  logStartOffset: number
  recordErrors: { batchIndex: number; batchIndexErrorMessage: string | null }[]
  errorMessage: string | null
}

const refusal = (index: number, errorCode: number, errorMessage: string | null = null): Outcome => ({
  index,
  errorCode,
  baseOffset: -1,
  logAppendTimeMs: -1,
  logStartOffset: -1,
  recordErrors: [],
  errorMessage,
})

/** Errors that Kafka answers without looking where the log begins (ReplicaManager.appendRecordsToLeader). */
const OUT_OF_SIGHT: ReadonlySet<number> = new Set([
  errors.UNKNOWN_TOPIC_OR_PARTITION,
  errors.NOT_LEADER_OR_FOLLOWER,
  errors.MESSAGE_TOO_LARGE,
  errors.RECORD_LIST_TOO_LARGE,
  errors.CORRUPT_MESSAGE,
  errors.KAFKA_STORAGE_ERROR,
])
/** The same of a partition that is here. */
const refusalBy = ({ index, log }: Partition, errorCode: number): Outcome => ({
  ...refusal(index, errorCode),
  logStartOffset: OUT_OF_SIGHT.has(errorCode) ? -1 : log.startOffset,
})

/** What waits for the disk: partitions that were appended to, the offset each is readable up to when it is there, and its answers. */
type Pending = Map<Partition, { offset: number; readonly outcomes: Outcome[] }>

function wait(pending: Pending, partition: Partition, outcome: Outcome): Outcome {
  const waiting = pending.get(partition)
  const offset = partition.log.endOffset
  if (!waiting) pending.set(partition, { offset, outcomes: [outcome] })
  else {
    waiting.offset = offset
    waiting.outcomes.push(outcome)
  }
  return outcome
}

export const produce = handle(Produce, (request, ask) => {
  const { engine, version } = ask
  const pending: Pending = new Map()
  const acksAll = request.acks === -1
  const isNobodys = request.transactionalId === null && isAnyTransactional(request)
  const validAcks = acksAll || request.acks === 0 || request.acks === 1
  const responses = request.topicData.map((topic) => {
    const byId = version >= 13
    const name = byId ? engine.metadata.nameOf(topic.topicId) : topic.name
    const partitionResponses = topic.partitionData.map((data) => {
      if (isNobodys) return refusal(data.index, errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
      if (!validAcks) return refusal(data.index, errors.INVALID_REQUIRED_ACKS)
      if (name === undefined) return refusal(data.index, errors.UNKNOWN_TOPIC_ID)
      try {
        return producePartition(name, data, ask, acksAll, pending)
      } catch (error) {
        if (!passes(error)) throw error
        engine.trouble.note(`records of ${name}-${data.index} are refused`, error)
        return stored(data.index, error)
      }
    })
    return { name: topic.name, topicId: topic.topicId, partitionResponses }
  })
  const reply = { responses }
  return pending.size === 0 ? reply : flushed(engine, pending).then(() => reply)
})

/** Looks at the first batch of each partition, whatever else may be wrong with it (Kafka's RequestUtils). */
function isAnyTransactional({ topicData }: Request<typeof Produce>): boolean {
  return topicData.some(({ partitionData }) =>
    partitionData.some((data) => {
      const records = data.records as Buffer | null // what a reader gives
      if (records === null || records.length < HEADER_SIZE || magic(records, 0) !== 2) return false
      const size = batchSize(records, 0)
      return size >= HEADER_SIZE && size <= records.length && isTransactional(records, 0)
    }),
  )
}

/** Waits until what was appended is on disk, and lets readers see it. Where there is no room for it, the answer is changed to say so. */
async function flushed(engine: Engine, pending: Pending): Promise<void> {
  await Promise.all(
    [...pending].map(async ([partition, { offset, outcomes }]) => {
      try {
        await engine.sync(partition.log)
        partition.advance(offset)
        // nobody cares any more whether they are on disk, and a power cut may yet undo the deletion
        if (partition.deleted && !partition.isLost)
          for (const one of outcomes) Object.assign(one, refusal(one.index, errors.UNKNOWN_TOPIC_OR_PARTITION))
      } catch (error) {
        // one that does not pass has ended the broker (Flusher): this is its last word
        for (const outcome of outcomes) Object.assign(outcome, stored(outcome.index, error))
      }
    }),
  )
}
/** Kafka's error for a disk that may take it later; a log that lost records never will, so its producer is not to try again. */
const stored = (index: number, error: unknown): Outcome =>
  refusal(index, error instanceof SealedLog ? errors.UNKNOWN_SERVER_ERROR : errors.KAFKA_STORAGE_ERROR, sayTrouble(error))

function producePartition(name: string, data: Asked, ask: Ask, acksAll: boolean, pending: Pending): Outcome {
  const { engine, peer, version, now } = ask
  const partition = engine.partition(name, data.index)
  if (!partition) return refusal(data.index, errors.UNKNOWN_TOPIC_OR_PARTITION)
  if (INTERNAL_TOPICS.has(name) && peer.clientId !== '__admin_client') {
    return refusal(data.index, errors.INVALID_TOPIC_EXCEPTION)
  }
  if (!engine.writable || engine.isAway(partition.state)) return refusal(data.index, errors.KAFKA_STORAGE_ERROR)
  const settings = engine.topicSettings(name)
  const inSync = partition.state.isr.length || 1 // a clean stop of Kafka leaves none in sync; this broker takes over
  // no more can be asked for than there are replicas (kafka.cluster.Partition.effectiveMinIsr)
  const least = Math.min(settings.minInsyncReplicas, partition.state.replicas.length)
  if (acksAll && least > inSync) return refusalBy(partition, errors.NOT_ENOUGH_REPLICAS)
  const bytes = (data.records as Buffer | null) ?? EMPTY
  const stamped = settings.messageTimestampType === 'LogAppendTime'
  const checked = checkProduced(bytes, {
    topicPartition: partition.name,
    compacted: settings.compact,
    version,
    maxBytes: settings.maxMessageBytes,
    ...(!stamped && {
      timestamps: { now, beforeMs: settings.messageTimestampBeforeMaxMs, afterMs: settings.messageTimestampAfterMaxMs },
    }),
  })
  if (isRefusal(checked)) {
    const outcome = checked.ofRequest ? refusal(data.index, checked.error) : refusalBy(partition, checked.error)
    return { ...outcome, errorMessage: checked.message, recordErrors: checked.recordErrors ?? [] }
  }
  // what the header says of the time is the producer's claim; what the records say is written (LogValidator)
  if (!stamped) stampCreateTime(bytes, 0, checked.maxTimestamp)
  const batch = recompress(bytes, compressionOf(settings), unpackedBytes(settings.maxMessageBytes))
  if (batch !== bytes && batchSize(batch, 0) > settings.maxMessageBytes) return refusal(data.index, errors.MESSAGE_TOO_LARGE)
  if (batchSize(batch, 0) > settings.segmentBytes) return refusal(data.index, errors.RECORD_LIST_TOO_LARGE)
  return appendBatch(batch, partition, ask, acksAll, pending)
}

const EMPTY = Buffer.alloc(0)

function appendBatch(batch: Buffer, partition: Partition, { engine, now }: Ask, acksAll: boolean, pending: Pending): Outcome {
  const { log, index } = partition
  const done = (baseOffset: number, logAppendTimeMs: number): Outcome => ({
    index,
    errorCode: errors.NONE,
    baseOffset,
    logAppendTimeMs,
    logStartOffset: log.startOffset,
    recordErrors: [],
    errorMessage: null,
  })
  const settings = engine.topicSettings(partition.topic)
  const unsynced = log.endOffset - log.recoveryPoint + recordCount(batch, 0)
  const waits = (acksAll && engine.flushesOnAcks) || unsynced >= settings.flushMessages
  if (producerId(batch, 0) >= 0) {
    const verdict = log.producers.check(batch, 0)
    if (verdict.error !== errors.NONE) return refusalBy(partition, verdict.error)
    if (verdict.duplicate) {
      // it may have been appended a moment ago and not be on disk yet
      const answer = done(verdict.duplicate.firstOffset, -1)
      return waits && verdict.duplicate.lastOffset >= log.recoveryPoint ? wait(pending, partition, answer) : answer
    }
    if (isTransactional(batch, 0) && !engine.transactions) return refusalBy(partition, errors.INVALID_TXN_STATE)
  }
  const stamped = settings.messageTimestampType === 'LogAppendTime'
  if (stamped) stampLogAppendTime(batch, 0, now)
  let baseOffset: number
  try {
    baseOffset = waits ? partition.append(batch, 0, 'when-flushed', 'with-the-sync') : partition.append(batch, 0, 'at-once')
  } catch (error) {
    engine.refused(`records of ${partition.name} are refused`, error)
    return stored(index, error)
  }
  engine.tookWrite()
  if (!waits) engine.syncWithin(log, settings.flushMs)
  const answer = done(baseOffset, stamped ? now : -1)
  return waits ? wait(pending, partition, answer) : answer
}
