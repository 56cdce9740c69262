/**
 * Group commit: one round of fdatasync serves everybody who waits (design.md: a promise about data). Who asks while a round is
 * under way is served by the next. An error ends the broker: after a failed fsync nobody knows what is on disk (fsyncgate).
 */
import type { System } from '../system/system'
import type { Log } from './log'

interface Round {
  readonly logs: Set<Log>
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
  return { logs: new Set(), promise, resolve, reject }
}

export class Flusher {
  private next: Round | undefined
  private running = false
  private failure: { readonly error: unknown } | undefined

  constructor(
    private readonly system: System,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Kept when everything appended to `log` so far is on disk. */
  flush(log: Log): Promise<void> {
    if (this.failure) return Promise.reject(this.failure.error)
    if (!this.next) {
      this.next = newRound()
      if (!this.running) this.begin()
    }
    this.next.logs.add(log)
    return this.next.promise
  }

  private begin(): void {
    this.running = true
    // what else arrives in this turn of the loop joins the round
    this.system.clock.soon(() => void this.run())
  }
  private async run(): Promise<void> {
    const round = this.next
    this.next = undefined
    if (round) {
      try {
        await Promise.all([...round.logs].map((log) => log.flush()))
        round.resolve()
      } catch (error) {
        round.reject(error)
        this.fail(error)
        return
      }
    }
    this.running = false
    if (this.next) this.begin()
  }
  /** Nobody is told any more that something is on disk. */
  private fail(error: unknown): void {
    this.failure = { error }
    this.next?.reject(error)
    this.next = undefined
    this.onFailure(error)
  }
}
