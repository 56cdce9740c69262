/** Timers of the real clock, without waiting for longer than a few turns of the event loop. */
import { expect, test, vi } from 'vitest'
import { realSystem } from '../../src/system'

const { clock } = realSystem
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

test('a timer that is cancelled before the event loop comes round never reaches Node', async () => {
  const spy = vi.spyOn(globalThis, 'setTimeout')
  try {
    const cancelled = clock.after(0, () => expect.unreachable())
    cancelled.cancel()
    await turn()
    expect(spy).not.toHaveBeenCalled()
    const kept = clock.after(60_000, () => expect.unreachable())
    await turn()
    expect(spy).toHaveBeenCalledTimes(1)
    const [, ms = 0] = spy.mock.calls[0] ?? []
    expect(ms).toBeGreaterThan(30_000)
    expect(ms).toBeLessThanOrEqual(60_000)
    kept.cancel()
  } finally {
    spy.mockRestore()
  }
})

test('timers run in the order of their times, each once, and one that was cancelled later does not', async () => {
  const ran: string[] = []
  await new Promise<void>((resolve) => {
    clock.after(8, () => {
      ran.push('last')
      resolve()
    })
    clock.after(2, () => void ran.push('second'))
    clock.after(0, () => void ran.push('first'))
    const cancelled = clock.after(4, () => void ran.push('never'), 'idle')
    clock.soon(() => cancelled.cancel())
  })
  expect(ran).toEqual(['first', 'second', 'last'])
})
