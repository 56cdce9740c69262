/**
 * One thing that a client was asked to do, with a name and a deadline, through as many attempts as it takes. Brokers come and go:
 * what they answer retriably and what was lost on the way is asked again, with growing pauses, until time is up.
 */
import { Disconnected } from '../../protocol/call'
import type { Clock, Random } from '../../system/system'
import { backoffMs, pause } from '../backoff'
import type { ClientConfig } from '../config/client'
import { type Attempt, isRetriable, TimeoutException } from '../kafka-error'
import { Unreachable } from './nodes'

export interface Surroundings {
  readonly clock: Clock
  readonly random: Random
  readonly config: ClientConfig
  /** Addresses that cannot be reached at the moment. */
  failures(): readonly Attempt[]
}

/** Time was up before an answer came. */
class Late extends Disconnected {}

export class Operation {
  /** On the monotonic clock. */
  readonly deadline: number
  private tries = 0

  constructor(
    /** As Kafka's admin client calls it: `listTopics`. */
    readonly name: string,
    timeoutMs: number,
    private readonly around: Surroundings,
  ) {
    this.deadline = around.clock.monotonic() + timeoutMs
  }
  get leftMs(): number {
    return this.deadline - this.around.clock.monotonic()
  }

  /** Runs `attempt` until it succeeds or fails for good. Rejects with TimeoutException when time is up. */
  async persist<T>(attempt: () => Promise<T>): Promise<T> {
    let reason: unknown
    for (let failures = 1; ; failures++) {
      this.tries++
      try {
        return await this.inTime(attempt())
      } catch (error) {
        if (error instanceof Late) throw this.timeout(reason)
        if (!(error instanceof Disconnected) && !isRetriable(error)) throw error
        reason = error
      }
      if (!(await this.rest(failures))) throw this.timeout(reason)
    }
  }

  /** Pauses before another try; false, at once, if there is no time for one. */
  async rest(failures: number): Promise<boolean> {
    const { clock, random, config } = this.around
    const ms = backoffMs(failures, config['retry.backoff.ms'], config['retry.backoff.max.ms'], random)
    if (ms >= this.leftMs) return false
    await pause(clock, ms)
    return true
  }

  /** The outcome of `promise`, or a rejection when time is up. */
  async inTime<T>(promise: Promise<T>): Promise<T> {
    const { clock } = this.around
    let ring = (_: Late) => {}
    const alarm = new Promise<never>((_, reject) => {
      ring = reject
    })
    const timer = clock.after(this.leftMs, () => ring(new Late()))
    try {
      return await Promise.race([promise, alarm])
    } finally {
      timer.cancel()
    }
  }

  /** The error of an operation whose time is up; `reason`: what went wrong last. */
  timeout(reason: unknown): TimeoutException {
    const tried = this.around.failures()
    if (reason === undefined || reason instanceof Unreachable) {
      return new TimeoutException(`Timed out waiting for a node assignment. Call: ${this.name}`, tried)
    }
    const now = this.around.clock.now()
    const deadline = now + Math.round(this.leftMs)
    const late = new TimeoutException(
      `Call(callName=${this.name}, deadlineMs=${deadline}, tries=${this.tries}, nextAllowedTryMs=${now}) ` +
        `timed out at ${now} after ${this.tries} attempt(s)`,
      tried,
    )
    late.cause = reason
    return late
  }
}
