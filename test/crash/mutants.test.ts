/** The model of crashes finds what it is there for. */
import { expect, test } from 'vitest'
import { MUTANTS } from './mutants'
import { crashEverywhere } from './states'

const SEEDS = [1, 2, 3, 4, 5, 6]

test.each(MUTANTS)('is found: %s', { timeout: 60_000 }, async (_, wrap) => {
  const found: string[] = []
  for (const seed of SEEDS) {
    const { complaints } = await crashEverywhere({ seed, steps: 60, every: 12, wrap, mostComplaints: 1 })
    found.push(...complaints)
    if (found.length > 0) break
  }
  expect(found).not.toEqual([])
})
