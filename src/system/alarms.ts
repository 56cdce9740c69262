/**
 * Timers. Most that are set are cancelled before the event loop comes round: a deadline for what is answered at once, a look at something
 * that is over by then. Those never reach Node, whose timers cost a short command a millisecond at their first use.
 */
import type { Timer } from './system'

/** The longest that Node waits. */
const MOST_MS = 0x7fffffff

class Alarm implements Timer {
  private timer: NodeJS.Timeout | undefined
  private isCancelled = false

  constructor(
    readonly at: number,
    private readonly task: () => void,
    private readonly isIdle: boolean,
  ) {}

  set(now: number): void {
    if (this.isCancelled) return
    this.timer = setTimeout(this.task, Math.min(Math.max(Math.ceil(this.at - now), 0), MOST_MS))
    if (this.isIdle) this.timer.unref()
  }
  cancel(): void {
    this.isCancelled = true
    if (this.timer) clearTimeout(this.timer)
  }
}

/** Set since the event loop last came round. */
let fresh: Alarm[] = []
/** Nothing has had to wait for the event loop yet. */
let isFirstTurn = true

/**
 * Runs `task` after the events that are waiting now. What a process does first is done without a turn of the event loop, and it often ends
 * there: then it is run when nothing is left to do but to wait. Node's setImmediate costs such a command half a millisecond.
 */
export function soon(task: () => void): void {
  if (!isFirstTurn) setImmediate(task)
  else
    process.nextTick(() => {
      isFirstTurn = false
      task()
    })
}

function setAll(now: number): void {
  const alarms = fresh.sort((a, b) => a.at - b.at) // Node counts whole milliseconds, and keeps this order within one
  fresh = []
  for (const alarm of alarms) alarm.set(now)
}

/** Runs `task` once after `ms`. It keeps the process alive unless `isIdle`. `monotonic`: the clock, in milliseconds. */
export function setAlarm(monotonic: () => number, ms: number, task: () => void, isIdle: boolean): Timer {
  const alarm = new Alarm(monotonic() + ms, task, isIdle)
  if (fresh.push(alarm) === 1) soon(() => setAll(monotonic()))
  return alarm
}
