/**
 * The long part of a compaction in a thread of its own: the event loop has only the swaps, and the operating system gives the
 * processor to who sleeps most, which is a broker. Both sides are here, and what they say to each other.
 *
 *     broker -> { job, bytesPerSecond }                        thread -> { cleaned group }     a new segment waits to be put in its place
 *     broker -> { swapped, bytesPerSecond }  it is             thread -> { done } or { failed }
 *
 * The broker ends the thread when it has no use for it; what it leaves are `.cleaned` files, which nobody misses.
 */
import { Malformed } from '../../protocol/malformed'
import type { Port, System, Thread } from '../../system/system'
import { Uncleanable } from './batches'
import { type Cleaned, type Compacting, Compaction, type Swap } from './compaction'
import type { CleanedGroup, Job } from './job'
import { Interrupted, type Pace, Throttle } from './pace'
import { CLEANED } from './settle'

/** As the build names it: thread-main.ts. */
export const PROGRAM = 'compaction'

type ToThread =
  | { readonly kind: 'job'; readonly job: Job; readonly bytesPerSecond: number }
  | { readonly kind: 'swapped'; readonly bytesPerSecond: number }
/** An error without its class, which is not sent. */
interface Failure {
  readonly kind: 'failed'
  readonly is: 'uncleanable' | 'other'
  readonly message: string
  /** The operating system's: code and errno. */
  readonly marks: object
}
type FromThread =
  | { readonly kind: 'cleaned'; readonly group: CleanedGroup }
  | { readonly kind: 'done'; readonly cleaned: Cleaned }
  | Failure

function failureOf(error: unknown): Failure {
  const { message, code, errno } = error as NodeJS.ErrnoException
  const is = error instanceof Uncleanable || error instanceof Malformed ? 'uncleanable' : 'other'
  return { kind: 'failed', is, message, marks: code === undefined ? {} : { code, errno } }
}
function errorOf({ is, message, marks }: Failure): Error {
  return is === 'uncleanable' ? new Uncleanable(message) : Object.assign(new Error(message), marks)
}

/** The broker's side. */
export class CompactionThread implements Compacting {
  private outcome: { readonly cleaned: Cleaned } | { readonly error: unknown } | undefined

  constructor(
    private readonly fs: System['fs'],
    private readonly thread: Thread,
    private readonly job: Job,
    private readonly bytesPerSecond: () => number,
    private readonly swap: Swap,
  ) {}

  /** Settled when the thread has ended: then nobody writes any more. */
  run(): Promise<Cleaned> {
    const { thread, job } = this
    return new Promise((resolve, reject) => {
      thread.onMessage((message) => void this.take(message as FromThread)) // the other side is below
      thread.onEnd((error) => {
        const outcome = this.outcome ?? { error: error ?? new Error('the thread of the compaction ended early') }
        this.outcome = outcome
        this.removeCleaned()
        if ('cleaned' in outcome) resolve(outcome.cleaned)
        else reject(outcome.error)
      })
      this.send({ kind: 'job', job, bytesPerSecond: this.bytesPerSecond() })
    })
  }
  cancel(): void {
    this.end({ error: new Interrupted() })
    this.removeCleaned() // whoever cancels may not live to see the thread end
  }

  private send(message: ToThread): void {
    this.thread.send(message)
  }
  private async take(message: FromThread): Promise<void> {
    if (this.outcome) return
    if (message.kind === 'done') this.end({ cleaned: message.cleaned })
    else if (message.kind === 'failed') this.end({ error: errorOf(message) })
    else {
      try {
        await this.swap(message.group)
        if (!this.outcome) this.send({ kind: 'swapped', bytesPerSecond: this.bytesPerSecond() })
      } catch (error) {
        this.end({ error })
      }
    }
  }
  private end(outcome: { readonly cleaned: Cleaned } | { readonly error: unknown }): void {
    this.outcome ??= outcome
    this.thread.end()
  }
  private removeCleaned(): void {
    const { fs, job } = this
    try {
      if (!fs.exists(job.folder)) return
      for (const name of fs.list(job.folder)) if (name.endsWith(CLEANED)) fs.remove(`${job.folder}/${name}`)
    } catch {
      // the next opening does
    }
  }
}

/** The thread's side: does the job that it is sent. */
export function serveCompaction({ fs, clock }: Pick<System, 'fs' | 'clock'>, broker: Port): void {
  const send = (message: FromThread) => broker.send(message)
  let rate = Number.POSITIVE_INFINITY
  let swapped: () => void = () => {}
  const swap: Swap = (group) =>
    new Promise((resolve) => {
      swapped = resolve
      send({ kind: 'cleaned', group })
    })
  broker.onMessage((message) => {
    const told = message as ToThread // the other side is above
    rate = told.bytesPerSecond
    if (told.kind === 'swapped') swapped()
    else {
      const work = new Compaction(
        fs,
        told.job,
        paceOf(clock, () => rate),
        swap,
      )
      work.run().then(
        (cleaned) => send({ kind: 'done', cleaned }),
        (error: unknown) => send(failureOf(error)),
      )
    }
  })
}

/** Of somebody who is in nobody's way. */
function paceOf(clock: System['clock'], bytesPerSecond: () => number): Pace {
  const throttle = new Throttle()
  const pause = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve))
  return {
    isDue: () => false,
    rest: async () => {},
    async spend(bytes) {
      const waitMs = throttle.spend(bytes, bytesPerSecond(), clock.monotonic())
      if (waitMs > 0) await pause(waitMs)
    },
    pause,
  }
}
