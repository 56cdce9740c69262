/** How long a broker of the benches keeps everybody waiting: watch.cjs, loaded into it, tells. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { env, sleep, top, work } from '../brokers.mjs'

const file = join(work, 'stalls')

/** Brokers that are started from now on are watched. */
export function watchStalls() {
  env.NODE_OPTIONS = `--require ${join(top, 'bench/stalls/watch.cjs')}`
  env.KT_BENCH_STALLS = file
}

/** What happened in a broker since it was last asked. */
export async function stallsOf(pid) {
  const before = linesTold().length // the file goes with the data of a part that is over
  process.kill(pid, 'SIGUSR2')
  for (;;) {
    await sleep(10)
    const lines = linesTold()
    if (lines.length > before) return JSON.parse(lines.at(-1))
  }
}
function linesTold() {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1)
  } catch {
    return []
  }
}

const ms = (time) => time.toFixed(1)

/** `when`: name of a time to what was watched then. */
export function printStalls(when) {
  for (const [name, { loop, stretches, collections, calls, disk }] of Object.entries(when)) {
    console.log(`${name}: the loop is late by ${ms(loop.p50)} ms (p50), ${ms(loop.p99)} (p99), ${ms(loop.longest)} (longest)`)
    console.log(`  it computes for ${ms(stretches.p99)} ms (p99), ${ms(stretches.longest)} (longest) at a stretch`)
    console.log(`  garbage collections: ${collections.count}, longest ${ms(collections.longest)} ms`)
    for (const [call, { count, longest, argument }] of Object.entries(calls))
      console.log(`  ${call}: ${count}, longest ${ms(longest)} ms (${argument})`)
    for (const [kind, { count, p50, p99, longest }] of Object.entries(disk))
      console.log(`  ${kind}: ${count}, ${ms(p50)} ms (p50), ${ms(p99)} (p99), ${ms(longest)} (longest)`)
  }
}
