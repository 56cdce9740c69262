/**
 * Topics that come into being because somebody asks for them (auto.create.topics.enable, AutoTopicCreationManager). Unlike Kafka,
 * which lets clients ask again, kt creates them before it answers.
 */
import type { Engine } from '../engine'
import { INTERNAL_TOPICS } from '../topic'
import type { CreateResult, WantedTopic } from './create-topics'
import { internalTopic } from './internal-topics'
import { brokersOf } from './replicas'
import { createTopics } from './topics'

/** Creates the topics of these names; the results say what became of each, `durable` when they may be answered. */
export function autoCreate(
  engine: Engine,
  names: readonly string[],
): { readonly results: readonly CreateResult[]; readonly durable: Promise<void> } {
  const brokers = brokersOf(engine.metadata, engine.nodeId).registered.size
  const wanted = names.map(
    (name) => (INTERNAL_TOPICS.has(name) ? internalTopic(name, engine.settings, brokers) : undefined) ?? byDefault(name),
  )
  const { plan, durable } = createTopics(engine, wanted)
  return { results: plan.results, durable }
}

const byDefault = (name: string): WantedTopic => ({
  name,
  numPartitions: -1,
  replicationFactor: -1,
  assignments: [],
  configs: [],
})
