#!/usr/bin/env node
/**
 * kt beside Apache Kafka, in one run, with Kafka's own tools as the load: what counts is the ratio.
 *
 *     node bench/bench.mjs [--kafka HOME] [--records 1000000] [--lines 1000000]
 *
 * HOME is an Apache Kafka 4.2 with bin/ and Java 17 at hand (default: $KAFKA_HOME). Without one only kt's column is measured. Each
 * broker runs alone, in a fresh directory; CPU is what /proc says of its process, which holds on a busy machine better than time.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanUp, cpuOf, env, memoryOf, sleep, startBroker, stopBroker, Table, top, work } from './brokers.mjs'
import { usage } from './usage.mjs'

const values = usage(import.meta.url, {
  kafka: { type: 'string', default: process.env.KAFKA_HOME ?? '' },
  records: { type: 'string', default: '1000000' },
  lines: { type: 'string', default: '1000000' },
})
/** Wall and CPU seconds of a shell command. */
function timed(command) {
  const script = `TIMEFORMAT='@ %R %U %S'\n{ time { ${command}; } >/dev/null 2>"${work}/err"; } 2>&1\nexit \${PIPESTATUS[0]}`
  const { stdout, status } = spawnSync('bash', ['-c', script], { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command}: ${readFileSync(`${work}/err`, 'utf8').slice(-300)}`)
  const [, wall, user, system] = /@ ([\d.]+) ([\d.]+) ([\d.]+)/.exec(stdout).map(Number)
  return { wall, cpu: user + system }
}
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]

const table = new Table()
const gather = (what, name, value) => table.add(what, name, value)

/** MB/s of Kafka's perf tools against a broker, and what the broker's CPU costs a GB. */
function load(broker) {
  const tools = join(values.kafka, 'bin')
  const records = Number(values.records)
  const { pid } = broker
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
  gather('produce, JVM client, 1 KB, acks=1 (MB/s)', broker.name, produced)
  gather('  broker CPU (s/GB)', broker.name, (cpuOf(pid) - before) / (records / 1e6))
  before = cpuOf(pid)
  const read = execFileSync(
    join(tools, 'kafka-consumer-perf-test.sh'),
    ['--topic', 'perf', '--num-records', String(records), '--bootstrap-server', broker.address],
    { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  )
  gather('consume, JVM client (MB/s while fetching)', broker.name, Number(read.trim().split('\n').at(-1).split(',')[8]))
  gather('  broker CPU (s/GB) ', broker.name, (cpuOf(pid) - before) / (records / 1e6))
  gather('memory, peak after load (MiB)', broker.name, memoryOf(pid, 'VmHWM'))
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
      name,
      timed(`${producer} ${server} --topic lines-${name} < ${file}`).wall,
    )
    gather(
      `console consumer, ${count} lines of 100 B (s)`,
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
  gather('list topics through a server (ms)', 'kt', kt.wall)
  gather('  CPU (ms)', 'kt', kt.cpu)
  if (kafka) gather('list topics through a server (ms)', 'Kafka', kafka.wall)
  if (kafka) gather('  CPU (ms)', 'Kafka', kafka.cpu)
  gather('list topics in a data directory (ms)', 'kt', inside.wall)
  gather('node -e 0 (ms)', 'kt', bare.wall)
}

try {
  for (const name of values.kafka ? ['Kafka', 'kt'] : ['kt']) {
    const broker = await startBroker(name, values.kafka)
    gather('start, empty (ms)', name, broker.startMs)
    await sleep(1500)
    gather('memory, idle (MiB)', name, memoryOf(broker.pid))
    const before = cpuOf(broker.pid)
    await sleep(2000)
    gather('idle CPU (% of a core)', name, ((cpuOf(broker.pid) - before) / 2) * 100)
    if (values.kafka) load(broker)
    if (name === 'kt') {
      consoles(broker)
      commands(broker)
    }
    await stopBroker(broker)
  }
  table.print()
} finally {
  cleanUp()
}
