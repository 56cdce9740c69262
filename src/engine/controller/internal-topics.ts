/**
 * The topics that coordinators keep their facts in, made when they are first needed, with the settings that Kafka gives them. A
 * replication factor beyond the brokers there are is lowered to their number, and so is what must be in sync: Kafka's default of
 * 3 would leave a single broker without groups.
 */
import type { BrokerSettings } from '../configs/broker-settings'
import type { Engine } from '../engine'
import type { WantedTopic } from './create-topics'
import { brokersOf } from './replicas'
import { createTopics } from './topics'

/** How an internal topic is to be created where there are so many brokers; undefined when `name` is none. */
export function internalTopic(name: string, settings: BrokerSettings, brokers: number): WantedTopic | undefined {
  const topic = (numPartitions: number, factor: number, configs: Readonly<Record<string, string | number>>): WantedTopic => ({
    name,
    numPartitions,
    replicationFactor: Math.min(factor, brokers),
    assignments: [],
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value: String(value) })),
  })
  switch (name) {
    case '__consumer_offsets':
      return topic(settings.offsetsTopicNumPartitions, settings.offsetsTopicReplicationFactor, {
        'cleanup.policy': 'compact',
        'compression.type': 'producer',
        'segment.bytes': settings.offsetsTopicSegmentBytes,
      })
    case '__transaction_state':
      return topic(settings.transactionStateLogNumPartitions, settings.transactionStateLogReplicationFactor, {
        'unclean.leader.election.enable': 'false',
        'compression.type': 'uncompressed',
        'cleanup.policy': 'compact',
        'min.insync.replicas': Math.min(settings.transactionStateLogMinIsr, brokers),
        'segment.bytes': settings.transactionStateLogSegmentBytes,
      })
    case '__share_group_state':
      return topic(settings.shareCoordinatorStateTopicNumPartitions, settings.shareCoordinatorStateTopicReplicationFactor, {
        'cleanup.policy': 'delete',
        'compression.type': 'producer',
        'segment.bytes': settings.shareCoordinatorStateTopicSegmentBytes,
        'min.insync.replicas': Math.min(settings.shareCoordinatorStateTopicMinIsr, brokers),
        'retention.ms': -1,
      })
    default:
      return undefined
  }
}

/** Creates an internal topic if it is not there; it is usable at once, and durable when the promise is kept. */
export function ensureInternalTopic(engine: Engine, name: string): Promise<void> {
  if (engine.metadata.topic(name)) return Promise.resolve()
  const wanted = internalTopic(name, engine.settings, brokersOf(engine.metadata, engine.nodeId).registered.size)
  if (!wanted) throw new Error(`${name} is no internal topic`)
  const { plan, durable } = createTopics(engine, [wanted])
  durable.catch(() => {}) // the engine has been told; who wants to know waits for it
  const refused = plan.results.find((result) => result.errorCode !== 0)
  if (refused && 'errorMessage' in refused) throw new Error(`${name} could not be created: ${refused.errorMessage}`)
  return durable
}
