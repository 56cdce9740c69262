/**
 * The one waiting room: requests that ask for more than there is (Fetch below min.bytes, KIP-41's purgatory) sit here until
 * something they look at changes or their time is up.
 */
import type { Clock, Timer } from '../system/system'

/** Something whose change can be waited for. */
export interface Watched {
  readonly waiters: Set<Waiter>
}

export class Waiter {
  private timer: Timer | undefined
  done = false

  constructor(
    private readonly watched: readonly Watched[],
    /** Looks again; true when the request has been answered. `late` when the time is up: it must answer now. */
    private readonly look: (late: boolean) => boolean,
  ) {}

  start(clock: Clock, waitMs: number): void {
    for (const one of this.watched) one.waiters.add(this)
    this.timer = clock.after(waitMs, () => this.wake(true))
  }
  wake(late: boolean): void {
    if (this.done || !this.look(late)) return
    this.leave()
  }
  leave(): void {
    this.done = true
    this.timer?.cancel()
    for (const one of this.watched) one.waiters.delete(this)
  }
}

/** Lets everybody who waits for `watched` look again. */
export function wake(watched: Watched): void {
  if (watched.waiters.size === 0) return
  for (const waiter of [...watched.waiters]) waiter.wake(false)
}
