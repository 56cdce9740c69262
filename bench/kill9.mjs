#!/usr/bin/env node
/**
 * kill -9 under a producer, many times over: whatever was acknowledged must be there, and every reopening must be quick.
 *
 *     node bench/kill9.mjs [--rounds 200] [--acks -1|1] [--seed N]
 *
 * Each round starts `kt server-start` on the same directory, sends numbered records with an independent client (kafkajs), kills the
 * server at a moment nobody chose, and goes on. At the end every acknowledged record is read back at the offset that it was
 * acknowledged with. Ends with `N passed, N failed`; exit code 1 if anything was lost or a reopening took more than a second.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import kafkajs from 'kafkajs'

const { Kafka, logLevel, Partitioners } = kafkajs
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    acks: { type: 'string', default: '-1' },
    seed: { type: 'string', default: '1' },
  },
})
const rounds = Number(values.rounds)
const kt = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'kt')
const folder = mkdtempSync(join(tmpdir(), 'kt-kill9-'))
const PARTITIONS = 3
const BATCH = 20
const SLOW_MS = 1000
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

/** Starts the server; gives the process and how long it took to answer its first request. */
async function start() {
  const began = performance.now()
  const env = { ...process.env }
  delete env.NODE_EXTRA_CA_CERTS
  const child = spawn(process.execPath, [kt, 'server-start', '--port', String(port), '--data-dir', folder], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
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
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, retry: { retries: 0 } })
  await producer.connect()
  let over = false
  const feeders = Array.from({ length: PARTITIONS }, async (_, partition) => {
    while (!over) {
      const numbers = Array.from({ length: BATCH }, () => next++)
      sent += BATCH
      const messages = numbers.map((number) => ({ partition, value: `record ${number} ${'x'.repeat(80)}` }))
      try {
        const [{ baseOffset }] = await producer.send({ topic: 't', acks: Number(values.acks), messages })
        numbers.forEach((number, index) => acknowledged[partition].set(Number(baseOffset) + index, number))
      } catch {
        return
      }
    }
  })
  await sleep(20 + random() * 150)
  child.kill('SIGKILL')
  over = true
  await gone
  await Promise.all(feeders)
  await producer.disconnect().catch(() => {})
}

/** Reads everything back; gives how many acknowledged records are not where they were. */
async function lost() {
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
  const unread = new Set([...ends].filter(([, end]) => end > 0).map(([partition]) => partition))
  await new Promise((done) => {
    if (unread.size === 0) done()
    void consumer.run({
      eachBatch: async ({ batch: { partition, messages } }) => {
        for (const { offset, value } of messages) {
          const number = missing[partition].get(Number(offset))
          if (number !== undefined && String(value).startsWith(`record ${number} `)) missing[partition].delete(Number(offset))
          if (Number(offset) + 1 >= ends.get(partition)) unread.delete(partition)
        }
        if (unread.size === 0) done()
      },
    })
  })
  await consumer.disconnect()
  child.kill('SIGTERM')
  await gone
  return missing.reduce((sum, records) => sum + records.size, 0)
}

try {
  for (let index = 0; index < rounds; index++) {
    await round(index === 0)
    if (process.stderr.isTTY) process.stderr.write(`\r${index + 1} of ${rounds} rounds`)
  }
  const gone = await lost()
  const total = acknowledged.reduce((sum, records) => sum + records.size, 0)
  const slow = reopenings.filter((ms) => ms > SLOW_MS).length
  const sorted = [...reopenings].sort((a, b) => a - b)
  const at = (share) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0)
  console.log(
    `${rounds} rounds of kill -9: ${sent} records sent, ${total} acknowledged (acks=${values.acks}), ${gone} of them lost`,
  )
  console.log(`reopening: median ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms; ${slow} over ${SLOW_MS} ms`)
  const failed = (gone > 0 ? 1 : 0) + slow + (total === 0 ? 1 : 0)
  console.log(`${rounds + 1 - Math.min(failed, rounds)} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
