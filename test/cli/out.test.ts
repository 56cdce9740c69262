import { expect, test } from 'vitest'
import { createOut } from '../../src/cli/out'
import type { Output, Terminal } from '../../src/cli/terminal'
import { systemOf } from './harness'

/** A reader that takes `room` bytes, then no more until `drain` is called. */
function slowReader(room = Number.POSITIVE_INFINITY) {
  const written: (Uint8Array | string)[] = []
  let left = room
  let wake: (() => void) | undefined
  let gone: (() => void) | undefined
  const output: Output = {
    isTTY: false,
    columns: 80,
    write(data) {
      written.push(data)
      left -= data.length
      return left > 0
    },
    drained: () =>
      new Promise((resolve) => {
        wake = resolve
      }),
    onGone(listener) {
      gone = listener
    },
  }
  const terminal = { stdout: output, stderr: output } as Terminal // all that Out looks at
  const drain = () => {
    left = room
    wake?.()
  }
  return {
    terminal,
    written,
    drain,
    hangUp: () => gone?.(),
    text: () => Buffer.concat(written.map((one) => Buffer.from(one as string))).toString(),
  }
}

test('what is written comes out whole and in order, in few pieces', async () => {
  const { terminal, written, text } = slowReader()
  const out = createOut(terminal, systemOf(), { form: 'kafka' })
  let wanted = ''
  for (let i = 0; i < 20_000; i++) {
    const line = `${i} grüße 日本 😀`
    out.line(line)
    wanted += `${line}\n`
  }
  out.write(Buffer.from([0x41, 0x0a]))
  out.write('x'.repeat(200_000))
  out.write(Buffer.alloc(200_000, 0x79))
  wanted += `A\n${'x'.repeat(200_000)}${'y'.repeat(200_000)}`
  await out.flush()
  expect(text() === wanted).toBe(true)
  expect(written.length).toBeLessThan(20)
})

test('without a flush it comes out when the event loop comes round', async () => {
  const { terminal, text } = slowReader()
  createOut(terminal, systemOf(), { form: 'kafka' }).line('soon')
  expect(text()).toBe('')
  await Promise.resolve()
  expect(text()).toBe('soon\n')
})

test('a slow reader is waited for', async () => {
  const { terminal, drain } = slowReader(1000)
  const out = createOut(terminal, systemOf(), { form: 'kafka' })
  out.line('small')
  await out.flush()
  expect(out.ready()).toBeUndefined()
  out.write('x'.repeat(70_000))
  const wait = out.ready()
  expect(wait).toBeInstanceOf(Promise)
  drain()
  await wait
  expect(out.ready()).toBeUndefined()
})

test('once nobody reads, nothing is written and nothing is waited for', async () => {
  const { terminal, written, hangUp } = slowReader(0)
  const out = createOut(terminal, systemOf(), { form: 'kafka' })
  hangUp()
  out.line('unheard')
  await out.flush()
  expect(written).toEqual([])
  expect(out.isOpen).toBe(false)
})

test('stderr does not overtake stdout', () => {
  const { terminal, text } = slowReader()
  const out = createOut(terminal, systemOf(), { form: 'kafka' })
  out.line('first')
  out.error('second')
  expect(text()).toBe('first\nsecond\n')
})

test('numbers that JSON lacks are strings', async () => {
  const { terminal, text } = slowReader()
  const out = createOut(terminal, systemOf(), { form: 'json' })
  out.json({ big: 2n ** 60n })
  await out.flush()
  expect(text()).toBe('{"big":"1152921504606846976"}\n')
})
