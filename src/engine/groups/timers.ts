/**
 * The moments at which groups want to be asked again, by name. A heartbeat moves its member's deadline further out many times
 * before it is ever due, so moving one costs no timer of the clock: the clock's timer goes off at the old moment, sees that
 * the deadline moved, and is set for the rest.
 */
import type { Clock, Timer } from '../../system/system'

interface Deadline {
  due: number
  /** When the clock's timer goes off: at `due` or before. */
  wake: number
  timer: Timer
}

export class Timers {
  private readonly deadlines = new Map<string, Deadline>()

  /** `ring` is called once per deadline that came, with its name. */
  constructor(
    private readonly clock: Clock,
    private readonly ring: (name: string) => void,
  ) {}

  /** Sets or moves a deadline, in milliseconds of the clock. */
  set(name: string, due: number): void {
    const known = this.deadlines.get(name)
    if (known && known.wake <= due) {
      known.due = due
      return
    }
    known?.timer.cancel()
    this.deadlines.set(name, { due, wake: due, timer: this.arm(name, due) })
  }
  cancel(name: string): void {
    this.deadlines.get(name)?.timer.cancel()
    this.deadlines.delete(name)
  }
  has(name: string): boolean {
    return this.deadlines.has(name)
  }
  clear(): void {
    for (const { timer } of this.deadlines.values()) timer.cancel()
    this.deadlines.clear()
  }

  private arm(name: string, at: number): Timer {
    return this.clock.after(Math.max(0, at - this.clock.now()), () => this.woken(name), 'idle')
  }
  private woken(name: string): void {
    const deadline = this.deadlines.get(name)
    if (!deadline) return
    if (deadline.due > this.clock.now()) {
      deadline.wake = deadline.due
      deadline.timer = this.arm(name, deadline.due)
      return
    }
    this.deadlines.delete(name)
    this.ring(name)
  }
}
