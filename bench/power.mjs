#!/usr/bin/env node
/**
 * Power cuts under a server with its data on an ext4 of its own. Root only; Linux only.
 *
 *     node bench/power.mjs [--rounds 25] [--seed N] [--no-flush]
 *
 * The file system lies in an image that a loop device opens with direct I/O: what is in the image is what the device was given, and
 * nothing of the page cache of the file system in it. commit=1000 keeps ext4 from syncing by itself. A cut stops the server (SIGSTOP),
 * copies the image, and goes on or kills; the copy is mounted, which replays the journal as after a real outage, and kt opens it.
 * Whatever was promised before the cut must be there (power/promises.mjs): every record that was acknowledged with acks=all and that
 * retention and compaction, which are at work all the time, may not have taken; topics that were created and deleted; committed offsets.
 * With --no-flush the server answers before it syncs (kt.flush.on.acks=false): then the rig has to find losses, or it proves nothing.
 * Not in it: what a drive's own cache tears and reorders (that is test/crash). Ends with `N passed, N failed`; where no image can be
 * mounted, with the reason and `1 skipped`. Nothing stays mounted, however it ends.
 */
import { spawn } from 'node:child_process'
import { constants, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { load } from './bundle.mjs'
import { inside, makeImage, mount, runInside, unmount, whyNot } from './power/image.mjs'
import { Promises, SETTINGS } from './power/promises.mjs'
import { usage } from './usage.mjs'

const values = usage(import.meta.url, {
  rounds: { type: 'string', default: '25' },
  seed: { type: 'string', default: '1' },
  'no-flush': { type: 'boolean', default: false },
})
const reason = inside ? undefined : whyNot()
if (reason !== undefined) {
  console.log(`skipped: ${reason}\n0 passed, 0 failed, 1 skipped`)
  process.exit(0)
}
if (!inside) process.exit(await runInside(mkdtempSync(join(tmpdir(), 'kt-power-'))))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))

const kt = await load('bench/power/kt.ts')
const program = fileURLToPath(new URL('../bin/kt', import.meta.url))
const [image, mounted, copy, copied] = ['image', 'mounted', 'copy', 'copied'].map((name) => join(inside, name))
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
const children = new Set()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

async function start(folder, settings) {
  const server = net.createServer()
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  const env = { ...process.env }
  delete env.NODE_EXTRA_CA_CERTS
  const overrides = settings.flatMap((setting) => ['--override', setting])
  const args = [program, 'server-start', '--port', String(port), '--data-dir', folder, ...overrides]
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
  return { child, gone, port, said: () => said }
}

/** What of `promises` a server on the copy of the image does not have. */
async function brokenIn(promises) {
  mount(copy, copied)
  const { child, gone, port } = await start(join(copied, 'data'), [])
  const link = await kt.connectTo(port)
  const broken = await promises.brokenIn(link)
  link.close()
  child.kill('SIGKILL')
  await gone
  unmount(copied)
  rmSync(copy)
  return broken
}

let state = Number(values.seed)
function random() {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
  return state / 0x80000000
}

const rounds = Number(values.rounds)
const settings = [...SETTINGS, ...(values['no-flush'] ? ['kt.flush.on.acks=false'] : [])]
makeImage(image)
mount(image, mounted)
const data = join(mounted, 'data')
let server = await start(data, settings)
const promises = new Promises(kt)
const admin = await kt.connectTo(server.port)
await promises.make(admin)
admin.close()
const broken = new Set()
let lossy = 0
let taken = {}
for (let round = 0; round < rounds; round++) {
  let over = false
  const { port } = server
  const users = promises.use(
    () => kt.connectTo(port),
    () => over,
  )
  const enough = promises.next + 50 + random() * 400
  for (const began = performance.now(); promises.next < enough && performance.now() - began < 20_000; ) await sleep(random() * 50)
  server.child.kill('SIGSTOP')
  await sleep(20) // answers that are on their way count
  const promised = promises.copy()
  copyFileSync(image, copy, constants.COPYFILE_FICLONE)
  over = true
  const isKilled = random() < 0.5
  server.child.kill(isKilled ? 'SIGKILL' : 'SIGCONT')
  if (isKilled) await server.gone
  await users
  const missing = await brokenIn(promised)
  taken = promised.taken
  for (const line of missing) broken.add(line)
  if (missing.length > 0) lossy++
  if (isKilled) server = await start(data, settings)
}
server.child.kill('SIGKILL')
await server.gone
unmount(mounted)

const { count, committed, topics } = promises
const going = [...topics.values()].filter((value) => value === null).length
console.log(
  `${rounds} power cuts: ${count} promises: records, ${promises.keys.size} keys of a compacted topic, ${topics.size} topics of which ${going} ` +
    `were deleted, and an offset committed ${committed + 1} times; retention took ${taken.short} records, compaction ${taken.table}`,
)
console.log(
  `${broken.size} of them broken, in ${lossy} of the cuts${broken.size > 0 ? `: ${[...broken].slice(0, 8).join('; ')}` : ''}`,
)
const failed = values['no-flush'] ? Number(lossy === 0) : lossy
console.log(`${rounds - Math.min(failed, rounds)} passed, ${failed} failed`)
process.exit(failed === 0 && count > 0 ? 0 : 1)
