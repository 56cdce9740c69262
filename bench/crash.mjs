#!/usr/bin/env node
/**
 * Crashes kt at every write, sync and rename of random workloads, on a disk in memory, and looks at what is left.
 *
 *     node bench/crash.mjs [--count N] [--seed S] [--steps N] [--only STATE]
 *
 * A workload is its seed; the next one has the next. Each state is opened as after a kill, with only what was synced, and with a part
 * of the rest. A complaint names seed and state: `--seed S --only STATE` looks at that one again. Ends with `N passed, N failed`,
 * which counts states; exit code 1 if anything that had been promised was not there.
 */
import { load } from './bundle.mjs'
import { usage } from './usage.mjs'

const values = usage(import.meta.url, {
  count: { type: 'string', default: '20000' },
  seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  steps: { type: 'string', default: '60' },
  only: { type: 'string' },
})
const { crashEverywhere } = await load('bench/crash/kt.ts')
const began = performance.now()
let states = 0
let failed = 0
let seed = Number(values.seed)
console.log(`from seed ${seed}`)
for (; values.only !== undefined ? states === 0 : states < Number(values.count); seed++) {
  const options = {
    seed,
    steps: Number(values.steps),
    ...(values.only !== undefined && { only: Number(values.only), tell: console.log }),
  }
  const result = await crashEverywhere(options)
  states += result.states
  failed += result.complaints.length
  for (const complaint of result.complaints) console.log(complaint)
  if (process.stderr.isTTY) process.stderr.write(`\r${states} states`)
  if (values.only !== undefined) break
}
console.log(`${states} states up to seed ${seed - 1} in ${((performance.now() - began) / 1000).toFixed(0)} s`)
console.log(`${states - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 && states > 0 ? 0 : 1
