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
