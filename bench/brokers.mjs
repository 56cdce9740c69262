/**
 * The two brokers of the benches: kt as it is built, and an Apache Kafka 4.2 beside it, each alone in a fresh directory on a port of
 * 127.0.0.1. CPU and memory are what /proc says of the one process that each of them is.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const top = dirname(dirname(fileURLToPath(import.meta.url)))
/** A folder for everything; `cleanUp` removes it. */
export const work = mkdtempSync(join(tmpdir(), 'kt-bench-'))
export const env = { ...process.env }
delete env.NODE_EXTRA_CA_CERTS // it costs every start of Node 20 some 30 ms
delete env.KT_DATA_DIR
delete env.KT_BOOTSTRAP_SERVERS
/** Everything that was started and has not been stopped. */
const running = new Set()
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
/** Apache Kafka with ten thousand topics, on a machine that others use as well. */
const START_MS = 300_000
const TICKS = 100

export const cpuOf = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}
/** MiB. */
export const memoryOf = (pid, field = 'VmRSS') =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024

export async function freePort() {
  const server = net.createServer()
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  return port
}

/** Makes the settings of one node in `dir`, formats it with the kafka-storage.sh in `bin`, and gives the path of the settings. */
function formatted(port, dir, bin) {
  const properties = `${dir}.properties`
  const controller = port > 50000 ? port - 1000 : port + 1000
  writeFileSync(
    properties,
    `process.roles=broker,controller\nnode.id=1\ncontroller.quorum.bootstrap.servers=127.0.0.1:${controller}\n` +
      `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}\ncontroller.listener.names=CONTROLLER\n` +
      `log.dirs=${dir}\noffsets.topic.replication.factor=1\ngroup.initial.rebalance.delay.ms=0\n`,
  )
  const words = ['format', '--standalone', '--ignore-formatted', '-t', '4L6g3nShT-eMCtK--X86sw', '-c', properties]
  execFileSync(join(bin, 'kafka-storage.sh'), words, { env, stdio: 'ignore' })
  return properties
}
const COMMANDS = {
  kt: (port, dir) => [process.execPath, [join(top, 'bin', 'kt'), 'server-start', '--port', String(port), '--data-dir', dir]],
  Kafka: (port, dir, home) => [join(home, 'bin/kafka-server-start.sh'), [formatted(port, dir, join(home, 'bin'))]],
  'kt as Kafka': (port, dir) => [join(top, 'bin/kafka-server-start.sh'), [formatted(port, dir, join(top, 'bin'))]],
}

/** Starts `name` (one of COMMANDS; Kafka is at `home`) on a folder of this name; `ready` gives how long it took to say that it has started. */
export async function spawnBroker(name, home, folder = name) {
  const port = await freePort()
  const [program, words] = COMMANDS[name](port, join(work, folder), home)
  const log = join(work, `${folder}.log`)
  const out = openSync(log, 'w')
  const began = performance.now()
  const child = spawn(program, words, { env, stdio: ['ignore', out, out] })
  running.add(child)
  const gone = new Promise((done) => child.once('exit', done))
  void gone.then(() => running.delete(child))
  const said = () => readFileSync(log, 'utf8')
  const check = () => {
    if (child.exitCode !== null || performance.now() - began > START_MS)
      throw new Error(`${name} did not start: ${said().slice(-500)}`)
  }
  return { name, folder, child, pid: child.pid, port, address: `127.0.0.1:${port}`, began, gone, said, check }
}
export async function startBroker(name, home, folder) {
  const broker = await spawnBroker(name, home, folder)
  while (!broker.said().includes('Kafka Server started')) {
    broker.check()
    await sleep(1)
  }
  return { ...broker, startMs: performance.now() - broker.began }
}
/** Kafka and kt with the same settings, both on a fresh folder. */
export async function startTwins(home) {
  removeData()
  return [await startBroker('Kafka', home), await startBroker('kt as Kafka', home)]
}
export async function stopBroker(broker, signal = 'SIGTERM') {
  broker.child.kill(signal)
  await broker.gone
}
/** What the brokers have kept, when none is running. */
export function removeData() {
  for (const name of readdirSync(work)) rmSync(join(work, name), { recursive: true, force: true })
}
export function cleanUp() {
  for (const child of running) child.kill('SIGKILL')
  rmSync(work, { recursive: true, force: true })
}

process.once('exit', cleanUp)
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    cleanUp()
    process.exit(1)
  })
}

/** Rows of figures, one column for each broker; printed with their ratio. */
export class Table {
  rows = []

  add(what, name, value) {
    const found = this.rows.find((one) => one.what === what)
    if (found) found.cells[name] = value
    else this.rows.push({ what, cells: { [name]: value } })
    process.stderr.write(`  ${name}: ${what.trim()}: ${value.toPrecision(3)}\n`)
  }
  print() {
    const number = (value) => (value === undefined ? '' : value >= 100 ? value.toFixed(0) : value.toPrecision(3))
    console.log('| | kt | Kafka | kt / Kafka |\n|---|---:|---:|---:|')
    for (const { what, cells } of this.rows) {
      const ratio = cells.kt !== undefined && cells.Kafka ? (cells.kt / cells.Kafka).toPrecision(2) : ''
      console.log(`| ${what} | ${number(cells.kt)} | ${number(cells.Kafka)} | ${ratio} |`)
    }
  }
}
