/**
 * Things that take long to make, made in steps of about a millisecond: whoever has other work does it between two, whoever needs
 * the thing now has the rest done at once. Each is made once, whoever began it.
 */

/** Yields after each step, and returns what has been made. */
export type Steps<T> = Generator<undefined, T>

export class Gradual<K, T> {
  private readonly begun = new Map<K, Steps<T>>()

  /** The steps that are still to be done for `key`; begins with those of `make` when nobody has. */
  begin(key: K, make: () => Steps<T>): Steps<T> {
    const known = this.begun.get(key)
    if (known) return known
    const steps = this.whole(key, make())
    this.begun.set(key, steps)
    return steps
  }
  private *whole(key: K, steps: Steps<T>): Steps<T> {
    try {
      return yield* steps
    } finally {
      this.begun.delete(key)
    }
  }
  /** Does all the steps. Throws what they throw; the next attempt begins anew. */
  now(key: K, make: () => Steps<T>): T {
    const steps = this.begin(key, make)
    for (;;) {
      const step = steps.next()
      if (step.done) return step.value
    }
  }
  /** What has been begun is given up. */
  forget(key: K): void {
    this.begun.get(key)?.return(undefined as never) // nobody is there to be given it
    this.begun.delete(key)
  }
}
