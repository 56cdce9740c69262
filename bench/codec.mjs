/**
 * How fast messages are read and written: kt against kafkajs and @platformatic/kafka on the same bytes in the same run, and
 * against Kafka's own Java classes.
 *
 *     node bench/codec.mjs [--rounds N] [--without platformatic,java] [--only TEXT]
 *
 * The clients write requests and read responses, record batches included; kt is measured doing the same. Java's classes carry batches
 * as bytes, and so does kt where it is compared with them. @platformatic/kafka is installed into a temporary folder, Java is compiled
 * against the Kafka of KAFKA_HOME (default ~/.cache/apache-kafka-4.2.1); what is not there is left out.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { load, temporaryFolder } from './bundle.mjs'
import { kafkajs, makeCases, platformatic } from './codec/cases.mjs'
import { usage } from './usage.mjs'

const options = usage(import.meta.url, {
  rounds: { type: 'string', default: '40' },
  without: { type: 'string', default: '' },
  only: { type: 'string', default: '' },
})
const ROUNDS = Number(options.rounds)
const without = options.without.split(',')
const ROUND_MS = 8
const require = createRequire(import.meta.url)
delete process.env.NODE_EXTRA_CA_CERTS

const kt = await load('bench/codec/kt.ts')
const rows = []

/**
 * Nanoseconds a call takes, the least of the rounds: what other programs take of the processor is nobody's. The contestants take turns,
 * so that none has a better hour.
 */
async function race(contestants) {
  const times = contestants.map(() => [])
  for (let round = -1; round < ROUNDS; round++) {
    for (const [i, work] of contestants.entries()) {
      const time = await once(work)
      if (round >= 0) times[i].push(time) // the first is for the compiler
    }
  }
  return times.map((list) => Math.min(...list))
}

async function once(work) {
  let count = 0
  const start = performance.now()
  let spent = 0
  while (spent < ROUND_MS) {
    for (let i = 0; i < 10; i++) {
      const result = work()
      if (result instanceof Promise) await result
    }
    count += 10
    spent = performance.now() - start
  }
  return (spent * 1e6) / count
}

const codecOf = ({ api, kind, version }) => (kind === 'request' ? kt.requestCodec : kt.responseCodec)(api, version)

function bytesOf(one) {
  const writer = new kt.Writer()
  codecOf(one).write(writer, one.value)
  return writer.whole()
}
function encoding(one) {
  const codec = codecOf(one)
  return () => {
    const writer = new kt.Writer()
    codec.write(writer, one.value)
    return writer.finish()
  }
}
function decoding(one, bytes) {
  const codec = codecOf(one)
  return () => codec.read(new kt.Reader(bytes))
}

/** The same with batches: written from records, and read to their last record. */
function withBatches(one, work) {
  const { makeBatch } = one
  if (one.name === 'Produce' && one.kind === 'request') {
    const codec = codecOf(one)
    return () => {
      const writer = new kt.Writer()
      const partitionData = one.value.topicData[0].partitionData.map(({ index }) => ({ index, records: makeBatch() }))
      codec.write(writer, { ...one.value, topicData: [{ ...one.value.topicData[0], partitionData }] })
      return writer.finish()
    }
  }
  if (one.name !== 'Fetch' || one.kind !== 'response') return work
  return () => {
    const reply = work()
    for (const { partitions } of reply.responses)
      for (const { records } of partitions) for (const record of kt.readRecords(records, 0)) last = record
    return reply
  }
}
let last
void last

async function against(client, makeBatch) {
  for (const one of makeCases(kt, client.versions)) {
    if (!`${one.name} ${one.kind}`.includes(options.only)) continue
    const bytes = bytesOf(one)
    const isRequest = one.kind === 'request'
    const theirs = isRequest ? client.encode(one.name) : client.decode(one.name, bytes)
    if (isRequest) sameBytes(one, bytes, await theirs())
    else await theirs()
    const mine = isRequest ? encoding(one) : decoding(one, bytes)
    const [ours, other] = await race([withBatches({ ...one, makeBatch: () => makeBatch(client.versions.batch) }, mine), theirs])
    row(`${one.name} ${one.kind} v${one.version}, ${isRequest ? 'write' : 'read'}`, bytes.length, ours, client.name, other)
  }
}

function sameBytes(one, mine, theirs) {
  if (mine.equals(theirs)) return
  let at = 0
  while (mine[at] === theirs[at]) at++
  console.error(`${one.name} v${one.version}: other bytes from byte ${at} on (${mine.length} and ${theirs.length})`)
}

function row(what, size, ours, name, other) {
  const ratio = other / ours
  rows.push({ what, size, ours, name, other, ratio })
  const text = [
    what.padEnd(36),
    `${size} B`.padStart(8),
    micro(ours),
    micro(other),
    `${ratio.toFixed(2)}x`.padStart(7),
    ` ${name}`,
  ]
  console.log(text.join(' '))
}
const micro = (ns) => `${(ns / 1000).toFixed(2)} us`.padStart(11)

async function againstPlatformatic() {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'package.json'), '{}')
  const [major, minor] = process.versions.node.split('.').map(Number)
  const version = major >= 24 || (major === 22 && minor >= 22) ? '2.12.1' : '1.35.0' // the newest for this Node
  const npm = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `@platformatic/kafka@${version}`], {
    cwd: folder,
  })
  if (npm.status !== 0) {
    console.log('@platformatic/kafka could not be installed')
    return
  }
  const place = pathToFileURL(`${folder}/node_modules/@platformatic/kafka/dist/`)
  const { makeBatch } = await import('./codec/cases.mjs')
  const client = await platformatic((path) => import(new URL(path, place).href))
  await against({ ...client, name: `${client.name} ${version}` }, (batch) => makeBatch(kt, batch))
}

async function againstJava() {
  const home = process.env.KAFKA_HOME ?? join(homedir(), '.cache/apache-kafka-4.2.1')
  const folder = temporaryFolder()
  const classPath = `${home}/libs/*:${folder}`
  if (!existsSync(`${home}/libs`) || spawnSync('javac', ['-version']).status !== 0) {
    console.log('no javac, or no Kafka in KAFKA_HOME')
    return
  }
  execFileSync('javac', ['-cp', classPath, '-d', folder, fileURLToPath(new URL('codec/Codec.java', import.meta.url))])
  const cases = makeCases(kt, { Produce: 13, Fetch: 17, Metadata: 13, OffsetCommit: 9, JoinGroup: 9 })
  const lines = cases.map((one) => `${one.api.key} ${one.version} ${one.kind} ${bytesOf(one).toString('hex')}\n`)
  const run = { input: lines.join(''), encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] }
  const answers = execFileSync('java', ['-cp', classPath, 'Codec'], run).trim().split('\n')
  for (const [i, one] of cases.entries()) {
    if (!`${one.name} ${one.kind}`.includes(options.only)) continue
    const [decode, encode, same] = answers[i].split(' ')
    const bytes = bytesOf(one)
    if (same !== 'true') console.error(`${one.name} ${one.kind} v${one.version}: Java writes other bytes`)
    const [read, write] = await race([decoding(one, bytes), encoding(one)])
    row(`${one.name} ${one.kind} v${one.version}, read`, bytes.length, read, 'Java', Number(decode))
    row(`${one.name} ${one.kind} v${one.version}, write`, bytes.length, write, 'Java', Number(encode))
  }
}

async function checksum() {
  const bytes = Buffer.alloc(1 << 20, 'kt')
  /** The best of many: what other programs take of the processor is not the checksum's. */
  const speed = async () => {
    let best = Number.POSITIVE_INFINITY
    for (let i = 0; i < 60; i++) best = Math.min(best, await once(() => kt.crc32c(bytes, 0, bytes.length)))
    return bytes.length / best
  }
  console.log(`CRC-32C of 1 MiB: ${(await speed()).toFixed(2)} GB/s in TypeScript`)
  if (kt.useNativeCrc32c()) console.log(`CRC-32C of 1 MiB: ${(await speed()).toFixed(2)} GB/s with @node-rs/crc32`)
}

console.log(`Node ${process.version}\n${'message'.padEnd(36)}     size          kt       other   ratio`)
await checksum()
const { makeBatch } = await import('./codec/cases.mjs')
await against(kafkajs(require), (batch) => makeBatch(kt, batch))
if (!without.includes('platformatic')) await againstPlatformatic()
if (!without.includes('java')) await againstJava()
const slow = rows.filter(({ ratio, name }) => ratio < (name === 'Java' ? 0 : 2))
console.log(
  slow.length === 0
    ? 'At least twice as fast as the other clients everywhere'
    : `Below twice as fast: ${slow.map(({ what, name }) => `${what} (${name})`).join('; ')}`,
)
