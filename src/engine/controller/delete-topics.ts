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

/** All that one request wants deleted. It is decided in portions, each on what the metadata say then: others have a turn in between. */
export class WantedDeletions {
  /** What is refused whatever there is. */
  readonly refused: readonly DeleteResult[]
  /** The rest, each once. */
  readonly wanted: readonly WantedDeletion[]
  private readonly counts = new Map<string, number>()
  private readonly ids: ReadonlySet<string>

  constructor(all: readonly WantedDeletion[]) {
    this.refused = all.flatMap((one) => {
      const fault = faultOf(one)
      return fault === undefined ? [] : [refusal(one, errors.INVALID_REQUEST, fault)]
    })
    const wellFormed = all.filter((one) => faultOf(one) === undefined)
    for (const one of wellFormed) this.counts.set(keyOf(one), (this.counts.get(keyOf(one)) ?? 0) + 1)
    this.ids = new Set(wellFormed.filter(({ name }) => name === null).map(({ topicId }) => topicId))
    this.wanted = [...new Map(wellFormed.map((one) => [keyOf(one), one])).values()]
  }
  decide(portion: readonly WantedDeletion[], { image }: ControllerView): DeletePlan {
    const topics: TopicImage[] = []
    const results = portion.map((one) => {
      const topic = one.name === null ? image.topicById(one.topicId) : image.topic(one.name)
      const refused = this.refusalOf(one, topic)
      if (refused || !topic) return refused as DeleteResult
      topics.push(topic)
      return { name: topic.name, topicId: topic.id, errorCode: errors.NONE, errorMessage: null }
    })
    const changes = topics.flatMap(({ id, name }) => [
      ...withoutSettings(image, name),
      change(records.RemoveTopicRecord, { topicId: id }),
    ])
    return { changes, topics, results }
  }
  /** What is not decided any more, for the engine has closed: another controller will. */
  leave(portion: readonly WantedDeletion[]): DeleteResult[] {
    return portion.map((one) => refusal(one, errors.NOT_CONTROLLER))
  }
  private refusalOf(one: WantedDeletion, topic: TopicImage | undefined): DeleteResult | undefined {
    const byName = one.name !== null
    const isTwice = (this.counts.get(keyOf(one)) ?? 0) > 1
    if (isTwice) return refusal(one, errors.INVALID_REQUEST, byName ? 'Duplicate topic name.' : 'Duplicate topic id.')
    if (!topic) return refusal(one, byName ? errors.UNKNOWN_TOPIC_OR_PARTITION : errors.UNKNOWN_TOPIC_ID)
    if (byName && this.ids.has(topic.id))
      return refusal(one, errors.INVALID_REQUEST, 'The provided topic name maps to an ID that was already supplied.')
    return undefined
  }
}

const keyOf = ({ name, topicId }: WantedDeletion): string => (name === null ? `id ${topicId}` : `name ${name}`)

const refusal = (
  { name, topicId }: WantedDeletion,
  errorCode: number,
  errorMessage = errorOf(errorCode).sentence,
): DeleteResult => ({ name, topicId, errorCode, errorMessage })

function faultOf({ name, topicId }: WantedDeletion): string | undefined {
  const isNamed = name !== null
  const isIdentified = topicId !== ZERO_UUID
  if (isNamed && isIdentified) return 'You may not specify both topic name and topic id.'
  if (!isNamed && !isIdentified) return 'Neither topic name nor id were specified.'
  return undefined
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
