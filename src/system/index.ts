/** The real world: node:fs, node:net, the machine's clock and its entropy. */
import { setAlarm, soon } from './alarms'
import { realFiles } from './files'
import { realNet } from './network'
import type { Clock, Random, System } from './system'
import { threadsIn } from './threads'

const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Number(process.hrtime.bigint()) / 1e6, // the first use of `performance` costs 3 ms
  after: (ms, task, idle) => setAlarm(realClock.monotonic, ms, task, idle === 'idle'),
  soon,
}

const realRandom: Random = {
  bytes: (size) => process.getBuiltinModule('node:crypto').randomBytes(size),
  below: (below) => Math.floor(Math.random() * below),
}

export const realSystem: System = {
  fs: realFiles,
  clock: realClock,
  net: realNet,
  random: realRandom,
  startThread: threadsIn(__dirname),
}

/** Ends the process at once, with nothing more written: what a broken invariant calls for. */
export function exitOnce(code: number): never {
  process.exit(code)
}

/**
 * Lets so many syncs and reads of files be under way at a time, instead of Node's four, if UV_THREADPOOL_SIZE does not say otherwise.
 * Before the first of them. Syncs that run side by side share a commit of the file system's journal.
 */
export function widenThreadPool(threads: number): void {
  process.env['UV_THREADPOOL_SIZE'] ??= String(threads)
}

export * from './system'
