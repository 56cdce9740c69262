/**
 * What a server does after an unclean end: it repairs one log after the other and serves meanwhile. A JVM Kafka answers nobody
 * before all of them are repaired (LogManager.loadLogs); here a request waits for the logs that it asks for, which are repaired
 * first, and everybody else is answered at once. The work is cut up, so that heartbeats do not wait for it. A passing command
 * repairs what it asks for and nothing else.
 */
import { ApiVersions } from '../protocol/apis/api-versions'
import { CreateTopics } from '../protocol/apis/create-topics'
import { DeleteRecords } from '../protocol/apis/delete-records'
import { DescribeCluster } from '../protocol/apis/describe-cluster'
import { DescribeConfigs } from '../protocol/apis/describe-configs'
import { DescribeLogDirs } from '../protocol/apis/describe-log-dirs'
import { DescribeProducers } from '../protocol/apis/describe-producers'
import { DescribeTopicPartitions } from '../protocol/apis/describe-topic-partitions'
import { Fetch } from '../protocol/apis/fetch'
import { ListOffsets } from '../protocol/apis/list-offsets'
import { Metadata } from '../protocol/apis/metadata'
import { OffsetForLeaderEpoch } from '../protocol/apis/offset-for-leader-epoch'
import { Produce } from '../protocol/apis/produce'
import type { Opening } from '../storage/log-open'
import type { Engine } from './engine'
import type { Partition } from './partition'
import { allPartitions } from './retention'
import { INTERNAL_TOPICS } from './topic'

/** How long one piece of work may keep everything else waiting. */
const SLICE_MS = 4

const keysOf = (...apis: readonly { readonly key: number }[]): ReadonlySet<number> => new Set(apis.map(({ key }) => key))
/** Requests for the logs of the topics that they name. */
const OF_TOPICS = keysOf(Produce, Fetch, ListOffsets, DeleteRecords, OffsetForLeaderEpoch, DescribeProducers)
/** Requests that need no log at all. What is in neither list may need what the coordinators keep in internal topics. */
const OF_NONE = keysOf(
  ApiVersions,
  Metadata,
  CreateTopics,
  DescribeCluster,
  DescribeConfigs,
  DescribeLogDirs,
  DescribeTopicPartitions,
)

/** A log that waits for its repair. */
interface Job {
  /** Its opening, once it has begun. */
  steps: Opening | undefined
  readonly done: Promise<void>
  readonly finish: () => void
}

/** Begins to repair what is left of an unclean end, if there was one. `log` takes a line when all is done. */
export function startRecovery(engine: Engine, log: (line: string) => void): void {
  if (engine.directory.clean) return
  engine.recovery = new Recovery(engine, log)
  engine.system.clock.soon(() => void engine.recovery?.run())
}

export class Recovery {
  /** In the order in which they will be repaired. */
  private readonly left: Map<Partition, Job>
  /** Those that somebody waits for. */
  private readonly wanted = new Set<Partition>()
  private stopped = false
  private failed = false

  constructor(
    private readonly engine: Engine,
    private readonly log: (line: string) => void,
  ) {
    const all = allPartitions(engine).filter(({ isOpen }) => !isOpen)
    const [internal, others] = [true, false].map((is) => all.filter(({ topic }) => INTERNAL_TOPICS.has(topic) === is))
    this.left = new Map([...(internal ?? []), ...(others ?? [])].map((partition) => [partition, newJob()]))
  }

  waitsFor(partition: Partition): boolean {
    return this.left.has(partition)
  }
  /** Nothing more is repaired; who waits for it will not be answered, for nothing may be written behind a clean end. */
  stop(): void {
    this.stopped = true
  }

  /**
   * For one connection: gives what a request has to wait for, undefined: nothing. Requests behind one that waits do so, too, so that
   * their order stays.
   */
  gate(): (apiKey: number, request: object) => Promise<void> | undefined {
    let last: Promise<void> | undefined
    return (apiKey, request) => {
      const repairs = this.left.size === 0 ? [] : this.needs(apiKey, request).flatMap((partition) => this.want(partition))
      if (!last && repairs.length === 0) return undefined
      const turn = Promise.all([last, ...repairs]).then(() => {
        if (last === turn) last = undefined
      })
      last = turn
      return turn
    }
  }
  private needs(apiKey: number, request: object): readonly Partition[] {
    if (OF_NONE.has(apiKey)) return []
    const topics = OF_TOPICS.has(apiKey) ? topicsIn(this.engine, request) : [...INTERNAL_TOPICS]
    return topics.flatMap((topic) => this.engine.partitionsOf(topic))
  }
  private want(partition: Partition): Promise<void>[] {
    const job = this.left.get(partition)
    if (!job) return []
    this.wanted.add(partition)
    return [job.done]
  }

  /** Repairs all, slice by slice. */
  async run(): Promise<void> {
    const { clock } = this.engine.system
    const began = clock.monotonic()
    const count = this.left.size
    for (let slice = began; ; ) {
      const [partition] = this.wanted.size > 0 ? this.wanted : this.left.keys()
      const job = partition && this.left.get(partition)
      if (!job || this.stopped) break
      if (this.step(partition, job) === 'done') this.finish(partition, job)
      if (clock.monotonic() - slice < SLICE_MS) continue
      await new Promise<void>((resolve) => clock.soon(resolve))
      slice = clock.monotonic()
    }
    if (this.stopped || this.failed) return
    this.engine.directory.noteRepaired()
    const tookMs = Math.round(clock.monotonic() - began)
    this.log(`The last end was no clean one: the logs of ${count} partitions were looked through in ${tookMs} ms`)
  }

  /** What was never written needs no repair; one that cannot be opened is told of here, and to whoever asks for it then. */
  private step(partition: Partition, job: Job): 'done' | 'not yet' {
    const { directory, options } = this.engine
    const { name, topic, topicId } = partition
    try {
      if (partition.deleted || partition.isOpen) return 'done'
      if (!job.steps) {
        if (!directory.wasWritten(name)) return 'done'
        job.steps = directory.opening(name, topicId, this.engine.topicSettings(topic))
      }
      if (!job.steps.next().done) return 'not yet'
      void partition.log
    } catch (error) {
      this.failed = true
      options.report(`${name} could not be opened: ${(error as Error).message}`)
    }
    return 'done'
  }
  private finish(partition: Partition, job: Job): void {
    this.wanted.delete(partition)
    this.left.delete(partition)
    job.finish()
  }
}

function newJob(): Job {
  let finish = () => {}
  const done = new Promise<void>((resolve) => {
    finish = resolve
  })
  return { steps: undefined, done, finish }
}

/** Names of the topics in a request; where it bears ids (Produce 13, Fetch 13), the names that they are of. */
function topicsIn({ metadata }: Engine, request: object): string[] {
  type Named = { readonly name?: string | null; readonly topic?: string; readonly topicId?: string }
  const { topics, topicData } = request as { topics?: readonly Named[] | null; topicData?: readonly Named[] }
  return (topics ?? topicData ?? []).flatMap(({ name, topic, topicId }) => {
    const known = name || topic || metadata.nameOf(topicId ?? '')
    return known ? [known] : []
  })
}
