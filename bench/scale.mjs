#!/usr/bin/env node
/**
 * How kt starts and grows, beside Apache Kafka in one run: what counts is the ratio, and of the figures those of CPU and memory.
 *
 *     node bench/scale.mjs [--kafka HOME] [--only start,topics,cold,recover,connections,sizes] [--topics 10000] [--bytes 1e9]
 *                          [--connections 2000] [--seconds 3] [--repeats 3] [--per-request 100] [--ends clean,kill] [--stalls]
 *
 * HOME is an Apache Kafka 4.2 with bin/ and Java 17 at hand (default: $KAFKA_HOME). Without one only kt's column is measured. The load
 * comes from a client of this process (scale/lean.ts), which takes the processor that the broker leaves.
 *
 *   start        a fresh directory: exec to the first Metadata answer, memory, CPU while nothing happens
 *   topics       creating them, a hundred a request, and how long others wait meanwhile; a start with them
 *   cold         one request for a thousand partitions that nobody has used since the start, one about all topics, one that deletes a
 *                thousand: how long it takes, and how long others wait meanwhile
 *   recover      a start after a clean stop and after kill -9, with --bytes of which none were flushed
 *   connections  what an idle one costs
 *   background   how long others wait in a minute in which --topics are written to, and what is done by the clock is done for all of them
 *   sizes        produce (acks=1, five batches under way on a connection) and fetch from the page cache, by record size and partitions
 *
 * With --stalls it is told of every kt before it ends how late its event loop came round, and why (bench/stalls/), which costs it something.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { cleanUp, cpuOf, env, memoryOf, removeData, sleep, spawnBroker, stopBroker as stop, Table, top } from './brokers.mjs'
import { load } from './bundle.mjs'
import { printStalls, stallsOf, watchStalls } from './stalls/stalls.mjs'
import { usage } from './usage.mjs'

const values = usage(import.meta.url, {
  kafka: { type: 'string', default: process.env.KAFKA_HOME ?? '' },
  only: { type: 'string', default: 'start,topics,cold,recover,connections,sizes' },
  topics: { type: 'string', default: '10000' },
  bytes: { type: 'string', default: '1e9' },
  connections: { type: 'string', default: '2000' },
  seconds: { type: 'string', default: '3' },
  repeats: { type: 'string', default: '3' },
  ends: { type: 'string', default: 'clean,kill' },
  'per-request': { type: 'string', default: '100' },
  stalls: { type: 'boolean', default: false },
})
const { coldRequests } = await load('bench/scale/cold.ts')
const { Lean, createTopics, fetch, produce, slowestPing, topicsAt, untilServed, writeOnce } = await load('bench/scale/lean.ts')
const table = new Table()
const names = values.kafka ? ['Kafka', 'kt'] : ['kt']
const count = (number) => Number(number).toLocaleString('en')
const SETTLE_MS = 1500
/** In which a checkpoint of everything falls due. */
const MINUTE_MS = 66_000
/** Between two requests of whoever does not hurry. */
const BREATH_MS = 100
const REPEATS = Number(values.repeats)
const PER_REQUEST = Number(values['per-request'])

if (values.stalls) watchStalls()
async function stopBroker(broker, signal) {
  if (values.stalls && broker.name === 'kt') printStalls({ [`pid ${broker.pid}`]: await stallsOf(broker.pid) })
  await stop(broker, signal)
}

/** Starts a broker; it is ready when its Metadata names `topics` topics. */
async function start(name, folder, topics = 0) {
  const broker = await spawnBroker(name, values.kafka, folder)
  for (;;) {
    const found = await topicsAt(broker.port)
    if (found !== undefined && found >= topics) {
      return { ...broker, readyMs: performance.now() - broker.began, readyCpu: cpuOf(broker.pid) }
    }
    broker.check()
    await sleep(2)
  }
}
const timed = async (work) => {
  const began = performance.now()
  await work()
  return performance.now() - began
}
/** The least of several starts on the same folder, each ended cleanly. */
async function leastStart(name, folder, topics, label) {
  const all = []
  for (let i = 0; i < REPEATS; i++) {
    const broker = await start(name, folder, topics)
    all.push(broker)
    await stopBroker(broker)
  }
  table.add(`${label} (ms)`, name, Math.min(...all.map(({ readyMs }) => readyMs)))
  table.add(`${label}: broker CPU (s)`, name, Math.min(...all.map(({ readyCpu }) => readyCpu)))
}
async function idleCpu(pid, seconds = 5) {
  const before = cpuOf(pid)
  await sleep(seconds * 1000)
  return ((cpuOf(pid) - before) / seconds) * 100
}

const phases = {
  async start(name) {
    const all = []
    for (let i = 0; i < REPEATS; i++) {
      const broker = await start(name, `${name}-start-${i}`)
      all.push(broker.readyMs)
      if (i === 0) {
        await sleep(SETTLE_MS)
        table.add('memory, fresh (MiB)', name, memoryOf(broker.pid))
        table.add('idle CPU (% of a core)', name, await idleCpu(broker.pid))
      }
      await stopBroker(broker)
    }
    table.add('start, fresh directory (ms)', name, Math.min(...all))
  },

  async topics(name) {
    const folder = `${name}-topics`
    const most = Number(values.topics)
    let made = 0
    for (const total of [Math.min(1000, most), most]) {
      if (total === made) continue
      const broker = await start(name, folder, made)
      const cpu = cpuOf(broker.pid)
      const began = performance.now()
      const slowest = await slowestPing(broker.port, create(broker.port, made, total))
      const label = `${count(total - made)} topics`
      table.add(`creating ${label} (s)`, name, (performance.now() - began) / 1000)
      table.add(`creating ${label}: broker CPU (s)`, name, cpuOf(broker.pid) - cpu)
      table.add(`creating ${label}: slowest answer to others (ms)`, name, slowest)
      made = total
      await stopBroker(broker)
      await leastStart(name, folder, total, `start with ${count(total)} topics`)
    }
    const broker = await start(name, folder, most)
    await sleep(SETTLE_MS)
    table.add(`memory with ${count(most)} topics (MiB)`, name, memoryOf(broker.pid))
    table.add(`idle CPU with ${count(most)} topics (% of a core)`, name, await idleCpu(broker.pid, 10))
    await stopBroker(broker)
  },

  async cold(name) {
    const folder = `${name}-cold`
    const most = Number(values.topics)
    const some = Array.from({ length: Math.min(1000, most) }, (_, index) => `t-${index}`)
    let broker = await start(name, folder)
    await create(broker.port, 0, most)
    for (const [what, request] of coldRequests(some)) {
      await restarted()
      const pinger = await startPinger(broker.port)
      const ms = await withConnection(broker.port, (one) => untilAnswered(one, request))
      const slowest = await pinger.stop()
      table.add(`${what} (ms)`, name, ms)
      table.add(`${what}: slowest answer to others (ms)`, name, slowest)
    }
    await stopBroker(broker)

    /** Nothing is open any more. Kafka opens all at its start. */
    async function restarted() {
      await stopBroker(broker)
      broker = await start(name, folder, most)
      await sleep(SETTLE_MS)
    }
  },

  async background(name) {
    const broker = await start(name, `${name}-background`)
    const most = Number(values.topics)
    await create(broker.port, 0, most)
    const write = () =>
      withConnection(broker.port, async (one) => {
        for (let at = 0; at < most; at += PER_REQUEST) {
          await writeOnce(one, namesFrom(at, Math.min(at + PER_REQUEST, most)))
          await sleep(BREATH_MS)
        }
      })
    await write()
    if (values.stalls && name === 'kt') await stallsOf(broker.pid)
    const label = `${count(most)} topics written to for a minute: slowest answer to others (ms)`
    table.add(label, name, await slowestPing(broker.port, Promise.all([write(), sleep(MINUTE_MS)])))
    await stopBroker(broker)
  },

  async recover(name) {
    const folder = `${name}-recover`
    const partitions = 4
    const maxBytes = Number(values.bytes)
    const label = `${count(maxBytes / 1e6)} MB`
    let broker = await start(name, folder)
    await ready(broker.port, 'r', partitions)
    const sizes = { topic: 'r', partitions, recordBytes: 1024, batchBytes: 262144 }
    const { bytes } = await produce(broker.port, { ...sizes, maxBytes, maxMs: 300_000 })
    if (bytes < maxBytes * 0.95) throw new Error(`${name} took only ${count(bytes / 1e6)} MB in 300 s`)
    await stopBroker(broker)
    if (values.ends.includes('clean')) await leastStart(name, folder, 1, `start with ${label} after a clean stop`)
    if (!values.ends.includes('kill')) return
    broker = await start(name, folder, 1)
    await withConnection(broker.port, (one) => untilServed(one, 'r', partitions))
    await produce(broker.port, { ...sizes, maxBytes: 4e6, maxMs: 1000 })
    await stopBroker(broker, 'SIGKILL')
    broker = await start(name, folder, 1)
    table.add(`start with ${label} after kill -9: first Metadata (ms)`, name, broker.readyMs)
    const slowest = await slowestPing(
      broker.port,
      withConnection(broker.port, async (one) => {
        await untilServed(one, 'r', partitions)
      }),
    )
    table.add(`start with ${label} after kill -9: all partitions served (ms)`, name, performance.now() - broker.began)
    table.add(`start with ${label} after kill -9: broker CPU (s)`, name, cpuOf(broker.pid))
    table.add('slowest answer to others meanwhile (ms)', name, slowest)
    await stopBroker(broker)
  },

  async connections(name) {
    const broker = await start(name, `${name}-connections`)
    const most = Number(values.connections)
    await sleep(SETTLE_MS)
    const before = memoryOf(broker.pid)
    const open = []
    const ms = await timed(async () => {
      while (open.length < most) {
        const one = await Lean.open(broker.port)
        await one.ask()
        open.push(one)
      }
    })
    await sleep(SETTLE_MS)
    table.add(`${count(most)} connections: opening one (ms)`, name, ms / most)
    table.add(`${count(most)} connections: memory of one (KiB)`, name, ((memoryOf(broker.pid) - before) * 1024) / most)
    table.add(`${count(most)} connections: idle CPU (% of a core)`, name, await idleCpu(broker.pid))
    for (const one of open) one.close()
    await stopBroker(broker)
  },

  async sizes(name) {
    const broker = await start(name, `${name}-sizes`)
    const maxMs = Number(values.seconds) * 1000
    let topics = 0
    const run = async (recordBytes, partitions, batchBytes, report) => {
      const topic = `s${topics++}`
      await ready(broker.port, topic, partitions)
      const bytes = { topic, partitions, recordBytes, batchBytes, maxBytes: 1e9, maxMs }
      for (const [what, work] of [
        ['produce', () => produce(broker.port, bytes)],
        ['fetch', () => fetch(broker.port, { ...bytes, maxBytes: 2e9 })],
      ]) {
        const cpu = cpuOf(broker.pid)
        const done = await work()
        if (report) report(what, done, (cpuOf(broker.pid) - cpu) / (done.bytes / 1e9))
      }
    }
    await run(1024, 4, 16384) // a JVM has to warm up
    for (const batchBytes of [16384, 262144]) {
      for (const recordBytes of [100, 1024, 10240]) {
        for (const partitions of [1, 16]) {
          await run(recordBytes, partitions, batchBytes, (what, { bytes, ms }, cpu) => {
            const label = `${what}, ${count(recordBytes)} B, ${partitions} p, batches of ${batchBytes >> 10} KiB`
            table.add(`${label} (MB/s)`, name, bytes / ms / 1000)
            table.add(`${label} (broker CPU s/GB)`, name, cpu)
          })
        }
      }
    }
    table.add('memory, peak under load (MiB)', name, memoryOf(broker.pid, 'VmHWM'))
    await stopBroker(broker)
  },
}

async function withConnection(port, work) {
  const one = await Lean.open(port)
  const result = await work(one)
  one.close()
  return result
}
/** In ms, of the attempt that went well: Kafka takes its time to lead what it has opened. */
async function untilAnswered(one, request) {
  for (;;) {
    const began = performance.now()
    if ((await request(one)) === 0) return performance.now() - began
    await sleep(100)
  }
}
async function startPinger(port) {
  const child = spawn(process.execPath, [join(top, 'bench/scale/pinger.mjs'), String(port)], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await sleep(500)
  const asked = () =>
    new Promise((done) => {
      child.stdout.once('data', (line) => done(Number(line)))
      child.stdin.write('\n')
    })
  await asked() // from now on
  return {
    async stop() {
      await sleep(20)
      const slowest = await asked()
      child.stdin.end()
      return slowest
    },
  }
}
const ready = (port, topic, partitions) =>
  withConnection(port, async (one) => {
    await createTopics(one, [topic], partitions)
    await untilServed(one, topic, partitions)
  })
const namesFrom = (from, to) => Array.from({ length: to - from }, (_, index) => `t-${from + index}`)
const create = (port, from, to) =>
  withConnection(port, async (one) => {
    for (let at = from; at < to; at += PER_REQUEST) {
      await createTopics(one, namesFrom(at, Math.min(at + PER_REQUEST, to)), 1)
    }
  })

try {
  for (const phase of values.only.split(',')) {
    if (!phases[phase]) throw new Error(`there is no phase ${phase}`)
    for (const name of names) {
      await phases[phase](name)
      removeData() // the next may need the room
    }
  }
  table.print()
} finally {
  cleanUp()
}
