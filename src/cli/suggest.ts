/** The nearest of several words, for "did you mean": fewest insertions, deletions, changes and swaps of neighbours. */

/** What single edits cost. */
export interface Costs {
  readonly insert: number
  readonly remove: number
  readonly change: number
  readonly swap: number
}
const EVEN: Costs = { insert: 1, remove: 1, change: 1, swap: 1 }

/** The least that single edits cost that turn `a` into `b` (optimal string alignment). */
export function distance(a: string, b: string, costs: Costs = EVEN): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min(
        (above[j - 1] as number) + (same ? 0 : costs.change),
        (above[j] as number) + costs.remove,
        (row[j - 1] as number) + costs.insert,
      )
      const isSwap = i > 1 && j > 1 && !same && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isSwap) least = Math.min(least, (before[j - 2] as number) + costs.swap)
      row.push(least)
    }
    before = above
    above = row
  }
  return above[b.length] as number
}

/** The one of `words` that `word` was most likely meant to be; undefined when none is near. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3))
  let best: string | undefined
  let bestDistance = limit + 1
  for (const candidate of words) {
    if (Math.abs(candidate.length - word.length) > limit) continue
    const edits = distance(word, candidate)
    if (edits < bestDistance) {
      best = candidate
      bestDistance = edits
    }
  }
  return best
}
