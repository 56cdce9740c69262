/**
 * Work on many things, in their order, and nobody else waits for all of it: after a few milliseconds everybody who waits has a turn.
 * What is over before that is given at once.
 */
import { nextTurn, SLICE_MS, type Turn } from '../system/turns'

/** Between two looks at the clock. */
const AT_LEAST = 8

/** What `work` gives for each of the things. What it looks at may have changed from one to the next. */
export function inSlices<T, R>(clock: Turn, things: readonly T[], work: (thing: T) => R): R[] | Promise<R[]> {
  const done: R[] = []
  /** True when all is done. */
  const slice = (): boolean => {
    const began = clock.monotonic()
    while (done.length < things.length) {
      done.push(work(things[done.length] as T))
      if (done.length % AT_LEAST === 0 && clock.monotonic() - began > SLICE_MS) break
    }
    return done.length === things.length
  }
  return slice() ? done : rest(clock, slice).then(() => done)
}
async function rest(clock: Turn, slice: () => boolean): Promise<void> {
  do await nextTurn(clock)
  while (!slice())
}

/** Goes on with what there is, now or later. */
export const after = <T, R>(found: T | Promise<T>, then: (found: T) => R): R | Promise<R> =>
  found instanceof Promise ? found.then(then) : then(found)
