#!/usr/bin/env node
/**
 * kt beside Apache Kafka, in one run, with Kafka's own tools as the load: what counts is the ratio.
 *
 *     node bench/bench.mjs [--kafka HOME] [--records 1000000] [--lines 1000000]
 *
 * HOME is an Apache Kafka 4.2 with bin/ and Java 17 at hand (default: $KAFKA_HOME). Without one only kt's column is measured. Each
 * broker runs alone, in a fresh directory; CPU is what /proc says of its process, which holds on a busy machine better than time.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    kafka: { type: 'string', default: process.env.KAFKA_HOME ?? '' },
    records: { type: 'string', default: '1000000' },
    lines: { type: 'string', default: '1000000' },
  },
})
const top = dirname(dirname(fileURLToPath(import.meta.url)))
const work = mkdtempSync(join(tmpdir(), 'kt-bench-'))
const env = { ...process.env }
delete env.NODE_EXTRA_CA_CERTS // it costs every start of Node 20 some 30 ms
delete env.KT_DATA_DIR
delete env.KT_BOOTSTRAP_SERVERS
/** Everything that was started and has not been stopped. */
const running = new Set()
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
const TICKS = 100

async function freePort() {
  const server = net.createServer()
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  return port
}
/** Wall and CPU seconds of a shell command. */
function timed(command) {
  const script = `TIMEFORMAT='@ %R %U %S'\n{ time { ${command}; } >/dev/null 2>"${work}/err"; } 2>&1\nexit \${PIPESTATUS[0]}`
  const { stdout, status } = spawnSync('bash', ['-c', script], { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command}: ${readFileSync(`${work}/err`, 'utf8').slice(-300)}`)
  const [, wall, user, system] = /@ ([\d.]+) ([\d.]+) ([\d.]+)/.exec(stdout).map(Number)
  return { wall, cpu: user + system }
}
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]
const cpuOf = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}
const memoryOf = (pid, field) =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024

const BROKERS = {
  kt: (port, dir) => [process.execPath, [join(top, 'bin', 'kt'), 'server-start', '--port', String(port), '--data-dir', dir]],
  Kafka: (port, dir) => {
    const properties = join(work, 'server.properties')
    const controller = port > 50000 ? port - 1000 : port + 1000
    writeFileSync(
      properties,
      `process.roles=broker,controller\nnode.id=1\ncontroller.quorum.bootstrap.servers=127.0.0.1:${controller}\n` +
        `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}\ncontroller.listener.names=CONTROLLER\n` +
        `log.dirs=${dir}\noffsets.topic.replication.factor=1\ngroup.initial.rebalance.delay.ms=0\n`,
    )
    execFileSync(
      join(values.kafka, 'bin/kafka-storage.sh'),
      ['format', '--standalone', '-t', '4L6g3nShT-eMCtK--X86sw', '-c', properties],
      { env, stdio: 'ignore' },
    )
    return [join(values.kafka, 'bin/kafka-server-start.sh'), [properties]]
  },
}

async function startBroker(name) {
  const port = await freePort()
  const [program, words] = BROKERS[name](port, join(work, name))
  const log = join(work, `${name}.log`)
  const began = performance.now()
  const out = openSync(log, 'w')
  const child = spawn(program, words, { env, stdio: ['ignore', out, out] })
  running.add(child)
  while (!readFileSync(log, 'utf8').includes('Kafka Server started')) {
    if (child.exitCode !== null || performance.now() - began > 60_000)
      throw new Error(`${name} did not start: ${readFileSync(log, 'utf8').slice(-500)}`)
    await sleep(1)
  }
  return {
    name,
    child,
    address: `127.0.0.1:${port}`,
    startMs: performance.now() - began,
    gone: new Promise((done) => child.once('exit', done)),
  }
}

const rows = []
const row = (what, better, cells) => {
  rows.push({ what, better, cells })
  process.stderr.write(
    `${what}: ${Object.entries(cells)
      .map(([name, value]) => `${name} ${value.toPrecision(3)}`)
      .join(', ')}\n`,
  )
}
const gather = (what, better, name, value) => {
  const found = rows.find((one) => one.what === what)
  if (found) found.cells[name] = value
  else rows.push({ what, better, cells: { [name]: value } })
  process.stderr.write(`  ${name}: ${what}: ${value.toPrecision(3)}\n`)
}

/** MB/s of Kafka's perf tools against a broker, and what the broker's CPU costs a GB. */
function load(broker) {
  const tools = join(values.kafka, 'bin')
  const records = Number(values.records)
  const { pid } = broker.child
  execFileSync(
    join(tools, 'kafka-topics.sh'),
    ['--bootstrap-server', broker.address, '--create', '--topic', 'perf', '--partitions', '1'],
    { env, stdio: 'ignore' },
  )
  const produce = (count) =>
    execFileSync(
      join(tools, 'kafka-producer-perf-test.sh'),
      [
        '--topic',
        'perf',
        '--num-records',
        String(count),
        '--record-size',
        '1000',
        '--throughput',
        '-1',
        '--bootstrap-server',
        broker.address,
        '--command-property',
        'acks=1',
      ],
      { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    )
  produce(100_000) // a JVM has to warm up
  let before = cpuOf(pid)
  const produced = Number(/([\d.]+) MB\/sec\)[^\n]*\n?$/.exec(produce(records).trim())[1])
  gather('produce, JVM client, 1 KB, acks=1 (MB/s)', 'more', broker.name, produced)
  gather('  broker CPU (s/GB)', 'less', broker.name, (cpuOf(pid) - before) / (records / 1e6))
  before = cpuOf(pid)
  const read = execFileSync(
    join(tools, 'kafka-consumer-perf-test.sh'),
    ['--topic', 'perf', '--num-records', String(records), '--bootstrap-server', broker.address],
    { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  )
  gather('consume, JVM client (MB/s while fetching)', 'more', broker.name, Number(read.trim().split('\n').at(-1).split(',')[8]))
  gather('  broker CPU (s/GB) ', 'less', broker.name, (cpuOf(pid) - before) / (records / 1e6))
  gather('memory, peak after load (MiB)', 'less', broker.name, memoryOf(pid, 'VmHWM'))
}

/** A million lines through the console tools, kt's and Kafka's, against the same broker. */
function consoles(broker) {
  const file = join(work, 'lines')
  const count = Number(values.lines)
  writeFileSync(
    file,
    Array.from({ length: count }, (_, index) => `${String(index).padStart(9, '0')} ${'x'.repeat(89)}\n`).join(''),
  )
  const server = `--bootstrap-server ${broker.address}`
  for (const [name, producer, consumer] of [
    ['kt', `${top}/bin/kt console-producer`, `${top}/bin/kt console-consumer`],
    ['Kafka', `${values.kafka}/bin/kafka-console-producer.sh`, `${values.kafka}/bin/kafka-console-consumer.sh`],
  ]) {
    if (name === 'Kafka' && !values.kafka) continue
    timed(`${top}/bin/kt topics --create --topic lines-${name} ${server}`)
    gather(
      `console producer, ${count} lines of 100 B (s)`,
      'less',
      name,
      timed(`${producer} ${server} --topic lines-${name} < ${file}`).wall,
    )
    gather(
      `console consumer, ${count} lines of 100 B (s)`,
      'less',
      name,
      timed(`${consumer} ${server} --topic lines-${name} --from-beginning --max-messages ${count}`).wall,
    )
  }
}

/** Short commands beside bare Node. */
function commands(broker) {
  const server = `--bootstrap-server ${broker.address}`
  const of = (command, runs) => {
    const all = Array.from({ length: runs }, () => timed(command))
    return { wall: median(all.map(({ wall }) => wall)) * 1000, cpu: median(all.map(({ cpu }) => cpu)) * 1000 }
  }
  const bare = of(`${process.execPath} -e 0`, 15)
  const kt = of(`${top}/bin/kt topics --list ${server}`, 15)
  const inside = of(`${top}/bin/kt topics --list --data-dir ${work}/embedded`, 15)
  const kafka = values.kafka ? of(`${values.kafka}/bin/kafka-topics.sh --list ${server}`, 5) : undefined
  row('list topics through a server (ms)', 'less', { kt: kt.wall, ...(kafka && { Kafka: kafka.wall }) })
  row('  CPU (ms)', 'less', { kt: kt.cpu, ...(kafka && { Kafka: kafka.cpu }) })
  row('list topics in a data directory (ms)', 'less', { kt: inside.wall })
  row('node -e 0 (ms)', 'less', { kt: bare.wall })
}

try {
  for (const name of values.kafka ? ['Kafka', 'kt'] : ['kt']) {
    const broker = await startBroker(name)
    gather('start, empty (ms)', 'less', name, broker.startMs)
    await sleep(1500)
    gather('memory, idle (MiB)', 'less', name, memoryOf(broker.child.pid, 'VmRSS'))
    const before = cpuOf(broker.child.pid)
    await sleep(2000)
    gather('idle CPU (% of a core)', 'less', name, ((cpuOf(broker.child.pid) - before) / 2) * 100)
    if (values.kafka) load(broker)
    if (name === 'kt') {
      consoles(broker)
      commands(broker)
    }
    broker.child.kill()
    await broker.gone
    running.delete(broker.child)
  }
  const number = (value) => (value === undefined ? '' : value >= 100 ? value.toFixed(0) : value.toPrecision(3))
  console.log('| | kt | Kafka | kt / Kafka |\n|---|---:|---:|---:|')
  for (const { what, cells } of rows) {
    const ratio = cells.kt !== undefined && cells.Kafka ? (cells.kt / cells.Kafka).toPrecision(2) : ''
    console.log(`| ${what} | ${number(cells.kt)} | ${number(cells.Kafka)} | ${ratio} |`)
  }
} finally {
  for (const child of running) child.kill('SIGKILL')
  rmSync(work, { recursive: true, force: true })
}
