/**
 * CreateTopics 2-7. Each topic is answered on its own, when what was created is on disk; with validateOnly everything is checked and
 * nothing created. v5 tells the counts and settings that a topic got (KIP-525), v7 its id.
 */
import { CreateTopics } from '../../protocol/apis/create-topics'
import type { ReplyIn } from '../../protocol/types'
import type { BrokerSettings } from '../configs/broker-settings'
import { type CreatedTopicRow, createdTopicRows } from '../configs/describe'
import { type CreatedTopic, type CreateResult, decideCreateTopics } from '../controller/create-topics'
import { type NotStored, notStored } from '../controller/not-stored'
import { carryOutCreation } from '../controller/topics'
import { viewOf } from '../controller/view'
import { handle } from '../handler'

export const createTopics = handle(CreateTopics, async ({ topics, validateOnly }, { engine, version }) => {
  let results: readonly CreateResult[] = []
  const failure = await notStored(async () => {
    if (!validateOnly) engine.begin() // what a new cluster sets for all brokers is told in the answer
    const plan = decideCreateTopics(topics, viewOf(engine))
    results = plan.results
    if (!validateOnly) await carryOutCreation(engine, plan)
  })
  if (failure && results.length === 0) return { topics: topics.map(({ name }) => ({ name, ...failure })) }
  const rowsOf = version < 5 ? () => [] : settingsTold(engine.settings)
  return { topics: results.map((result) => answer(result, failure, rowsOf)) }
})

type RowsOf = (overrides: CreatedTopic['overrides']) => CreatedTopicRow[]

/** Most topics set nothing: what they all got is looked up once. */
function settingsTold(settings: BrokerSettings): RowsOf {
  let plain: CreatedTopicRow[] | undefined
  return (overrides) => {
    if (overrides.size > 0) return createdTopicRows(overrides, settings)
    plain ??= createdTopicRows(overrides, settings)
    return plain
  }
}

function answer(
  result: CreateResult,
  failure: NotStored | undefined,
  rowsOf: RowsOf,
): ReplyIn<typeof CreateTopics>['topics'][number] {
  if (!('topicId' in result)) return result
  if (failure) return { name: result.name, ...failure }
  const { name, topicId, replicas, overrides } = result
  return {
    name,
    topicId,
    errorCode: 0,
    errorMessage: null,
    numPartitions: replicas.length,
    replicationFactor: replicas[0]?.length ?? 0,
    configs: rowsOf(overrides),
  }
}
