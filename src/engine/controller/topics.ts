/**
 * Carries decisions about topics out: the records are appended and applied at once, the partitions' folders follow (folders.ts). The
 * promises are kept when the records are on disk; folders have no fsync of their own, for the metadata log has the durable fact.
 */

import type { Leaving } from '../../storage/directory'
import type { Doomed } from '../../storage/doomed'
import { takeCopiesAway } from '../../storage/future-copies'
import type { Engine } from '../engine'
import type { TopicImage } from '../metadata/image'
import { inSlices } from '../slices'
import { wake } from '../waiting'
import type { PartitionsPlan } from './create-partitions'
import { type CreatePlan, decideCreateTopics, type WantedTopic } from './create-topics'
import type { DeletePlan } from './delete-topics'
import { type Folder, foldersOf, makeFolders, nameOf } from './folders'
import { viewOf } from './view'

export async function carryOutCreation(engine: Engine, { changes, results }: CreatePlan): Promise<void> {
  if (changes.length === 0) return settled(engine)
  const folders = results.flatMap((result) =>
    'topicId' in result ? foldersOf(engine, result.name, result.topicId, 0, result.replicas) : [],
  )
  makeWay(engine, folders)
  engine.directory.forgetEarlier(folders.map(nameOf))
  await engine.commit(changes)
  await beginFolders(engine, folders)
}

export async function carryOutPartitions(engine: Engine, { changes, added }: PartitionsPlan): Promise<void> {
  if (changes.length === 0) return settled(engine)
  const folders = added.flatMap(({ topic, from, replicas }) => foldersOf(engine, topic.name, topic.id, from, replicas))
  makeWay(engine, folders)
  engine.directory.forgetEarlier(folders.map(nameOf))
  await engine.commit(changes)
  await beginFolders(engine, folders)
}

/** Nobody waits for them but where there are several directories: where the next ones go depends on how many lie where. */
async function beginFolders(engine: Engine, folders: readonly Folder[]): Promise<void> {
  const made = makeFolders(engine, folders)
  if (engine.directory.all.length > 1) await made
}

/** Kept when all that has been decided so far is on disk: a refusal may rest on what somebody else has just asked for. */
export function settled(engine: Engine): Promise<void> {
  return engine.metadataLog.begun ? engine.commit([]) : Promise.resolve()
}

/** Who waits for records of a deleted topic is answered; its folders are renamed at once and removed file.delete.delay.ms later. */
export async function carryOutDeletion(engine: Engine, { changes, topics }: DeletePlan): Promise<void> {
  if (changes.length === 0) return settled(engine)
  const doomed = topics.map((topic) => ({
    topic,
    partitions: [...engine.partitionsOf(topic.name)],
    delayMs: engine.topicSettings(topic.name).fileDeleteDelayMs,
  }))
  const durable = engine.commit(changes)
  for (const { partitions } of doomed) for (const partition of partitions) wake(partition)
  const leaving = doomed.map(({ topic, delayMs }) => ({ delayMs, outgoing: new Outgoing(engine, topic) }))
  const takeRest = () => {
    for (const { outgoing } of leaving) outgoing.takeRest()
  }
  engine.beforeClose.add(takeRest)
  const each = leaving.flatMap(({ outgoing }) => outgoing.topic.partitions.map(() => outgoing))
  await inSlices(engine.system.clock, each, (outgoing) => outgoing.takeNext())
  engine.beforeClose.delete(takeRest)
  await durable
  for (const { outgoing, delayMs } of leaving) {
    for (const folder of outgoing.taken) folder.gone()
    const all = [...outgoing.taken, copiesOf(engine, outgoing.topic)]
    engine.system.clock.after(delayMs, () => void removeAll(engine, all), 'idle')
  }
}

/** Topics that are deleted and whose folders are still to be taken away, by name. */
const pending = new WeakMap<Engine, Map<string, Outgoing>>()
/** A new topic of the name of one that is about to go: first the old one goes. */
function makeWay(engine: Engine, folders: readonly Folder[]): void {
  const waiting = pending.get(engine)
  if (waiting && waiting.size > 0) for (const { topic } of folders) waiting.get(topic)?.takeRest()
}
/** The folders of a deleted topic, taken away one by one. */
class Outgoing {
  readonly taken: Leaving[] = []
  private next = 0
  private readonly waiting: Map<string, Outgoing>

  constructor(
    private readonly engine: Engine,
    readonly topic: TopicImage,
  ) {
    this.waiting = pending.get(engine) ?? new Map<string, Outgoing>()
    pending.set(engine, this.waiting)
    this.waiting.set(topic.name, this)
  }
  takeNext(): void {
    const next = this.topic.partitions[this.next++]
    if (next) this.take(`${this.topic.name}-${next.index}`)
    if (this.isDone && this.waiting.get(this.topic.name) === this) this.waiting.delete(this.topic.name)
  }
  takeRest(): void {
    do this.takeNext()
    while (!this.isDone)
  }
  private get isDone(): boolean {
    return this.next >= this.topic.partitions.length
  }
  private take(name: string): void {
    try {
      this.taken.push(this.engine.directory.detach(name))
    } catch (error) {
      this.engine.options.report(`the folder of ${name} could not be taken away: ${(error as Error).message}`)
    }
  }
}

/** What Kafka was moving of it from one directory to another. */
function copiesOf(engine: Engine, { id, name }: TopicImage): Doomed {
  const { directory } = engine
  try {
    return directory.doom(takeCopiesAway(directory, id))
  } catch (error) {
    engine.options.report(`a copy of ${name} that Kafka was making could not be taken away: ${(error as Error).message}`)
    return directory.doom([])
  }
}

/** One folder after the other, so that nothing else waits for all of them. */
export async function removeAll(engine: Engine, folders: readonly Doomed[]): Promise<void> {
  for (const folder of folders) {
    try {
      await folder.removeLater()
    } catch (error) {
      engine.options.report(`a deleted partition's folder could not be removed: ${(error as Error).message}`)
    }
  }
}

/** Creates topics with the broker's defaults, or as `wanted` says otherwise; the plan says what became of each. */
export function createTopics(engine: Engine, wanted: readonly WantedTopic[]): { plan: CreatePlan; durable: Promise<void> } {
  const plan = decideCreateTopics(wanted, viewOf(engine))
  return { plan, durable: carryOutCreation(engine, plan) }
}
