/**
 * Fetch sessions (KIP-227): a reader of many partitions names only what changed, and is told only what changed. A bounded cache as
 * Kafka's; a reader that finds no place in it goes on without a session, which is always allowed.
 */
import type { Fetch } from '../protocol/apis/fetch'
import { errors } from '../protocol/errors'
import { type ReplyIn, type Request, ZERO_UUID } from '../protocol/types'
import type { Fetched } from './fetch-read'
import type { Ask } from './handler'
import type { Partition } from './partition'

/** One partition that a reader asks for. */
export interface Wanted {
  readonly topic: string
  readonly topicId: string
  readonly index: number
  /** Undefined: there is none; `missing` says which error that is. */
  readonly partition: Partition | undefined
  readonly missing: number
  readonly fetchOffset: number
  readonly partitionMaxBytes: number
  readonly currentLeaderEpoch: number
  readonly lastFetchedEpoch: number
}

type Reply = ReplyIn<typeof Fetch>
export type Session =
  | { readonly errorCode: number }
  | { readonly wanted: readonly Wanted[]; reply(answers: readonly Fetched[]): Reply }

interface Kept {
  readonly id: number
  epoch: number
  lastUsed: number
  /** Its reader names topics by id (v13); it may not begin or leave off doing so. */
  readonly usesTopicIds: boolean
  readonly wanted: Map<string, Wanted>
  /** What the reader was told last of each partition. */
  readonly told: Map<string, string>
}

const SLOTS = 1000
const EVICT_AFTER_MS = 120_000
const FINAL_EPOCH = -1
const INITIAL_EPOCH = 0

const keyOf = (wanted: { topic: string; topicId: string; index: number }) =>
  `${wanted.topicId === ZERO_UUID ? wanted.topic : wanted.topicId}:${wanted.index}`

export class FetchSessions {
  private readonly sessions = new Map<number, Kept>()

  /** Finds out which partitions a request is about and how its reply is put together. */
  take(request: Request<typeof Fetch>, ask: Ask): Session {
    const asked = askedFor(request, ask)
    const { sessionId, sessionEpoch } = request
    if (sessionEpoch === FINAL_EPOCH || ask.version < 7) {
      if (sessionId !== 0) this.sessions.delete(sessionId)
      return { wanted: asked, reply: (answers) => whole(0, answers) }
    }
    if (sessionEpoch === INITIAL_EPOCH) {
      if (sessionId !== 0) this.sessions.delete(sessionId)
      return this.begin(asked, ask)
    }
    const kept = this.sessions.get(sessionId)
    if (!kept) return { errorCode: errors.FETCH_SESSION_ID_NOT_FOUND }
    if (kept.epoch !== sessionEpoch) return { errorCode: errors.INVALID_FETCH_SESSION_EPOCH }
    if (kept.usesTopicIds !== usesTopicIds(ask)) return { errorCode: errors.FETCH_SESSION_TOPIC_ID_ERROR }
    return this.goOn(kept, asked, request, ask)
  }

  private begin(asked: readonly Wanted[], ask: Ask): Session {
    if (asked.length === 0 || !this.makeRoom(ask.now)) return { wanted: asked, reply: (answers) => whole(0, answers) }
    const { random } = ask.engine.system
    let id = 0
    while (id === 0 || this.sessions.has(id)) id = random.below(0x7fffffff)
    const wanted = new Map(asked.map((one) => [keyOf(one), one]))
    const kept: Kept = { id, epoch: 1, lastUsed: ask.now, usesTopicIds: usesTopicIds(ask), wanted, told: new Map() }
    this.sessions.set(id, kept)
    return {
      wanted: asked,
      reply(answers) {
        for (const { wanted: one, answer } of answers) kept.told.set(keyOf(one), state(answer))
        return whole(id, answers)
      },
    }
  }

  private goOn(kept: Kept, asked: readonly Wanted[], request: Request<typeof Fetch>, ask: Ask): Session {
    kept.epoch = kept.epoch === 0x7fffffff ? 1 : kept.epoch + 1
    kept.lastUsed = ask.now
    for (const { topic, topicId, partitions } of request.forgottenTopicsData) {
      for (const index of partitions) {
        kept.wanted.delete(keyOf({ topic, topicId, index }))
        kept.told.delete(keyOf({ topic, topicId, index }))
      }
    }
    for (const one of asked) kept.wanted.set(keyOf(one), one)
    // a partition that was not there when the session began may be there now, and the other way round
    const wanted = [...kept.wanted.values()].map((one) => (one.partition && !one.partition.deleted ? one : resolve(one, ask)))
    return {
      wanted,
      reply(answers) {
        const changed = answers.filter(({ wanted: one, answer }) => {
          const now = state(answer)
          const news =
            answer.errorCode !== errors.NONE || (answer.records as Buffer).length > 0 || kept.told.get(keyOf(one)) !== now
          kept.told.set(keyOf(one), now)
          return news
        })
        // partitions that gave something go to the end, so that none starves when max.bytes is small
        for (const { wanted: one, answer } of changed) {
          if ((answer.records as Buffer).length === 0) continue
          kept.wanted.delete(keyOf(one))
          kept.wanted.set(keyOf(one), one)
        }
        return whole(kept.id, changed)
      },
    }
  }

  private makeRoom(now: number): boolean {
    if (this.sessions.size < SLOTS) return true
    for (const kept of this.sessions.values()) {
      if (now - kept.lastUsed > EVICT_AFTER_MS) this.sessions.delete(kept.id)
    }
    return this.sessions.size < SLOTS
  }
}

const state = ({ highWatermark, lastStableOffset, logStartOffset }: Fetched['answer']) =>
  `${highWatermark} ${lastStableOffset} ${logStartOffset}`

const usesTopicIds = ({ version }: Pick<Ask, 'version'>) => version >= 13

function resolve(one: Wanted, { engine, version }: Ask): Wanted {
  const topic = usesTopicIds({ version }) ? engine.metadata.nameOf(one.topicId) : one.topic
  const partition = topic === undefined ? undefined : engine.partition(topic, one.index)
  const missing = topic === undefined ? errors.UNKNOWN_TOPIC_ID : errors.UNKNOWN_TOPIC_OR_PARTITION
  if (partition && engine.isAway(partition.state)) return { ...one, partition: undefined, missing: errors.KAFKA_STORAGE_ERROR }
  return { ...one, partition, missing }
}

function askedFor(request: Request<typeof Fetch>, ask: Ask): Wanted[] {
  const wanted: Wanted[] = []
  for (const { topic, topicId, partitions } of request.topics) {
    for (const { partition: index, fetchOffset, partitionMaxBytes, currentLeaderEpoch, lastFetchedEpoch } of partitions) {
      const asked = { topic, topicId, index, fetchOffset, partitionMaxBytes, currentLeaderEpoch, lastFetchedEpoch }
      wanted.push(resolve({ ...asked, partition: undefined, missing: errors.NONE }, ask))
    }
  }
  return wanted
}

/** Puts the partitions' answers together by topic. */
function whole(sessionId: number, answers: readonly Fetched[]): Reply {
  const topics = new Map<string, { topic: string; topicId: string; partitions: Fetched['answer'][] }>()
  for (const { wanted, answer } of answers) {
    const key = wanted.topicId === ZERO_UUID ? wanted.topic : wanted.topicId
    let topic = topics.get(key)
    if (!topic) {
      topic = { topic: wanted.topic, topicId: wanted.topicId, partitions: [] }
      topics.set(key, topic)
    }
    topic.partitions.push(answer)
  }
  return { sessionId, responses: [...topics.values()] }
}
