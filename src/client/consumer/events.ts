/** What the parts of a consumer tell the whole, and the bell that wakes whoever polls. */
import type { Clock, Random } from '../../system/system'
import type { KafkaError } from '../kafka-error'

export interface Surroundings {
  readonly clock: Clock
  readonly random: Random
  /** Something happened that a poll may wait for. */
  notify(): void
  /** Nothing can be done about it here: the next poll throws it. */
  fail(error: KafkaError): void
  /** The metadata of the topic is missing or wrong. */
  wantTopic(topic: string): void
}

/** Wakes one who waits, and remembers a ring that nobody waited for. */
export class Bell {
  private rung = false
  private wake: (() => void) | undefined

  constructor(private readonly clock: Clock) {}

  ring(): void {
    this.rung = true
    this.wake?.()
  }
  /** Resolves at the next ring, or at once if there was one, or at a time on the monotonic clock. */
  async heard(until: number): Promise<void> {
    if (!this.rung && until > this.clock.monotonic()) {
      await new Promise<void>((resolve) => {
        const timer = until < Number.MAX_SAFE_INTEGER ? this.clock.after(until - this.clock.monotonic(), resolve) : undefined
        this.wake = () => {
          timer?.cancel()
          resolve()
        }
      })
      this.wake = undefined
    }
    this.rung = false
  }
}
