#!/usr/bin/env node
/**
 * Compaction by kt and by Apache Kafka of the same table: how long it takes, what it costs, and what producers notice of it.
 *
 *     node bench/compaction.mjs [--kafka HOME] [--megabytes 1024] [--keys 1000000] [--value 100] [--acks all] [--stalls]
 *
 * HOME is an Apache Kafka 4.2 with bin/ and Java 17 at hand (default: $KAFKA_HOME). Without one only kt's column is measured. The
 * table is written first while nothing may be compacted; a producer of another topic is timed for five seconds, and then while the
 * table is compacted. CPU is the broker's, less what it takes for that producer alone. --stalls looks into kt meanwhile, which costs it
 * something: how late its event loop came round, and which call of the file system held it longest (bench/stalls/).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanUp, cpuOf, memoryOf, sleep, startBroker, stopBroker, Table, work } from './brokers.mjs'
import { load } from './bundle.mjs'
import { printStalls, stallsOf, watchStalls } from './stalls/stalls.mjs'
import { usage } from './usage.mjs'

const values = usage(import.meta.url, {
  kafka: { type: 'string', default: process.env.KAFKA_HOME ?? '' },
  megabytes: { type: 'string', default: '1024' },
  keys: { type: 'string', default: '1000000' },
  value: { type: 'string', default: '100' },
  acks: { type: 'string', default: 'all' },
  stalls: { type: 'boolean', default: false },
})
const { Lean, alter, createTable, fill, probe } = await load('bench/compaction/load.ts')
const TOPIC_RESOURCE = 2
const BROKER_RESOURCE = 4
const BEFORE_MS = 5000
const MOST_MS = 600_000
const acks = values.acks === 'all' ? -1 : Number(values.acks)
const table = new Table()

function checkpointOf(folder) {
  try {
    return Number(/^table 0 (\d+)$/m.exec(readFileSync(join(work, folder, 'cleaner-offset-checkpoint'), 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
async function compacted(folder) {
  for (let waited = 0; checkpointOf(folder) === 0; waited += 20) {
    if (waited > MOST_MS) throw new Error('it was not compacted')
    await sleep(20)
  }
}
const at = (latencies, share) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN

async function measure(name) {
  const watched = values.stalls && name === 'kt'
  if (watched) watchStalls()
  const broker = await startBroker(name, values.kafka, name)
  const one = await Lean.open(broker.port)
  await alter(one, BROKER_RESOURCE, '', 'log.cleaner.backoff.ms', '100')
  const settings = { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '1', 'segment.bytes': String(64 << 20) }
  await createTable(one, 'table', settings)
  await createTable(one, 'probe', {})
  const bytes = Number(values.megabytes) * 1024 * 1024
  const records = await fill(broker.port, {
    topic: 'table',
    keys: Number(values.keys),
    bytes,
    valueBytes: Number(values.value),
    batchRecords: 120,
  })
  await sleep(16_000) // the cleaner has heard of its shorter pause, and the disk is quiet
  if (watched) await stallsOf(broker.pid)
  const cpuBefore = cpuOf(broker.pid)
  const before = await probe(broker.port, 'probe', acks, sleep(BEFORE_MS))
  const cpuAlone = (cpuOf(broker.pid) - cpuBefore) / (BEFORE_MS / 1000)

  const quiet = watched && (await stallsOf(broker.pid))
  const began = performance.now()
  const cpuBegan = cpuOf(broker.pid)
  await alter(one, TOPIC_RESOURCE, 'table', 'min.cleanable.dirty.ratio', '0.01')
  const meanwhile = await probe(broker.port, 'probe', acks, compacted(name))
  const seconds = (performance.now() - began) / 1000
  table.add(`${(records / 1e6).toFixed(1)} million records, ${values.megabytes} MiB: seconds`, name, seconds)
  table.add('CPU seconds', name, cpuOf(broker.pid) - cpuBegan - cpuAlone * seconds)
  table.add('greatest memory, MiB', name, memoryOf(broker.pid, 'VmHWM'))
  for (const [words, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
    ['p99.9', 0.999],
  ]) {
    table.add(`${words} of a producer before, ms`, name, at(before.latencies, share))
    table.add(`${words} meanwhile, ms`, name, at(meanwhile.latencies, share))
  }
  if (watched) printStalls({ before: quiet, meanwhile: await stallsOf(broker.pid) })
  one.close()
  await stopBroker(broker)
}

try {
  for (const name of values.kafka ? ['Kafka', 'kt'] : ['kt']) await measure(name)
  table.print()
} finally {
  cleanUp()
}
