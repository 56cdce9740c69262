/**
 * What a broker does to its event loop, and the disk to it: how late the event loop comes round, which synchronous call of the file
 * system takes longest, and how long each fdatasync does, apart for logs and for what compaction writes. At SIGUSR2 it adds a line of
 * JSON to the file $KT_BENCH_STALLS and begins anew. Times in ms.
 *
 * Where others have the processor, every loop is late. So the time for which the kernel let this thread wait for a processor
 * (/proc/PID/task/TID/schedstat, the second number) is taken off: what is left is what the broker itself did to its loop,
 * by waiting for the disk or for the helpers of a garbage collection, or by computing, which is told of apart.
 */
const fs = require('node:fs')
const { PerformanceObserver, performance } = require('node:perf_hooks')

const { appendFileSync, readSync } = fs
const schedstat = fs.openSync(`/proc/self/task/${process.pid}/schedstat`, 'r')
const room = Buffer.alloc(64)
const scheduled = () => room.toString('latin1', 0, readSync(schedstat, room, 0, 64, 0)).split(' ')
/** Milliseconds in which this thread was ready and had no processor. */
const delayed = () => Number(scheduled()[1]) / 1e6
/** Milliseconds in which it had one. */
const computed = () => Number(scheduled()[0]) / 1e6

const TICK_MS = 1
let stalls = []
let stretches = []
let computedThen = computed()
let ticked = performance.now()
let delayedThen = delayed()
setInterval(() => {
  const now = performance.now()
  const delayedNow = delayed()
  const computedNow = computed()
  stretches.push(computedNow - computedThen)
  computedThen = computedNow
  stalls.push(Math.max(0, now - ticked - TICK_MS - (delayedNow - delayedThen)))
  ticked = now
  delayedThen = delayedNow
}, TICK_MS).unref()

let calls = {}
let syncs = {}
let collections = []
const paths = new Map()

new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) collections.push(duration)
}).observe({ entryTypes: ['gc'] })

function note(name, took, argument) {
  const known = calls[name]
  if (!known) calls[name] = { count: 1, total: took, longest: took, argument }
  else {
    known.count++
    known.total += took
    if (took > known.longest) Object.assign(known, { longest: took, argument })
  }
}
for (const name of Object.keys(fs)) {
  if (!name.endsWith('Sync') || typeof fs[name] !== 'function') continue
  const original = fs[name]
  fs[name] = (...given) => {
    const waited = delayed()
    const began = performance.now()
    try {
      const result = original.apply(fs, given)
      if (name === 'openSync') paths.set(result, String(given[0]))
      return result
    } finally {
      note(name, performance.now() - began - (delayed() - waited), typeof given[0] === 'number' ? paths.get(given[0]) : given[0])
    }
  }
}
for (const name of ['fdatasync', 'fsync', 'write', 'read']) {
  const original = fs[name]
  fs[name] = (...given) => {
    const done = given.pop()
    const kind = `${name} of ${/\.(cleaned|deleted|log)$/.exec(paths.get(given[0]) ?? '')?.[1] ?? 'others'}`
    const began = performance.now()
    return original.call(fs, ...given, (...answer) => {
      syncs[kind] ??= []
      syncs[kind].push(performance.now() - began)
      done(...answer)
    })
  }
}

const quantiles = (times) => {
  const sorted = times.sort((a, b) => a - b)
  const at = (share) => Number((sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2))
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), longest: at(0.999999999) }
}
process.on('SIGUSR2', () => {
  const slow = Object.entries(calls).sort(([, a], [, b]) => b.longest - a.longest)
  const line = {
    loop: quantiles(stalls),
    stretches: quantiles(stretches),
    collections: quantiles(collections),
    calls: Object.fromEntries(slow.slice(0, 6)),
    disk: Object.fromEntries(Object.entries(syncs).map(([kind, times]) => [kind, quantiles(times)])),
  }
  stalls = []
  stretches = []
  calls = {}
  syncs = {}
  collections = []
  appendFileSync(process.env.KT_BENCH_STALLS, `${JSON.stringify(line)}\n`)
})
