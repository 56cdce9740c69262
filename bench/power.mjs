#!/usr/bin/env node
/**
 * Power cuts under a server with its data on an ext4 of its own. Root only; Linux only.
 *
 *     node bench/power.mjs [--rounds 25] [--seed N] [--no-flush]
 *
 * The file system lies in an image that a loop device opens with direct I/O: what is in the image is what the device was given, and
 * nothing of the page cache of the file system in it. commit=1000 keeps ext4 from syncing by itself. A cut stops the server (SIGSTOP),
 * copies the image, and goes on or kills; the copy is mounted, which replays the journal as after a real outage, and kt opens it.
 * Every record that was acknowledged with acks=all before the cut must be there, and every committed offset. With --no-flush the
 * server answers before it syncs (kt.flush.on.acks=false): then the rig has to find losses, or it proves nothing.
 * Not in it: what a drive's own cache tears and reorders (that is test/crash). Ends with `N passed, N failed`.
 */
import { execFileSync, spawn } from 'node:child_process'
import { constants, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { load } from './bundle.mjs'
import { usage } from './usage.mjs'

const values = usage(import.meta.url, {
  rounds: { type: 'string', default: '25' },
  seed: { type: 'string', default: '1' },
  'no-flush': { type: 'boolean', default: false },
})
if (process.platform !== 'linux' || process.getuid?.() !== 0) {
  console.log('skipped: only root can mount an image')
  process.exit(0)
}
const { batchOf, connectTo, CreateTopics, Fetch, OffsetCommit, OffsetFetch, Produce, valuesIn } = await load('bench/power/kt.ts')
const kt = fileURLToPath(new URL('../bin/kt', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'kt-power-'))
const [image, mounted, copy, copied] = ['image', 'mounted', 'copy', 'copied'].map((name) => join(work, name))
const PARTITIONS = 3
const mounts = new Set()
const children = new Set()
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()

function mount(file, at) {
  mkdirSync(at, { recursive: true })
  const device = run('losetup', '--find', '--show', '--direct-io=on', file)
  mounts.add({ at, device })
  run('mount', '-o', 'commit=1000', device, at)
}
function unmount(at) {
  for (const one of mounts) {
    if (one.at !== at) continue
    run('umount', at)
    run('losetup', '--detach', one.device)
    mounts.delete(one)
  }
}

async function start(folder) {
  const server = net.createServer()
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  const env = { ...process.env }
  delete env.NODE_EXTRA_CA_CERTS
  const flush = values['no-flush'] ? ['--override', 'kt.flush.on.acks=false'] : []
  const args = [kt, 'server-start', '--port', String(port), '--data-dir', folder, ...flush]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  children.add(child)
  const gone = new Promise((done) => child.once('exit', done)).then(() => children.delete(child))
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  for (const began = performance.now(); !said.includes('Kafka Server started'); await sleep(5)) {
    if (child.exitCode !== null || performance.now() - began > 60_000) throw new Error(`the server did not start: ${said}`)
  }
  return { child, gone, port }
}

/** By partition, offset to value: what was acknowledged with acks=all. */
const acknowledged = Array.from({ length: PARTITIONS }, () => new Map())
let committed = -1
let next = 0

async function produce(port, partition, isOver) {
  const link = await connectTo(port)
  for (let codec = partition; !isOver(); codec = (codec + 1) % 5) {
    const numbers = Array.from({ length: 5 }, () => `record ${next++} ${'x'.repeat(60)}`)
    const topicData = [{ name: 't', partitionData: [{ index: partition, records: batchOf(numbers, codec) }] }]
    const reply = await link.ask(Produce, { acks: -1, timeoutMs: 5000, topicData }, 9)
    const answer = reply?.responses[0].partitionResponses[0]
    if (!answer) break
    if (answer.errorCode === 0)
      for (const [at, value] of numbers.entries()) acknowledged[partition].set(answer.baseOffset + at, value)
  }
  link.close()
}
async function commit(port, isOver) {
  const link = await connectTo(port)
  for (let offset = committed + 1; !isOver(); offset++) {
    const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: null }]
    const reply = await link.ask(OffsetCommit, { groupId: 'g', memberId: '', topics: [{ name: 't', partitions }] }, 8)
    if (!reply) break
    if (reply.topics[0].partitions[0].errorCode === 0) committed = offset
  }
  link.close()
}

/** How many of `promised` a server on `folder` does not have. */
async function missingIn(folder, promised, offset) {
  const { child, gone, port } = await start(folder)
  const link = await connectTo(port)
  let missing = 0
  for (const [partition, records] of promised.entries()) {
    const left = new Map(records)
    for (let fetchOffset = 0; ; ) {
      const partitions = [{ partition, fetchOffset, partitionMaxBytes: 8 << 20 }]
      const request = { maxWaitMs: 0, minBytes: 0, topics: [{ topic: 't', partitions }], forgottenTopicsData: [] }
      const answer = (await link.ask(Fetch, request, 11))?.responses[0]?.partitions[0]
      const found = valuesIn(answer?.records)
      if (found.length === 0) break
      for (const [at, value] of found) if (left.get(at) === value) left.delete(at)
      fetchOffset = found.at(-1)[0] + 1
    }
    missing += left.size
  }
  const reply = await link.ask(OffsetFetch, { groupId: 'g', topics: [{ name: 't', partitionIndexes: [0] }] }, 7)
  if ((reply?.topics[0]?.partitions[0]?.committedOffset ?? -1) < offset) missing++
  link.close()
  child.kill('SIGKILL')
  await gone
  return missing
}

let state = Number(values.seed)
function random() {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
  return state / 0x80000000
}

let lost = 0
let lossy = 0
const rounds = Number(values.rounds)
try {
  run('truncate', '-s', '256M', image)
  run('mkfs.ext4', '-q', '-F', image)
  mount(image, mounted)
  const data = join(mounted, 'data')
  let server = await start(data)
  const admin = await connectTo(server.port)
  const topic = {
    name: 't',
    numPartitions: PARTITIONS,
    replicationFactor: 1,
    assignments: [],
    configs: [{ name: 'segment.bytes', value: '1048576' }],
  }
  await admin.ask(CreateTopics, { topics: [topic], timeoutMs: 5000 }, 5)
  admin.close()
  for (let round = 0; round < rounds; round++) {
    let over = false
    const isOver = () => over
    const users = acknowledged.map((_, partition) => produce(server.port, partition, isOver))
    users.push(commit(server.port, isOver))
    await sleep(50 + random() * 400)
    server.child.kill('SIGSTOP')
    await sleep(20) // answers that are on their way count
    const promised = acknowledged.map((records) => new Map(records))
    const offset = committed
    copyFileSync(image, copy, constants.COPYFILE_FICLONE)
    over = true
    const isKilled = random() < 0.5
    server.child.kill(isKilled ? 'SIGKILL' : 'SIGCONT')
    if (isKilled) await server.gone
    await Promise.allSettled(users)
    mount(copy, copied)
    const missing = await missingIn(join(copied, 'data'), promised, offset)
    unmount(copied)
    rmSync(copy)
    lost += missing
    if (missing > 0) lossy++
    if (isKilled) server = await start(data)
  }
  server.child.kill('SIGKILL')
  await server.gone
} finally {
  for (const child of children) child.kill('SIGKILL')
  await sleep(200)
  for (const { at } of [...mounts]) unmount(at)
  rmSync(work, { recursive: true, force: true })
}
const total = acknowledged.reduce((sum, records) => sum + records.size, 0)
console.log(
  `${rounds} power cuts: ${total} records acknowledged, ${committed + 1} offsets committed, ${lost} lost in ${lossy} of the cuts`,
)
const failed = values['no-flush'] ? Number(lossy === 0) : lossy
console.log(`${rounds - Math.min(failed, rounds)} passed, ${failed} failed`)
process.exitCode = failed === 0 && total > 0 ? 0 : 1
