/**
 * Group commit: one fdatasync of a log serves everybody who waits for it (design.md: a promise about data). Who asks while one is under
 * way is served by the next. Logs do not wait for each other.
 *
 * A producer with five requests in flight would soon be served by rounds of two and three by turns, and wait for two syncs each time.
 * So a round waits a little for those whom the one before has just answered: at most about a third of what a sync takes, and not again for a
 * while when it waited for nothing (as PostgreSQL's commit_delay, but with figures of its own).
 *
 * An error ends the broker: after a failed fsync nobody knows what is on disk (fsyncgate). Only a full disk does not: those who wait are
 * told, and it is tried again, with all that is in doubt written anew (segment-file.ts), until there is room.
 */
import type { System, Timer } from '../system/system'
import { SLICE_MS } from '../system/turns'
import type { Log } from './log'
import { isFull } from './trouble'

interface Round {
  /** How many wait for it. */
  count: number
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

function newRound(): Round {
  let resolve: () => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  promise.catch(() => {}) // those who wait see it; nobody waiting is no unhandled rejection
  return { count: 0, promise, resolve, reject }
}

/** A log that somebody waits for: a sync of it is under way, and perhaps the next is asked for. */
interface Busy {
  next: Round | undefined
  /** The next round waits until so many have asked, or until the timer rings. */
  wanted: number
  timer: Timer | undefined
}
const waitingIn = ({ next }: Busy): number => next?.count ?? 0

/** What the last rounds of a log were like. */
interface Rhythm {
  /** How many ask as soon as they are answered. */
  expected: number
  syncMs: number
  /** So many rounds begin without waiting. */
  hurried: number
}

/** A sync that takes less than this is over before anybody has asked again. */
const SLOW_MS = 0.25
const MOST_WAIT_MS = 3
const HURRIED = 16

/** How long after a full disk it is tried again. */
const RETRY_MS = 1000

export interface FlusherOptions {
  /** Nothing may be acknowledged any more. */
  readonly onFailure: (error: unknown) => void
  /** Whether it is the trouble of the log's data directory alone, which is offline now. */
  readonly isAlone?: (log: Log, error: unknown) => boolean
  /** There is no room for what was appended. */
  readonly onFull: (log: Log, error: unknown) => void
  /** Everything up to `endOffset` of a log for which there was no room is on disk now. */
  readonly onRoom: (log: Log, endOffset: number) => void
}

export class Flusher {
  private readonly busy = new Map<Log, Busy>()
  private readonly rhythms = new WeakMap<Log, Rhythm>()
  private readonly full = new Set<Log>()
  /** Whose rounds begin when the loop comes round. */
  private readonly due = new Map<Log, Busy>()
  private failure: { readonly error: unknown } | undefined

  constructor(
    private readonly system: System,
    private readonly options: FlusherOptions,
  ) {}

  /** Kept when everything appended to `log` so far is on disk. */
  flush(log: Log): Promise<void> {
    if (this.failure) return Promise.reject(this.failure.error)
    const busy = this.busy.get(log) ?? this.begin(log)
    busy.next ??= newRound()
    busy.next.count++
    if (busy.next.count >= busy.wanted) this.start(log, busy)
    return busy.next.promise
  }
  /** There are logs for whose last records there is no room. */
  get waitsForRoom(): boolean {
    return this.full.size > 0
  }

  private begin(log: Log): Busy {
    const busy: Busy = { next: undefined, wanted: Number.POSITIVE_INFINITY, timer: undefined }
    this.busy.set(log, busy)
    this.gather(log, busy)
    return busy
  }
  /** Begins the next round when all who are expected have asked, or it has waited long enough. */
  private gather(log: Log, busy: Busy): void {
    const rhythm = this.rhythms.get(log)
    if (rhythm && rhythm.hurried > 0) rhythm.hurried--
    else if (rhythm && rhythm.syncMs > SLOW_MS && waitingIn(busy) < rhythm.expected) {
      busy.wanted = rhythm.expected
      const late = () => {
        rhythm.hurried = HURRIED
        this.start(log, busy)
      }
      busy.timer = this.system.clock.after(Math.min(rhythm.syncMs / 3, MOST_WAIT_MS), late)
      return
    }
    this.start(log, busy)
  }
  private start(log: Log, busy: Busy): void {
    busy.timer?.cancel()
    busy.wanted = Number.POSITIVE_INFINITY
    // what else arrives in this turn of the loop joins the round
    this.due.set(log, busy)
    if (this.due.size === 1) this.system.clock.soon(() => this.runDue())
  }
  /** A first sync of a log makes files: where a request was for many, they come in slices. */
  private runDue(): void {
    const { clock } = this.system
    const began = clock.monotonic()
    for (const [log, busy] of this.due) {
      this.due.delete(log)
      void this.run(log, busy)
      if (clock.monotonic() - began >= SLICE_MS) break
    }
    if (this.due.size > 0) clock.soon(() => this.runDue())
  }
  private async run(log: Log, busy: Busy): Promise<void> {
    const { clock } = this.system
    const round = busy.next
    busy.next = undefined
    const end = log.endOffset
    const began = clock.monotonic()
    try {
      await log.flush()
      this.note(log, (round?.count ?? 0) + waitingIn(busy), clock.monotonic() - began)
      if (this.full.delete(log)) this.options.onRoom(log, end)
      round?.resolve()
    } catch (error) {
      round?.reject(error)
      if (isFull(error)) this.tryLater(log, error)
      else if (!this.options.isAlone?.(log, error)) this.fail(error)
    }
    if (busy.next && !this.failure) this.gather(log, busy)
    else this.busy.delete(log)
  }
  private note(log: Log, expected: number, syncMs: number): void {
    const rhythm = this.rhythms.get(log)
    if (!rhythm) this.rhythms.set(log, { expected, syncMs, hurried: 0 })
    else {
      rhythm.expected = expected
      rhythm.syncMs = syncMs
    }
  }
  private tryLater(log: Log, error: unknown): void {
    this.options.onFull(log, error)
    if (this.full.has(log)) return
    this.full.add(log)
    const again = () => {
      if (this.failure || !this.full.has(log)) return
      void this.flush(log).catch(() => {})
      this.system.clock.after(RETRY_MS, again, 'idle')
    }
    this.system.clock.after(RETRY_MS, again, 'idle')
  }
  /** Nobody is told any more that something is on disk. */
  private fail(error: unknown): void {
    if (this.failure) return
    this.failure = { error }
    for (const { next } of this.busy.values()) next?.reject(error)
    this.options.onFailure(error)
  }
}
