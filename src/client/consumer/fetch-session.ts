/**
 * A fetch session spares both sides the partitions for which nothing changed (KIP-227): after a first full request a broker keeps
 * what was asked for, and later requests only name what is new, different or no longer wanted. A broker may decline, with session
 * 0, or forget; then the next request is full again (org.apache.kafka.clients.FetchSessionHandler).
 */
import { errors } from '../../protocol/errors'
import { ZERO_UUID } from '../../protocol/types'
import { byTopic } from '../topic-partition'

/** What is asked of one partition. */
export interface Wanted {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly currentLeaderEpoch: number
  readonly fetchOffset: number
  readonly partitionMaxBytes: number
}

const FIRST_EPOCH = 0
const LAST_EPOCH = 0x7fffffff

export class FetchSession {
  private id = 0
  private epoch = FIRST_EPOCH
  private kept = new Map<string, Wanted>()

  /** The part of a request that depends on the session. The partitions are those that are wanted now, all of them. */
  request(wanted: readonly Wanted[]) {
    const now = new Map(wanted.map((each) => [keyOf(each), each]))
    const isFull = this.epoch === FIRST_EPOCH
    const named = isFull ? wanted : wanted.filter((each) => !isSame(each, this.kept.get(keyOf(each))))
    const forgotten = isFull ? [] : [...this.kept].filter(([key]) => !now.has(key)).map(([, each]) => each)
    this.kept = now
    return {
      sessionId: this.id,
      sessionEpoch: this.epoch,
      topics: byTopic(named).map(([topic, rows]) => ({
        topic,
        topicId: rows[0]?.topicId ?? ZERO_UUID,
        partitions: rows.map(({ partition, currentLeaderEpoch, fetchOffset, partitionMaxBytes }) => ({
          partition,
          currentLeaderEpoch,
          fetchOffset,
          partitionMaxBytes,
        })),
      })),
      forgottenTopicsData: byTopic(forgotten).map(([topic, rows]) => ({
        topic,
        topicId: rows[0]?.topicId ?? ZERO_UUID,
        partitions: rows.map(({ partition }) => partition),
      })),
    }
  }

  /** Takes note of a reply; false: it says that there is no such session, and the request was for nothing. */
  answered(errorCode: number, sessionId: number): boolean {
    if (errorCode === errors.NONE) {
      const isKept = sessionId !== 0
      this.epoch = isKept ? (this.epoch === LAST_EPOCH ? 1 : this.epoch + 1) : FIRST_EPOCH
      this.id = sessionId
      return true
    }
    if (errorCode === errors.FETCH_SESSION_ID_NOT_FOUND) this.id = 0
    this.epoch = FIRST_EPOCH // with the old id: closes that session and asks for a new one
    return false
  }
  /** The request was lost: nobody knows what the broker knows. */
  lost(): void {
    this.epoch = FIRST_EPOCH
  }
}

/** Topics that were deleted and made anew have other ids, and are other topics. */
const keyOf = ({ topicId, topic, partition }: Wanted): string => `${topicId} ${topic} ${partition}`
const isSame = (a: Wanted, b: Wanted | undefined): boolean =>
  b !== undefined &&
  a.fetchOffset === b.fetchOffset &&
  a.partitionMaxBytes === b.partitionMaxBytes &&
  a.currentLeaderEpoch === b.currentLeaderEpoch
