#!/usr/bin/env node
/**
 * What it costs that acks=all is answered when the records are on disk: the same load on two kt servers in one run, one as it is and one
 * with kt.flush.on.acks=false, taking turns.
 *
 *     node bench/durable.mjs [--dir FOLDER] [--seconds 2] [--rounds 5] [--inflight 5] [--batch 16384] [--kt bin/kt]
 *
 * FOLDER (default: the temporary folder) should be on the disk that is asked about: on a disk that others write to the figures are
 * theirs, too. The best round of each is what counts. Beside them stands what this disk does with one write and one
 * fdatasync at a time, and what a server that does nothing else reaches with the same client (durable/bare.mjs).
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { load } from './bundle.mjs'
import { usage } from './usage.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const options = usage(import.meta.url, {
  dir: { type: 'string', default: tmpdir() },
  kt: { type: 'string', default: join(dirname(here), 'bin', 'kt') },
  seconds: { type: 'string', default: '2' },
  rounds: { type: 'string', default: '5' },
  inflight: { type: 'string', default: '5' },
  batch: { type: 'string', default: '16384' },
})
const work = mkdtempSync(join(options.dir, 'kt-durable-'))
const env = { ...process.env }
for (const name of ['NODE_EXTRA_CA_CERTS', 'KT_DATA_DIR', 'KT_BOOTSTRAP_SERVERS']) delete env[name]
const { produceFrame } = await load('bench/durable/request.ts')
const CASES = [
  { name: '1 partition, 1 connection', partitions: 1, connections: 1 },
  { name: '16 partitions, 1 connection', partitions: 16, connections: 1 },
  { name: '1 partition, 16 connections', partitions: 1, connections: 16 },
  { name: '16 partitions, 16 connections', partitions: 16, connections: 16 },
]
const servers = []

async function freePort() {
  const server = net.createServer()
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  return port
}
async function start(name, override) {
  const log = join(work, `${name}.log`)
  const out = openSync(log, 'w')
  const port = await freePort()
  const words = [
    'server-start',
    '--port',
    String(port),
    '--data-dir',
    join(work, name),
    ...override.flatMap((one) => ['--override', one]),
  ]
  const child = spawn(process.execPath, [options.kt, ...words], { env, stdio: ['ignore', out, out] })
  servers.push(child)
  for (;;) {
    if (readFileSync(log, 'utf8').includes('Kafka Server started')) return { name, child, port }
    if (child.exitCode !== null) throw new Error(readFileSync(log, 'utf8').slice(-500))
    await new Promise((done) => setTimeout(done, 5))
  }
}

function makeTopics(server) {
  for (const { partitions } of CASES) {
    const words = ['topics', '--create', '--if-not-exists', '--topic', `p${partitions}`, '--partitions', String(partitions)]
    const made = spawnSync(options.kt, [...words, '--bootstrap-server', `127.0.0.1:${server.port}`], { env, encoding: 'utf8' })
    if (made.status !== 0) throw new Error(made.stderr)
  }
}

/** Keeps `inflight` requests under way on one connection, for one partition after the other. Gives the bytes that were acknowledged. */
function produce(port, frames, until) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    const sent = []
    let next = 0
    let acked = 0
    let rest = Buffer.alloc(0)
    const send = () => {
      const { frame, valueBytes } = frames[next++ % frames.length]
      sent.push(valueBytes)
      socket.write(frame)
    }
    socket.on('connect', () => {
      for (let i = 0; i < Number(options.inflight); i++) send()
    })
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let at = 0
      while (rest.length - at >= 4 && rest.length - at >= 4 + rest.readInt32BE(at)) {
        at += 4 + rest.readInt32BE(at)
        acked += sent.shift()
        if (performance.now() < until) send()
      }
      rest = rest.subarray(at)
      if (sent.length === 0) {
        socket.destroy()
        resolve(acked)
      }
    })
  })
}

const cpuOf = ({ child }) => {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** A server that knows nothing of Kafka and syncs as often: what this machine has to offer. */
async function startBare(frame) {
  const words = [join(here, 'durable', 'bare.mjs'), join(work, 'bare'), String(frame.length), options.inflight]
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  servers.push(child)
  const [port] = await once(child.stdout, 'data')
  return { child, port: Number(port) }
}

async function round(server, { partitions, connections }) {
  const topic = `p${partitions}`
  const began = performance.now()
  const cpu = cpuOf(server)
  const jobs = Array.from({ length: connections }, (_, c) => {
    const mine = Array.from({ length: partitions }, (_, p) => p).filter(
      (p) => connections === 1 || p % connections === c % partitions,
    )
    const frames = mine.map((p) => produceFrame(topic, p, Number(options.batch)))
    return produce(server.port, frames, began + Number(options.seconds) * 1000)
  })
  const bytes = (await Promise.all(jobs)).reduce((sum, one) => sum + one, 0)
  return { rate: bytes / 1e6 / ((performance.now() - began) / 1000), cpu: (cpuOf(server) - cpu) / (bytes / 1e9) }
}

/** Milliseconds of one write of `bytes` with its fdatasync: the least and the median of 100. */
function diskAlone(bytes) {
  const path = join(work, 'alone')
  const fd = openSync(path, 'w')
  const block = Buffer.alloc(bytes, 1)
  const times = Array.from({ length: 100 }, (_, i) => {
    const began = performance.now()
    writeSync(fd, block, 0, bytes, i * bytes)
    fdatasyncSync(fd)
    return performance.now() - began
  }).sort((a, b) => a - b)
  closeSync(fd)
  rmSync(path)
  return { least: times[0], median: times[50] }
}

/** MB/s, the best round. */
async function bareRate() {
  const frames = [produceFrame('p1', 0, Number(options.batch))]
  const bare = await startBare(frames[0].frame)
  let rate = 0
  for (let i = 0; i < Number(options.rounds); i++) {
    const began = performance.now()
    const bytes = await produce(bare.port, frames, began + Number(options.seconds) * 1000)
    rate = Math.max(rate, bytes / 1e6 / ((performance.now() - began) / 1000))
  }
  bare.child.kill()
  return rate
}

const best = (rounds) => rounds.reduce((a, b) => (b.rate > a.rate ? b : a))
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]
try {
  const bytes = Number(options.batch) * Number(options.inflight)
  const alone = diskAlone(bytes)
  console.log(
    `disk: write + fdatasync of ${bytes} bytes takes ${alone.least.toFixed(2)} ms at best, ${alone.median.toFixed(2)} in the median`,
  )
  console.log(`a server of Node that knows nothing of Kafka, 1 connection: ${(await bareRate()).toFixed(0)} MB/s on disk`)
  const pair = [await start('durable', []), await start('not', ['kt.flush.on.acks=false'])]
  for (const server of pair) makeTopics(server)
  console.log(
    `| ${options.inflight} requests of ${options.batch} bytes in flight | on disk (MB/s; CPU s/GB) | in the page cache | ratio of the best | of the medians |`,
  )
  console.log('|---|---:|---:|---:|---:|')
  for (const one of CASES) {
    const found = pair.map(() => [])
    for (let i = 0; i < Number(options.rounds); i++) {
      for (const [which, server] of pair.entries()) found[which].push(await round(server, one))
    }
    const [yes, no] = found.map(best)
    const [yesMid, noMid] = found.map((rounds) => median(rounds.map(({ rate }) => rate)))
    const cell = ({ rate, cpu }) => `${rate.toFixed(0)}; ${cpu.toFixed(1)}`
    console.log(
      `| ${one.name} | ${cell(yes)} | ${cell(no)} | ${(yes.rate / no.rate).toFixed(2)} | ${(yesMid / noMid).toFixed(2)} |`,
    )
  }
} finally {
  for (const child of servers) child.kill('SIGKILL')
  rmSync(work, { recursive: true, force: true })
}
