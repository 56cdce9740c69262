/** Turns of the event loop are shared: whoever works in slices has one to himself. */
import { expect, test } from 'vitest'
import { nextTurn } from '../../src/system/turns'

/** A loop that comes round when the test says so. */
function manualLoop() {
  const due: (() => void)[] = []
  const clock = { monotonic: () => 0, soon: (task: () => void) => void due.push(task) }
  const turn = async () => {
    for (const task of due.splice(0)) task()
    for (let i = 0; i < 5; i++) await Promise.resolve()
  }
  return { clock, turn }
}

test('two who work in slices never work in one turn, and each has every other', async () => {
  const { clock, turn } = manualLoop()
  const done: string[] = []
  const work = async (name: string) => {
    for (let i = 0; i < 3; i++) {
      await nextTurn(clock)
      done.push(name)
    }
  }
  void work('a')
  void work('b')
  const after: string[] = []
  for (let i = 0; i < 6; i++) {
    await turn()
    after.push(done.join(''))
  }
  expect(after).toEqual(['a', 'ab', 'aba', 'abab', 'ababa', 'ababab'])
})

test('loops do not wait for each other', async () => {
  const one = manualLoop()
  const other = manualLoop()
  let isKept = false
  void nextTurn(one.clock)
  void nextTurn(other.clock).then(() => {
    isKept = true
  })
  await other.turn()
  expect(isKept).toBe(true)
})
