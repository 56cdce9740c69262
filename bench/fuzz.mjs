/**
 * Throws damaged, hollow and random bytes at the decoders, and at a running server.
 *
 *     node bench/fuzz.mjs [--count N] [--seed S] [--server] [--only INDEX] [--apis Metadata,Fetch] [--kt PROGRAM]
 *
 * Counts crashes (anything thrown that is not Malformed, or a server that is gone), cases of more than 100 ms, and cases whose
 * decoding takes more heap than four times the bytes and 64 KiB; and what memory it takes to refuse bombs. A case is its seed and index: --only looks at one of them. What
 * is slow or large is tried again before it counts, since other programs and the garbage collector are slow as well.
 * Exit code 1 if anything was found.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { load, temporaryFolder } from './bundle.mjs'
import { bombs, defuse } from './fuzz/bombs.mjs'
import { usage } from './usage.mjs'

const options = usage(import.meta.url, {
  count: { type: 'string', default: '100000' },
  seed: { type: 'string', default: '1' },
  server: { type: 'boolean', default: false },
  only: { type: 'string' },
  apis: { type: 'string' },
  bomb: { type: 'string' },
  who: { type: 'string' },
  kt: { type: 'string', default: fileURLToPath(new URL('../bin/kt', import.meta.url)) },
})
const COUNT = Number(options.count)
const SEED = Number(options.seed)
const SLOW_MS = 100
/** What a case may take of the heap; a batch that is unpacked, four times max.message.bytes. */
const mostHeap = ({ kind, bytes }) => 4 * (kind === 'batch' ? kt.MAX_MESSAGE_BYTES : bytes.length) + 65536
delete process.env.NODE_EXTRA_CA_CERTS

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
const kt = await load('bench/fuzz/kt.ts')
const findings = []

function find(what, index, detail) {
  findings.push(what)
  if (findings.length <= 20) console.log(`${what}: --seed ${SEED} --only ${index}: ${detail}`)
}

// ---- the decoders alone ----

/** Bytes of heap and of buffers in use. */
function inUse() {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}

/** What decoding takes: milliseconds, and about how many bytes of heap the largest of what was read; or an error. */
function attempt(one) {
  const start = performance.now()
  try {
    const found = kt.decode(one)
    const spent = performance.now() - start
    const sizes = found.map(kt.sizeOf)
    const grown = Math.max(...sizes)
    return { spent, grown, found, largest: sizes.indexOf(grown) }
  } catch (error) {
    return { spent: performance.now() - start, grown: 0, error }
  }
}

const TOGETHER = 50

/**
 * The same, exactly: the least time of many tries, and the bytes that one takes on average while all are held. Each reader of the
 * bytes is a decoding of its own, so only what the `largest` of them gave is held.
 */
function again(one, largest) {
  kt.decode(one) // what is compiled or grown at first use is there now
  collect()
  const before = inUse()
  let spent = Number.POSITIVE_INFINITY
  const held = Array.from({ length: TOGETHER }, () => {
    const start = performance.now()
    const found = kt.decode(one)
    spent = Math.min(spent, performance.now() - start)
    return found[largest]
  })
  collect()
  return { spent, grown: (inUse() - before) / held.length }
}

function decoders() {
  const first = options.only === undefined ? 0 : Number(options.only)
  const end = options.only === undefined ? COUNT : first + 1
  const kinds = {}
  let [slowest, largest, refused, sum] = [0, 0, 0, 0]
  const began = performance.now()
  for (let index = first; index < end; index++) {
    const one = kt.caseAt(SEED, index)
    kinds[one.kind] = (kinds[one.kind] ?? 0) + 1
    let { spent, grown, error, found, largest: reader } = attempt(one)
    if (options.only !== undefined) console.log(one, error ?? found)
    if (error) find('crash', index, `${one.kind}: ${error.stack}`)
    if (found?.every((each) => each === undefined)) refused++
    if (!error && (spent > SLOW_MS || grown > mostHeap(one) / 2)) ({ spent, grown } = again(one, reader))
    if (spent > SLOW_MS) find('slow', index, `${one.kind} of ${one.bytes.length} bytes: ${spent.toFixed(0)} ms`)
    if (grown > mostHeap(one)) find('large', index, `${one.kind} of ${one.bytes.length} bytes: ${grown.toFixed(0)} bytes of heap`)
    slowest = Math.max(slowest, spent)
    if (one.kind !== 'batch') largest = Math.max(largest, grown - 4 * one.bytes.length)
    sum += one.bytes.length
  }
  const count = end - first
  const seconds = (performance.now() - began) / 1000
  console.log(
    `decoders: ${count} cases (${Object.entries(kinds)
      .map(([kind, n]) => `${n} ${kind}`)
      .join(', ')}), ${refused} refused, in ${seconds.toFixed(0)} s`,
  )
  console.log(
    `  slowest ${slowest.toFixed(1)} ms; heap at most ${(largest / 1024).toFixed(0)} KiB beyond four times the bytes; ${(sum / count).toFixed(0)} bytes on average`,
  )
}

// ---- a running server ----

const AT_ONCE = 64

async function startServer() {
  const folder = temporaryFolder()
  const words = [options.kt, 'server-start', '--port', '0', '--data-dir', join(folder, 'data')]
  const port = 20_000 + (process.pid % 20_000)
  words[3] = String(port)
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, KT_DEBUG: '1' } })
  const server = { child, port, lines: 0, last: [], exit: undefined }
  child.stderr.setEncoding('utf8').on('data', (text) => {
    const lines = text.split('\n').filter((line) => line !== '')
    server.lines += lines.length
    server.last = [
      ...server.last,
      ...lines.filter((line) => !/does not decode|is unknown|is not one of|is no request|a frame of/.test(line)),
    ].slice(-40)
  })
  child.on('exit', (code, signal) => {
    server.exit = signal ?? code
  })
  for (let i = 0; i < 100; i++) {
    if (
      await new Promise((done) =>
        connect(port, '127.0.0.1')
          .on('connect', function () {
            this.destroy()
            done(true)
          })
          .on('error', () => done(false)),
      )
    )
      return server
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error(`the server does not listen: ${server.last.join('\n')}`)
}

/** Resident bytes. */
const residentBytes = ({ child }) => Number(readFileSync(`/proc/${child.pid}/statm`, 'utf8').split(' ')[1]) * 4096

/**
 * Milliseconds that the server's event loop has run: what it waits for while other programs have the processor does not count. The
 * clock, where the system does not tell.
 */
function loopMs({ child }) {
  try {
    return Number(readFileSync(`/proc/${child.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
  } catch {
    return performance.now()
  }
}

/** A connection that asks for the versions again and again: how long does anybody wait for an answer? */
async function watch(server) {
  const socket = connect(server.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.setNoDelay(true)
  let answered
  let reply
  const assembler = new kt.Assembler(1 << 20, (payload) => {
    reply = Buffer.from(payload)
    answered?.()
  })
  socket.on('data', (chunk) => assembler.add(chunk))
  socket.on('close', () => answered?.())
  socket.on('error', () => {})
  return {
    /** Milliseconds that the server was busy until it answered. */
    async ping() {
      const start = loopMs(server)
      const done = new Promise((resolve) => {
        answered = resolve
      })
      socket.write(Buffer.concat(kt.encodeRequest(kt.ApiVersions, 0, 1, 'watch', {})))
      await done
      return loopMs(server) - start
    },
    versions: () => kt.decodeResponse(kt.ApiVersions, 0, new kt.Reader(reply)).apiKeys,
    close: () => socket.destroy(),
  }
}

/** A connection of one who means no good. */
async function attacker(server) {
  const socket = connect(server.port, '127.0.0.1')
  const one = { socket, isOpen: true, answered: undefined, outcome: undefined }
  const end = (outcome) => {
    one.outcome ??= outcome
    one.answered?.()
  }
  socket.on('error', () => {})
  socket.on('close', () => {
    one.isOpen = false
    end('closed')
  })
  const assembler = new kt.Assembler(200 << 20, (payload) => {
    if (payload.length >= 4 && payload.readInt32BE(0) === LAST) end('answered')
  })
  socket.on('data', (chunk) => assembler.add(chunk))
  await new Promise((done) => socket.once('connect', done).once('close', done))
  return one
}

/** The correlation id of the question behind a case, by whose answer it is known that the case is through. */
const LAST = 0x7ffffff0
const BEHIND = Buffer.concat(kt.encodeRequest(kt.ApiVersions, 0, LAST, 'fuzz', {}))
const PATIENCE_MS = 50

/** Sends a case and waits until it is answered, refused, or has waited long enough: a Fetch may wait for ever. */
async function attack(one, index, apis) {
  const payload = kt.requestAt(SEED, index, apis)
  const size = Buffer.alloc(4)
  size.writeInt32BE(index % 50 === 0 ? 100_000_000 : payload.length)
  const frame = Buffer.concat([size, payload])
  one.outcome = undefined
  const through = new Promise((done) => {
    one.answered = done
  })
  const timer = setTimeout(() => one.answered(), PATIENCE_MS)
  if (index % 20 === 0) {
    one.socket.write(frame.subarray(0, frame.length >> 1)) // the rest comes late, or never
    await new Promise((done) => setImmediate(done))
    if (index % 40 === 0) one.socket.write(frame.subarray(frame.length >> 1))
  } else {
    one.socket.write(Buffer.concat([frame, BEHIND]))
  }
  await through
  clearTimeout(timer)
  return one.outcome ?? 'waits'
}

/** Sends cases `first` to `end` over one connection after the other. */
async function send(server, apis, first, end, outcomes) {
  let one
  for (let index = first; index < end && server.exit === undefined; index++) {
    if (!one?.isOpen) one = await attacker(server)
    const outcome = await attack(one, index, apis)
    outcomes[outcome]++
    if (outcome === 'waits') one.socket.destroy()
  }
  one?.socket.destroy()
}

async function running() {
  const server = await startServer()
  const wanted = options.apis?.split(',')
  try {
    const watcher = await watch(server)
    for (let i = 0; i < 20; i++) await watcher.ping()
    const keys = new Set(watcher.versions().map(({ apiKey }) => apiKey))
    const apis = kt.allApis.filter(({ key, name }) => keys.has(key) && (wanted === undefined || wanted.includes(name)))
    const before = residentBytes(server)
    await bombard(server, watcher, apis)
    watcher.close()
    if (server.exit !== undefined) {
      find('crash', '?', `the server ended with ${server.exit}:\n${server.last.join('\n')}`)
      return
    }
    const grown = residentBytes(server) - before
    console.log(
      `  ${apis.length} APIs; ${server.lines} lines in its log; resident memory grew by ${(grown / 1048576).toFixed(1)} MiB, ${(grown / COUNT).toFixed(0)} bytes a case`,
    )
    const odd = server.last.filter((line) => /should not happen|failed:|cannot be said/.test(line))
    for (const line of odd.slice(0, 10)) console.log(`  its log: ${line}`)
  } finally {
    if (server.exit === undefined) {
      const gone = once(server.child, 'exit')
      server.child.kill('SIGTERM')
      const timer = setTimeout(() => server.child.kill('SIGKILL'), 10_000)
      await gone
      clearTimeout(timer)
    }
  }
}

/** Sends all cases, a portion at a time, while somebody else asks all the time; a portion in which that took long is sent again. */
async function bombard(server, watcher, apis) {
  const PORTION = 2000
  const began = performance.now()
  let slowest = 0
  const outcomes = { answered: 0, closed: 0, waits: 0 }
  for (let first = 0; first < COUNT && server.exit === undefined; first += PORTION) {
    const end = Math.min(first + PORTION, COUNT)
    let longest = await portion(server, watcher, apis, first, end, outcomes)
    for (let i = 0; i < 3 && longest > SLOW_MS; i++)
      longest = Math.min(longest, await portion(server, watcher, apis, first, end, outcomes))
    if (longest > SLOW_MS && server.exit === undefined)
      find('slow', `${first} to ${end}`, `the server was busy for ${longest.toFixed(0)} ms before it answered somebody else`)
    slowest = Math.max(slowest, longest)
  }
  const seconds = (performance.now() - began) / 1000
  console.log(
    `server: ${COUNT} cases in ${seconds.toFixed(0)} s; busy for ${slowest.toFixed(1)} ms at most before it answered somebody else`,
  )
  console.log(
    `  ${Object.entries(outcomes)
      .map(([outcome, n]) => `${n} ${outcome}`)
      .join(', ')}`,
  )
}

async function portion(server, watcher, apis, first, end, outcomes) {
  let isOver = false
  let longest = 0
  const each = Math.ceil((end - first) / AT_ONCE)
  const work = Promise.all(
    Array.from({ length: AT_ONCE }, (_, i) =>
      send(server, apis, first + i * each, Math.min(first + (i + 1) * each, end), outcomes),
    ),
  ).finally(() => {
    isOver = true
  })
  while (!isOver && server.exit === undefined) {
    longest = Math.max(longest, await watcher.ping())
    await new Promise((done) => setTimeout(done, 2))
  }
  await work
  return longest
}

if (options.bomb !== undefined) {
  defuse(kt, options.bomb, options.who)
  process.exit()
}
if (options.server) await running()
else decoders()
if (!options.server && options.only === undefined) bombs(kt, find)
console.log(findings.length === 0 ? 'nothing found' : `${findings.length} findings`)
process.exitCode = findings.length === 0 ? 0 : 1
