/**
 * Carries decisions about topics out: the records are appended and applied at once, the partitions' folders follow. The promises
 * are kept when the records are on disk; folders have no fsync of their own, for the metadata log has the durable fact.
 */
import type { Engine } from '../engine'
import type { TopicImage } from '../metadata/image'
import { wake } from '../waiting'
import type { PartitionsPlan } from './create-partitions'
import { type CreatePlan, decideCreateTopics, type WantedTopic } from './create-topics'
import type { DeletePlan } from './delete-topics'
import { viewOf } from './view'

export async function carryOutCreation(engine: Engine, { changes, results }: CreatePlan): Promise<void> {
  if (changes.length === 0) return
  const durable = engine.commit(changes)
  for (const result of results) {
    if ('topicId' in result) makeFolders(engine, result.name, result.topicId, 0, result.replicas)
  }
  await durable
}

export async function carryOutPartitions(engine: Engine, { changes, added }: PartitionsPlan): Promise<void> {
  if (changes.length === 0) return
  const durable = engine.commit(changes)
  for (const { topic, from, replicas } of added) makeFolders(engine, topic.name, topic.id, from, replicas)
  await durable
}

function makeFolders(engine: Engine, topic: string, id: string, from: number, replicas: readonly (readonly number[])[]): void {
  for (const [index, ids] of replicas.entries()) {
    if (ids.includes(engine.nodeId)) engine.directory.createFolder(`${topic}-${from + index}`, id)
  }
}

/** Who waits for records of a deleted topic is answered; its folders are renamed at once and removed file.delete.delay.ms later. */
export async function carryOutDeletion(engine: Engine, { changes, topics }: DeletePlan): Promise<void> {
  if (changes.length === 0) return
  const doomed = topics.map((topic) => ({
    topic,
    partitions: [...engine.partitionsOf(topic.name)],
    delayMs: engine.topicSettings(topic.name).fileDeleteDelayMs,
  }))
  const durable = engine.commit(changes)
  for (const { topic, partitions, delayMs } of doomed) {
    for (const partition of partitions) wake(partition)
    removeLater(engine, topic, delayMs)
  }
  await durable
}

function removeLater(engine: Engine, topic: TopicImage, delayMs: number): void {
  const detached = topic.partitions.map(({ index }) => engine.directory.detach(`${topic.name}-${index}`))
  engine.system.clock.after(delayMs, () => removeAll(engine, detached), 'idle')
}

/** One folder after the other, so that nothing else waits for all of them. */
export function removeAll(engine: Engine, folders: { remove: () => void }[]): void {
  const folder = folders.shift()
  if (!folder) return
  try {
    folder.remove()
  } catch (error) {
    engine.options.report(`a deleted partition's folder could not be removed: ${(error as Error).message}`)
  }
  engine.system.clock.soon(() => removeAll(engine, folders))
}

/** Creates topics with the broker's defaults, or as `wanted` says otherwise; the plan says what became of each. */
export function createTopics(engine: Engine, wanted: readonly WantedTopic[]): { plan: CreatePlan; durable: Promise<void> } {
  const plan = decideCreateTopics(wanted, viewOf(engine))
  return { plan, durable: carryOutCreation(engine, plan) }
}
