/** Time that a test moves. */
import type { Clock, Timer } from '../../src/system/system'

export const START = 1_700_000_000_000

/** Time that passes only when the test says so. */
export class MovableClock implements Clock {
  time = START
  private readonly timers = new Set<{ readonly at: number; readonly task: () => void; readonly idle: boolean }>()

  now(): number {
    return this.time
  }
  monotonic(): number {
    return this.time
  }
  after(ms: number, task: () => void, idle?: 'idle'): Timer {
    const timer = { at: this.time + Math.max(ms, 0), task, idle: idle !== undefined }
    this.timers.add(timer)
    return { cancel: () => void this.timers.delete(timer) }
  }
  soon(task: () => void): void {
    setImmediate(task)
  }
  /** Timers that would keep a process alive. */
  get wakeful(): number {
    return [...this.timers].filter(({ idle }) => !idle).length
  }

  /** Moves time on; what falls due runs in its order, each with what it puts off to the next turn of the loop. */
  async pass(ms: number): Promise<void> {
    const until = this.time + ms
    for (;;) {
      const due = [...this.timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.timers.delete(due)
      this.time = Math.max(this.time, due.at)
      due.task()
      for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
    }
    this.time = until
  }
}
