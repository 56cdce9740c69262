/**
 * Two processes share a data directory and one of them is killed with -9, at a moment that the other's output decides: what was written
 * is there once and in order, and the survivor goes on. Runs the built program (`npm test` builds it first).
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { batchSize, HEADER_SIZE } from '../../src/protocol/batch'

let folder = ''
const running = new Set<ChildProcess>()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kt-crash-'))
  kt('topics', '--create', '--topic', 't')
})
afterEach(async () => {
  for (const child of running) {
    child.kill('SIGKILL')
    await ended(child)
  }
  running.clear()
  rmSync(folder, { recursive: true, force: true })
})

const environment = () => ({ ...process.env, KT_DATA_DIR: folder, NODE_EXTRA_CA_CERTS: '' })
const kt = (...words: string[]) =>
  execFileSync('bin/kt', words, { env: environment(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 })
function everything(): string[] {
  const count = kt('get-offsets', '--topic', 't').trim().split(':')[2] ?? '0'
  return kt('console-consumer', '--topic', 't', '--from-beginning', '--max-messages', count).split('\n').filter(Boolean)
}

function start(...words: string[]): ChildProcess {
  const child = spawn('bin/kt', words, { env: environment(), stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin?.on('error', () => {}) // it is killed while we write
  running.add(child)
  return child
}
const ended = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((done) => child.once('exit', done))

/** A consumer and what it has printed so far. */
function consume() {
  const child = start('console-consumer', '--topic', 't', '--from-beginning')
  const lines: string[] = []
  let rest = ''
  let look = () => {}
  child.stdout?.on('data', (data) => {
    const parts = (rest + data).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
    look()
  })
  /** Kept when it has printed something that `wanted` wants. */
  const seen = (wanted: (line: string) => boolean) =>
    new Promise<void>((done) => {
      look = () => {
        if (lines.some(wanted)) done()
      }
      look()
    })
  return { child, lines, seen }
}

/** Writes `name-0`, `name-1` ... as fast as they are taken, `count` at most. */
function feed(child: ChildProcess, name: string, count: number): void {
  let next = 0
  const more = () => {
    while (next < count) {
      if (!child.stdin?.write(`${name}-${next++} ${'x'.repeat(80)}\n`)) return void child.stdin?.once('drain', more)
    }
    child.stdin?.end()
  }
  more()
}
const numbersOf = (lines: readonly string[], name: string) =>
  lines.filter((line) => line.startsWith(`${name}-`)).map((line) => Number(line.slice(name.length + 1).split(' ')[0]))
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

test('a producer that is killed leaves what it wrote, without a hole, and the next one goes on', async () => {
  const reader = consume()
  for (const [round, until] of [
    ['a', 0],
    ['b', 2000],
    ['c', 10_000],
  ] as const) {
    const producer = start('console-producer', '--topic', 't')
    feed(producer, round, 1_000_000)
    await reader.seen((line) => line.startsWith(`${round}-${until} `))
    producer.kill('SIGKILL')
    await ended(producer)
  }
  kt('topics', '--describe', '--topic', 't')
  const last = start('console-producer', '--topic', 't')
  feed(last, 'last', 100)
  expect(await ended(last)).toBe(0)
  await reader.seen((line) => line.startsWith('last-99 '))
  reader.child.kill('SIGTERM')
  await ended(reader.child)
  const stored = everything()
  for (const round of ['a', 'b', 'c']) {
    const numbers = numbersOf(stored, round)
    expect(numbers.length).toBeGreaterThan(0)
    expect(numbers).toEqual(upTo(numbers.length))
  }
  expect(numbersOf(stored, 'last')).toEqual(upTo(100))
  expect(reader.lines).toEqual(stored)
  // whoever holds the directory may be killed in the middle of a write: the part of a batch that it leaves is set aside
  for (const name of readdirSync(`${folder}/t-0`).filter((name) => name.includes('corrupt'))) {
    const part = readFileSync(`${folder}/t-0/${name}`)
    expect(part.length < HEADER_SIZE || part.length < batchSize(part, 0), name).toBe(true)
  }
}, 60_000)

test('a consumer that holds the directory is killed, and the producer loses nothing and doubles nothing', async () => {
  const count = 200_000
  const holder = consume()
  const first = start('console-producer', '--topic', 't')
  feed(first, 'hello', 1)
  await holder.seen((line) => line.startsWith('hello-0 ')) // it serves by now
  await ended(first)
  const producer = start('console-producer', '--topic', 't')
  feed(producer, 'p', count)
  await holder.seen((line) => line.startsWith('p-500 '))
  expect(producer.exitCode).toBeNull() // there is more to come
  holder.child.kill('SIGKILL')
  await ended(holder.child)
  expect(await ended(producer)).toBe(0)
  const stored = everything()
  expect(numbersOf(stored, 'p')).toEqual(upTo(count))
}, 60_000)
