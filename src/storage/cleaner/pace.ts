/** How a long piece of work lets everything else have its turn, and keeps to a rate of bytes. */

/** Thrown where the work is to end though it is not done. */
export class Interrupted extends Error {}

export interface Pace {
  /** Notes that `bytes` are about to be looked at; true when it is time to rest. */
  isDue(bytes: number): boolean
  /** Rests until the others have had their turn. Rejects with Interrupted. */
  rest(): Promise<void>
  /** Notes that `bytes` were read or written, and waits as long as their rate asks for. Rejects with Interrupted. */
  spend(bytes: number): Promise<void>
  /** Waits so long. Rejects with Interrupted. */
  pause(ms: number): Promise<void>
}

/** Shorter waits are saved up. */
const LEAST_WAIT_MS = 50

/** Keeps to a rate of bytes. */
export class Throttle {
  /** When the bytes so far are through. */
  private throughAt = 0

  /** How long to wait, now that so many bytes were read or written; 0: not now. */
  spend(bytes: number, bytesPerSecond: number, nowMs: number): number {
    this.throughAt = Math.max(this.throughAt, nowMs) + (bytes / bytesPerSecond) * 1000
    const waitMs = this.throughAt - nowMs
    return waitMs < LEAST_WAIT_MS ? 0 : waitMs
  }
}
