#!/usr/bin/env node
/**
 * kill -9 under producers, many times over: whatever was acknowledged must be there, and every reopening must be quick.
 *
 *     node bench/kill9.mjs [--rounds 200] [--producers 4] [--acks -1|1|both] [--seed N] [--slow-ms 1000]
 *
 * Each round starts `kt server-start` on the same directory, sends numbered records with an independent client (kafkajs) and commits
 * offsets, kills the server at a moment nobody chose, and goes on. Producers differ: by their acks, idempotent or not, compressed or
 * not. At the end every acknowledged record is read back at the offset that it was acknowledged with, no record twice, and no group has
 * gone back behind what it was told to have committed. Ends with `N passed, N failed`; exit code 1 if anything was lost or a reopening
 * took longer than --slow-ms.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import kafkajs from 'kafkajs'
import { load } from './bundle.mjs'
import { usage } from './usage.mjs'

const { CompressionTypes, Kafka, logLevel, Partitioners } = kafkajs
const values = usage(import.meta.url, {
  rounds: { type: 'string', default: '200' },
  producers: { type: 'string', default: '4' },
  acks: { type: 'string', default: 'both' },
  seed: { type: 'string', default: '1' },
  'slow-ms': { type: 'string', default: '1000' },
})
const { connectTo, OffsetCommit, OffsetFetch } = await load('bench/kill9/kt.ts')
const rounds = Number(values.rounds)
const slowMs = Number(values['slow-ms'])
// kafkajs leaves the failures of connections that nobody waits for to nobody
process.on('unhandledRejection', (error) => {
  if (!String(error?.name).startsWith('KafkaJS')) throw error
})
const kt = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'kt')
const folder = mkdtempSync(join(tmpdir(), 'kt-kill9-'))
const PARTITIONS = 3
const BATCH = 20
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

/** A small generator, so that a seed gives the same moments again (mulberry32). */
let state = Number(values.seed)
function random() {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

async function freePort() {
  const server = net.createServer()
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  return port
}
const port = await freePort()

let running
/** Starts the server; gives the process and how long it took to answer its first request. */
async function start() {
  const began = performance.now()
  const env = { ...process.env }
  delete env.NODE_EXTRA_CA_CERTS
  const child = spawn(process.execPath, [kt, 'server-start', '--port', String(port), '--data-dir', folder], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  running = child
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const gone = new Promise((done) => child.once('exit', done))
  while (!said.includes('Kafka Server started')) {
    if (child.exitCode !== null || performance.now() - began > 30_000) throw new Error(`the server did not start: ${said}`)
    await sleep(2)
  }
  return { child, gone, readyMs: performance.now() - began, said: () => said }
}
const client = () =>
  new Kafka({
    clientId: 'kill9',
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
    requestTimeout: 5000,
  })

/** Offset to number, by partition: what was acknowledged. */
const acknowledged = Array.from({ length: PARTITIONS }, () => new Map())
let next = 0
let sent = 0
const reopenings = []
/** By group: the offset that was last committed, and the last that was sent. */
const groups = Array.from({ length: 2 }, (_, index) => ({ groupId: `group-${index}`, committed: -1, asked: -1 }))

/** How the producer of an index sends: every acks with and without compression, one in two with a producer id. */
function kindOf(index) {
  const acks = values.acks === 'both' ? [-1, 1][index % 2] : Number(values.acks)
  const compression = index % 4 < 2 ? CompressionTypes.None : CompressionTypes.GZIP
  return { acks, compression, idempotent: acks === -1 && index % 4 === 2 }
}

/** Sends to the partitions in turn until the server is gone. */
async function produce(kafka, index, isOver) {
  const { acks, compression, idempotent } = kindOf(index)
  const retry = { retries: idempotent ? 1 : 0, initialRetryTime: 20 } // kafkajs has no idempotent producer that never tries again
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    retry,
    idempotent,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  for (let partition = index % PARTITIONS; !isOver(); partition = (partition + 1) % PARTITIONS) {
    const numbers = Array.from({ length: BATCH }, () => next++)
    sent += BATCH
    const messages = numbers.map((number) => ({ partition, value: `record ${number} ${'x'.repeat(80)}` }))
    try {
      const [{ baseOffset }] = await producer.send({ topic: 't', acks, compression, messages })
      for (const [at, number] of numbers.entries()) acknowledged[partition].set(Number(baseOffset) + at, number)
    } catch {
      break
    }
  }
  return () => producer.disconnect().catch(() => {})
}
async function commit(group, isOver) {
  const link = await connectTo(port)
  while (!isOver()) {
    const committedOffset = ++group.asked
    const partitions = [{ partitionIndex: 0, committedOffset, committedMetadata: null }]
    const reply = await link.ask(OffsetCommit, { groupId: group.groupId, memberId: '', topics: [{ name: 't', partitions }] }, 8)
    if (!reply) break
    if (reply.topics[0].partitions[0].errorCode === 0) group.committed = committedOffset
  }
  link.close()
}

async function round(first) {
  const { child, gone, readyMs } = await start()
  if (!first) reopenings.push(readyMs)
  const kafka = client()
  if (first) {
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic: 't', numPartitions: PARTITIONS }] })
    await admin.disconnect()
  }
  let over = false
  const isOver = () => over
  const users = Promise.allSettled([
    ...Array.from({ length: Number(values.producers) }, (_, index) => produce(kafka, index, isOver)),
    ...groups.map((group) => commit(group, isOver)),
  ])
  await sleep(20 + random() * 250)
  child.kill('SIGKILL')
  over = true
  await gone
  for (const { value } of await users) await value?.()
}

/** Reads everything back; gives how many acknowledged records are not where they were, how many are twice, how many groups went back. */
async function readBack() {
  const { child, gone, readyMs } = await start()
  reopenings.push(readyMs)
  const missing = acknowledged.map((records) => new Map(records))
  const admin = client().admin()
  await admin.connect()
  const ends = new Map((await admin.fetchTopicOffsets('t')).map(({ partition, high }) => [partition, Number(high)]))
  await admin.disconnect()
  const consumer = client().consumer({ groupId: 'check', maxBytesPerPartition: 8 << 20 })
  await consumer.connect()
  await consumer.subscribe({ topic: 't', fromBeginning: true })
  const seen = new Set()
  let twice = 0
  const unread = new Set([...ends].filter(([, end]) => end > 0).map(([partition]) => partition))
  await new Promise((done) => {
    if (unread.size === 0) done()
    void consumer.run({
      eachBatch: async ({ batch: { partition, messages } }) => {
        for (const { offset, value } of messages) {
          const found = Number(/^record (\d+) /.exec(String(value))?.[1])
          if (seen.has(found)) twice++
          seen.add(found)
          const number = missing[partition].get(Number(offset))
          if (number === found) missing[partition].delete(Number(offset))
          if (Number(offset) + 1 >= ends.get(partition)) unread.delete(partition)
        }
        if (unread.size === 0) done()
      },
    })
  })
  await consumer.disconnect()
  let back = 0
  const link = await connectTo(port)
  for (const { groupId, committed, asked } of groups) {
    const reply = await link.ask(OffsetFetch, { groupId, topics: [{ name: 't', partitionIndexes: [0] }] }, 7)
    const offset = reply.topics[0].partitions[0].committedOffset
    if (offset < committed || offset > asked) back++
  }
  link.close()
  child.kill('SIGTERM')
  await gone
  return { lost: missing.reduce((sum, records) => sum + records.size, 0), twice, back }
}

try {
  for (let index = 0; index < rounds; index++) {
    await round(index === 0)
    if (process.stderr.isTTY) process.stderr.write(`\r${index + 1} of ${rounds} rounds`)
  }
  const { lost, twice, back } = await readBack()
  const total = acknowledged.reduce((sum, records) => sum + records.size, 0)
  const slow = reopenings.filter((ms) => ms > slowMs).length
  const sorted = [...reopenings].sort((a, b) => a - b)
  const at = (share) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0)
  console.log(
    `${rounds} rounds of kill -9: ${sent} records sent, ${total} acknowledged (acks=${values.acks}), ${lost} of them lost, ${twice} twice`,
  )
  const commits = groups.reduce((sum, { committed }) => sum + committed + 1, 0)
  console.log(`${commits} offsets committed, ${back} of ${groups.length} groups went back`)
  console.log(`reopening: median ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms; ${slow} over ${slowMs} ms`)
  const failed = [lost, twice, back].filter((count) => count > 0).length + slow + (total === 0 || commits === 0 ? 1 : 0)
  console.log(`${rounds + 1 - Math.min(failed, rounds)} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
} finally {
  running?.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
