/**
 * Turns of the event loop for long work that is done in slices: each who works so has his slice in a turn of its own. Else all who do would
 * have one in the same turn, and whoever asks for anything would wait for all of them together.
 */
import type { Clock } from './system'

/** What a slice may take: with the last thing in it, and a request that comes in the same turn, it stays below 5 ms. */
export const SLICE_MS = 2

export type Turn = Pick<Clock, 'monotonic' | 'soon'>

const waiting = new WeakMap<Turn, (() => void)[]>()

/** Kept in a later turn of the loop, which is nobody else's who asked here. */
export function nextTurn(clock: Turn): Promise<void> {
  return new Promise((resolve) => {
    const others = waiting.get(clock)
    if (others) {
      others.push(resolve)
      return
    }
    const queue = [resolve]
    const turn = () => {
      queue.shift()?.()
      if (queue.length > 0) clock.soon(turn)
      else waiting.delete(clock)
    }
    waiting.set(clock, queue)
    clock.soon(turn)
  })
}
