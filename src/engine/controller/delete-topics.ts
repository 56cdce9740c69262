/**
 * Decides DeleteTopics (ControllerApis.deleteTopics): topics by name or by id (KIP-516), each answered on its own. Whatever is
 * named twice, by whichever of its names, is refused.
 */
import { errorOf, errors } from '../../protocol/errors'
import { ZERO_UUID } from '../../protocol/types'
import { change, type MetadataChange, records } from '../metadata/changes'
import { RESOURCE, type TopicImage } from '../metadata/image'
import type { ControllerView } from './view'

export interface WantedDeletion {
  readonly name: string | null
  readonly topicId: string
}
export interface DeleteResult {
  readonly name: string | null
  readonly topicId: string
  readonly errorCode: number
  readonly errorMessage: string | null
}
export interface DeletePlan {
  readonly changes: readonly MetadataChange[]
  readonly topics: readonly TopicImage[]
  readonly results: readonly DeleteResult[]
}

export function decideDeleteTopics(wanted: readonly WantedDeletion[], { image }: ControllerView): DeletePlan {
  const results: DeleteResult[] = []
  const refuse = ({ name, topicId }: WantedDeletion, errorCode: number, errorMessage = errorOf(errorCode).sentence) => {
    results.push({ name, topicId, errorCode, errorMessage })
  }
  const request = (one: WantedDeletion, message: string) => refuse(one, errors.INVALID_REQUEST, message)

  const wellFormed = wanted.filter((one) => {
    const named = one.name !== null
    const identified = one.topicId !== ZERO_UUID
    if (named && identified) request(one, 'You may not specify both topic name and topic id.')
    else if (!named && !identified) request(one, 'Neither topic name nor id were specified.')
    else return true
    return false
  })
  const key = ({ name, topicId }: WantedDeletion) => (name === null ? `id ${topicId}` : `name ${name}`)
  const counts = new Map<string, number>()
  for (const one of wellFormed) counts.set(key(one), (counts.get(key(one)) ?? 0) + 1)
  const ids = new Set(wellFormed.filter(({ name }) => name === null).map(({ topicId }) => topicId))

  const topics: TopicImage[] = []
  const seen = new Set<string>()
  for (const one of wellFormed) {
    if (seen.has(key(one))) continue
    seen.add(key(one))
    const byName = one.name !== null
    const topic = one.name === null ? image.topicById(one.topicId) : image.topic(one.name)
    if ((counts.get(key(one)) ?? 0) > 1) request(one, byName ? 'Duplicate topic name.' : 'Duplicate topic id.')
    else if (!topic) refuse(one, byName ? errors.UNKNOWN_TOPIC_OR_PARTITION : errors.UNKNOWN_TOPIC_ID)
    else if (byName && ids.has(topic.id)) request(one, 'The provided topic name maps to an ID that was already supplied.')
    else {
      topics.push(topic)
      results.push({ name: topic.name, topicId: topic.id, errorCode: errors.NONE, errorMessage: null })
    }
  }
  const changes = topics.flatMap(({ id, name }) => [
    ...withoutSettings(image, name),
    change(records.RemoveTopicRecord, { topicId: id }),
  ])
  return { changes, topics, results }
}

/**
 * Kafka 4.2 forgets a topic's settings with the topic as it goes, but not when it reads the records again at a start: a new topic of
 * the name would have them. So each is said to be gone.
 */
function withoutSettings(image: ControllerView['image'], topic: string): MetadataChange[] {
  return [...image.configOf(RESOURCE.TOPIC, topic).keys()].map((name) =>
    change(records.ConfigRecord, { resourceType: RESOURCE.TOPIC, resourceName: topic, name, value: null }),
  )
}
