/**
 * What a server makes ready while it serves: after an unclean end it repairs one log after the other, and it reads the groups from
 * the logs that they live in. A JVM Kafka answers nobody before all logs are repaired (LogManager.loadLogs); here a request waits for
 * what it asks for, which is made ready first, and everybody else is answered at once (gate.ts). A passing command makes ready what it
 * asks for and nothing else.
 */
import type { Steps } from '../storage/gradual'
import { nextTurn } from '../system/turns'
import { Background } from './background'
import { makeFolder } from './controller/folders'
import type { Engine } from './engine'
import { Gate } from './gate'
import { GROUP_TOPIC } from './groups/placement'
import type { Partition } from './partition'
import { allPartitions } from './retention'
import { INTERNAL_TOPICS } from './topic'

/** A partition whose log is repaired, or the number of the partition of `__consumer_offsets` whose groups are read. */
export type Task = Partition | number

/** Begins to make ready what is not, once the answers are loaded. `log` takes a line when logs have been repaired. */
export function startRecovery(engine: Engine, log: (line: string) => void): void {
  const recovery = new Recovery(engine, log)
  engine.recovery = recovery
  if (!recovery.isOver) engine.system.clock.soon(() => void recovery.run())
}

export type Use = 'to read' | 'to write'

/** Whether something has to be done in files before the log can be used so. */
export const isCold = (partition: Partition, use: Use): boolean =>
  !partition.isOpen || (use === 'to write' && !partition.log.written && !partition.log.sealed)

/** Makes the files of a log that has none, in the background. */
async function makeFiles(engine: Engine, partition: Partition): Promise<void> {
  const areMissing = () => isWritable(engine, partition) && partition.log.unidentified
  if (areMissing()) await makeFolder(engine, partition)
  if (areMissing()) await partition.log.active.createLater()
}
const isWritable = (engine: Engine, partition: Partition): boolean =>
  partition.isOpen && !partition.deleted && engine.writable && isCold(partition, 'to write')

function* beginning(engine: Engine, partition: Partition): Steps<void> {
  if (!isWritable(engine, partition)) return
  try {
    partition.log.beginWriting()
    yield
    partition.log.active.create()
  } catch {
    // whoever writes has the same trouble, and tells of it
  }
}

export class Recovery {
  private readonly tasks: Background<Task>
  private readonly repairs: number
  private failed = false
  private running = false
  private stopped = false

  constructor(
    private readonly engine: Engine,
    private readonly log: (line: string) => void,
  ) {
    const { clock } = engine.system
    this.tasks = new Background(clock, (task, error) => this.fail(task, error))
    const closed = engine.directory.clean ? [] : allPartitions(engine).filter(({ isOpen }) => !isOpen)
    const [internal = [], others = []] = [true, false].map((is) =>
      closed.filter(({ topic }) => INTERNAL_TOPICS.has(topic) === is),
    )
    this.repairs = closed.length
    for (const partition of internal) this.repair(partition)
    if (engine.groupsLoaded) for (const { index } of engine.partitionsOf(GROUP_TOPIC)) this.readGroups(index)
    for (const partition of others) this.repair(partition)
  }
  /** What was never written needs no repair, but for its folder. */
  private repair(partition: Partition): void {
    const { engine } = this
    this.tasks.add(partition, () => {
      if (partition.deleted) return undefined
      if (engine.directory.wasWritten(partition.name)) return engine.opening(partition)
      engine.directory.identify(partition.name, partition.topicId)
      return undefined
    })
  }
  private readGroups(index: number): void {
    const { engine } = this
    this.tasks.add(index, () => {
      if (!engine.directory.wasWritten(`${GROUP_TOPIC}-${index}`)) return undefined
      return engine.groups.load(index)
    })
  }
  /** It is told of here, and to whoever asks for it then. */
  private fail(task: Task, error: unknown): void {
    this.failed = true
    const what =
      typeof task === 'number' ? `the groups of ${GROUP_TOPIC}-${task} could not be read` : `${task.name} could not be opened`
    this.engine.options.report(`${what}: ${(error as Error).message}`)
  }

  get isOver(): boolean {
    return this.tasks.size === 0
  }
  /** Nothing failed on the way. */
  get isDone(): boolean {
    return this.isOver && !this.failed
  }
  waitsFor(partition: Partition): boolean {
    return this.tasks.has(partition)
  }
  /** For one connection. */
  gate(): Gate {
    return new Gate(this.engine, this)
  }
  /** Kept when the task is over; undefined: it is, or there never was one. */
  want(task: Task): Promise<void> | undefined {
    return this.tasks.want(task)
  }
  /** Makes a log ready when there is time; kept when it is, or when that has failed, of which whoever uses it will hear. */
  warm(partition: Partition, use: Use): Promise<void> {
    const { engine } = this
    const opened = this.do(partition, () => (partition.deleted || partition.isOpen ? undefined : engine.opening(partition)))
    if (use === 'to read') return opened
    const made = opened.then(() => makeFiles(engine, partition)).catch(() => {})
    return made.then(() => this.do(partition, () => beginning(engine, partition)))
  }
  /** Begins with `task` unless the partition has one. */
  private do(partition: Partition, task: () => Steps<void> | undefined): Promise<void> {
    if (!this.tasks.has(partition)) this.tasks.add(partition, task)
    const wanted = this.tasks.want(partition) ?? Promise.resolve()
    if (!this.running) void this.work()
    return wanted
  }
  /** A turn of the loop for whoever has waited: what comes before it took one. Not kept after `stop`. */
  async turn(): Promise<void> {
    await nextTurn(this.engine.system.clock)
    if (this.stopped) await new Promise<never>(() => {})
  }
  private async work(): Promise<boolean> {
    this.running = true
    await nextTurn(this.engine.system.clock) // whoever asks had this one
    let isDone: boolean
    do isDone = await this.tasks.run()
    while (isDone && !this.isOver)
    this.running = false
    return isDone
  }
  /** Nothing more is made ready; who waits for it will not be answered, for nothing may be written behind a clean end. */
  stop(): void {
    this.stopped = true
    this.tasks.stop()
  }

  async run(): Promise<void> {
    const { engine } = this
    const began = engine.system.clock.monotonic()
    const isDone = await this.work()
    if (!isDone || this.failed || engine.directory.clean) return
    engine.directory.noteRepaired()
    const tookMs = Math.round(engine.system.clock.monotonic() - began)
    this.log(`The last end was no clean one: the logs of ${this.repairs} partitions were looked through in ${tookMs} ms`)
  }
}
