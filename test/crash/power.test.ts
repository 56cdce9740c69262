/** Nothing that was acknowledged is lost, whenever the process is killed or the power is cut. `node bench/crash.mjs` looks at more. */
import { expect, test } from 'vitest'
import { crashEverywhere } from './states'

test.each([1, 2, 3, 4, 5])(
  'whenever the process is killed or the power cut, what was promised is there: %i',
  async (seed) => {
    const { complaints, states } = await crashEverywhere({ seed, steps: 60, every: 25 })
    expect(complaints).toEqual([])
    expect(states).toBeGreaterThan(60)
  },
  120_000,
)
