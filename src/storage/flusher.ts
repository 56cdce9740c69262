/**
 * Group commit: one fdatasync of a log serves everybody who waits for it (design.md: a promise about data). Who asks while one is under
 * way is served by the next. Logs do not wait for each other.
 *
 * An error ends the broker: after a failed fsync nobody knows what is on disk (fsyncgate). Only a full disk does not: those who wait are
 * told, and it is tried again, with all that is in doubt written anew (segment-file.ts), until there is room.
 */
import type { System } from '../system/system'
import type { Log } from './log'
import { isFull } from './trouble'

interface Round {
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
  return { promise, resolve, reject }
}

/** A log that somebody waits for: a sync of it is under way, and perhaps the next is asked for. */
interface Busy {
  next: Round | undefined
}

/** How long after a full disk it is tried again. */
const RETRY_MS = 1000

export interface FlusherOptions {
  /** Nothing may be acknowledged any more. */
  readonly onFailure: (error: unknown) => void
  /** There is no room for what was appended. */
  readonly onFull: (log: Log, error: unknown) => void
  /** Everything up to `endOffset` of a log for which there was no room is on disk now. */
  readonly onRoom: (log: Log, endOffset: number) => void
}

export class Flusher {
  private readonly busy = new Map<Log, Busy>()
  private readonly full = new Set<Log>()
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
    return busy.next.promise
  }

  /** There are logs for whose last records there is no room. */
  get waitsForRoom(): boolean {
    return this.full.size > 0
  }

  private begin(log: Log): Busy {
    const busy: Busy = { next: undefined }
    this.busy.set(log, busy)
    // what else arrives in this turn of the loop joins the round
    this.system.clock.soon(() => void this.run(log, busy))
    return busy
  }
  private async run(log: Log, busy: Busy): Promise<void> {
    const round = busy.next
    busy.next = undefined
    const end = log.endOffset
    try {
      await log.flush()
      if (this.full.delete(log)) this.options.onRoom(log, end)
      round?.resolve()
    } catch (error) {
      round?.reject(error)
      if (isFull(error)) this.tryLater(log, error)
      else this.fail(error)
    }
    if (busy.next && !this.failure) this.system.clock.soon(() => void this.run(log, busy))
    else this.busy.delete(log)
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
