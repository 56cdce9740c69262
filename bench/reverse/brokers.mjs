/** The programs of bench/reverse.mjs: an Apache Kafka, its random users, and kt, each with a small heap and on ports of its own. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { openSync, readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const top = fileURLToPath(new URL('../..', import.meta.url))
const env = { ...process.env }
for (const name of ['NODE_EXTRA_CA_CERTS', 'KT_DATA_DIR', 'KT_BOOTSTRAP_SERVERS']) delete env[name]
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
const running = new Set()
let count = 0

export function killAll() {
  for (const { child } of running) child.kill('SIGKILL')
}

/** A program that runs until it is ended; what it says is in a file. */
export class Broker {
  constructor(program, words, { work, port, stdin = 'ignore' }) {
    this.port = port
    this.log = join(work, `log-${++count}`)
    const out = openSync(this.log, 'w')
    this.child = spawn(program, words, { env, cwd: work, stdio: [stdin, out, out] })
    running.add(this)
    this.gone = new Promise((done) => this.child.once('exit', done)).then(() => running.delete(this))
  }
  get said() {
    return readFileSync(this.log, 'utf8')
  }
  /** How many lines it has said that have these words. */
  count(words) {
    return this.said.split('\n').filter((line) => line.includes(words)).length
  }
  async ready(words, count = 1) {
    for (const began = performance.now(); this.count(words) < count; await sleep(20)) {
      const isGone = this.child.exitCode !== null || this.child.signalCode !== null
      if (isGone || performance.now() - began > 240_000) throw new Error(`it did not start: ${this.said.slice(-1500)}`)
    }
    return this
  }
  async end(signal) {
    this.child.kill(signal)
    await this.gone
  }
  /** A command of kt's, to its end. */
  static kt(...words) {
    const options = { env, encoding: 'utf8', maxBuffer: 1 << 29 }
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(top, 'bin', 'kt'), ...words], options)
    return { status, text: stdout + stderr }
  }
}

/** These ports (0: any that is free), all different. Rejects where one is not free. */
async function freePorts(wanted = [0, 0]) {
  const servers = wanted.map(() => net.createServer())
  const listens = (server, port) => new Promise((done, fail) => server.once('error', fail).listen(port, '127.0.0.1', done))
  try {
    for (const [index, port] of wanted.entries()) await listens(servers[index], port)
    return servers.map((server) => server.address().port)
  } finally {
    for (const server of servers) if (server.listening) await new Promise((done) => server.close(done))
  }
}

/** A port for a broker whose controller's is 10000 above, as the judge has them. */
export async function portOfJudge() {
  for (let port = 23_000; ; port += 1 + Math.floor(Math.random() * 20)) {
    if (await freePorts([port, port + 10_000]).catch(() => undefined)) return port
  }
}

/** server.properties of one node on these folders. A quorum of before KIP-853 is named in the settings (`isStatic`). */
function properties({ folders, settings, isStatic }, [port, controller]) {
  return [
    'process.roles=broker,controller',
    'node.id=1',
    isStatic
      ? `controller.quorum.voters=1@127.0.0.1:${controller}`
      : `controller.quorum.bootstrap.servers=127.0.0.1:${controller}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'controller.listener.names=CONTROLLER',
    `log.dirs=${folders.join(',')}`,
    'offsets.topic.replication.factor=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    ...settings,
    '',
  ].join('\n')
}

const LOGGING = `rootLogger.level=info
rootLogger.appenderRef.out.ref=out
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d %p %m (%c)%n
`
/** Words of a Java for `main`: a start of half the time, for what it may cost later. */
function java({ home, work, classes }, main, ...words) {
  const logging = join(work, 'log4j2.properties')
  writeFileSync(logging, LOGGING)
  const path = `${home}/libs/*${classes ? `:${classes}` : ''}`
  return [
    '-Xmx400m',
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
    `-Dlog4j2.configurationFile=file:${logging}`,
    '-cp',
    path,
    main,
    ...words,
  ]
}

export function compileUsers(home, work) {
  const sources = ['Users', 'Groups', 'Cluster'].map((name) => fileURLToPath(new URL(`${name}.java`, import.meta.url)))
  const classes = join(work, 'classes')
  execFileSync('javac', ['-nowarn', '-cp', `${home}/libs/*`, '-d', classes, ...sources], { stdio: ['ignore', 'ignore', 'pipe'] })
  return classes
}

export function formatKafka(plan, levels) {
  const file = join(plan.work, 'format.properties')
  writeFileSync(file, properties(plan, [19092, 19093]))
  const words = ['format', ...(plan.isStatic ? [] : ['--standalone']), '-t', '4L6g3nShT-eMCtK--X86sw', '-c', file, ...levels]
  execFileSync('java', java(plan, 'kafka.tools.StorageTool', ...words), { env, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** What Kafka's own kafka-dump-log says of files of a metadata log. */
export function dumpedByKafka(plan, paths) {
  const words = java(plan, 'kafka.tools.DumpLogSegments', '--cluster-metadata-decoder', '--files', paths.join())
  return execFileSync('java', words, { env, encoding: 'utf8', maxBuffer: 1 << 29, stdio: ['ignore', 'pipe', 'inherit'] })
}

export async function startKafka(plan) {
  const ports = await freePorts()
  const file = join(plan.work, 'kafka.properties')
  writeFileSync(file, properties(plan, ports))
  return new Broker('java', java(plan, 'kafka.Kafka', file), { work: plan.work, port: ports[0] }).ready('Kafka Server started')
}

export async function startUsers(plan, port, seed, threads) {
  const words = [`127.0.0.1:${port}`, String(Math.round(seed * 2)), threads, plan.folders.join(',')]
  return new Broker('java', java(plan, 'Users', ...words), { work: plan.work, stdin: 'pipe' }).ready('begun')
}

/** Nothing goes by itself: no retention, no compaction, nobody expires. */
const STILL = [
  'log.cleaner.enable=false',
  'log.retention.check.interval.ms=2000000000',
  'offsets.retention.minutes=30000000',
  'offsets.retention.check.interval.ms=2000000000',
  'producer.id.expiration.ms=2147483647',
  'metadata.log.max.record.bytes.between.snapshots=500',
]
export async function startKt({ folders, isStatic }, work) {
  const ports = await freePorts()
  const file = join(work, 'kt.properties')
  writeFileSync(file, properties({ folders, settings: STILL, isStatic }, ports))
  const words = [join(top, 'bin', 'kt'), 'server-start', file]
  return new Broker(process.execPath, words, { work, port: ports[0] }).ready('Kafka Server started')
}
