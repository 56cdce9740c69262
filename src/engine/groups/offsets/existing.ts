/**
 * Requests about offsets name partitions that may not exist. Those are answered here, and only the rest is asked of the
 * group; the two answers are then one again, topic by topic.
 */
import { errors } from '../../../protocol/errors'
import { ZERO_UUID } from '../../../protocol/types'
import type { Topics } from '../topics'

interface Asked<P> {
  readonly name: string
  readonly topicId: string
  readonly partitions: readonly P[]
}
interface Indexed {
  readonly partitionIndex: number
}
interface Answer {
  readonly name: string
  readonly topicId: string
  readonly partitions: readonly (Indexed & { readonly errorCode: number })[]
}

/** The topics of a request that names them by id have names again; '' where nobody knows the id. */
export function withNames<T extends { readonly name: string; readonly topicId: string }>(
  topics: Topics,
  asked: readonly T[],
): T[] {
  return asked.map((topic) => ({
    ...topic,
    name: (topic.topicId === ZERO_UUID ? undefined : topics.nameOf(topic.topicId)) ?? '',
  }))
}

/** Parts what exists from what does not. A topic without a name is one whose id nobody knows. */
export function partExisting<P extends Indexed>(
  topics: Topics,
  asked: readonly Asked<P>[],
  byId: boolean,
): { readonly existing: Asked<P>[]; readonly missing: Answer[] } {
  const existing: Asked<P>[] = []
  const missing: Answer[] = []
  const miss = ({ name, topicId }: Asked<P>, partitions: readonly P[], errorCode: number) => {
    const answers = partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode }))
    if (answers.length > 0) missing.push({ name, topicId, partitions: answers })
  }
  for (const topic of asked) {
    if (byId && topic.name === '') {
      miss(topic, topic.partitions, errors.UNKNOWN_TOPIC_ID)
      continue
    }
    const count = topics.partitionCount(topic.name)
    const exists = ({ partitionIndex }: P) => partitionIndex >= 0 && partitionIndex < count
    const partitions = topic.partitions.filter(exists)
    miss(
      topic,
      topic.partitions.filter((partition) => !exists(partition)),
      errors.UNKNOWN_TOPIC_OR_PARTITION,
    )
    if (partitions.length > 0) existing.push({ ...topic, partitions })
  }
  return { existing, missing }
}

/** Both answers as one: what was missing first, as Kafka has it. */
export function joinAnswers(missing: readonly Answer[], answered: readonly Answer[]): Answer[] {
  const joined = new Map<string, Answer>()
  for (const answer of [...missing, ...answered]) {
    const key = `${answer.topicId}/${answer.name}`
    const known = joined.get(key)
    joined.set(key, known ? { ...known, partitions: [...known.partitions, ...answer.partitions] } : answer)
  }
  return [...joined.values()]
}
