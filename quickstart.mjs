/**
 * What kt is for, in a few seconds: `npm start`. Each command is printed as it is typed, with its answer; all of it happens in a
 * temporary data directory that is gone in the end. Real lines go in: this project's own package-lock.json, several times over.
 * They must come back byte for byte, once without a server and once through one. Anything that differs ends it with exit code 1.
 *
 * `npm start -- localhost:9092` does the same on an Apache Kafka that runs there, in a topic that it deletes again.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const TIMES = 6
const here = dirname(fileURLToPath(import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'kt-quickstart-'))
const env = { ...process.env, PATH: `${join(here, 'bin')}:${process.env.PATH}`, KT_DATA_DIR: join(folder, 'data') }
delete env.KT_BOOTSTRAP_SERVERS
const started = performance.now()
let server

function fail(why) {
  console.error(`\nquickstart: ${why}`)
  process.exitCode = 1
  throw new Error(why)
}
const say = (text) => console.log(`\n# ${text}`)

/** Runs a line as typed into a shell and gives what it printed on stdout. */
function run(line) {
  console.log(`$ ${line}`)
  const { status, stdout, error } = spawnSync('sh', ['-c', line], {
    cwd: folder,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.stdout.write(stdout ?? '')
  if (error || status !== 0) fail(`${line}: ${error ?? `exit code ${status}`}`)
  return stdout
}
const expect = (what, found, wanted) => found === wanted || fail(`${what} is ${found}, and should be ${wanted}`)
/** The LAG column of the group's description. */
const lagOf = (text) => text.trim().split('\n').at(-1).split(/\s+/)[5]

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })

/** Starts the server in the background; kept when it says that it serves. */
function serve(port) {
  const line = `kt server-start --port ${port}`
  console.log(`$ ${line} &`)
  server = spawn('kt', ['server-start', '--port', String(port)], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] })
  return new Promise((resolve, reject) => {
    let said = ''
    server.stderr.on('data', (data) => {
      process.stderr.write(data)
      said += data
      if (/started/i.test(said)) resolve()
    })
    server.on('exit', (code) => reject(new Error(`${line}: exit code ${code}\n${said}`)))
  })
}

async function quickstart() {
  const lines = readFileSync(join(here, 'package-lock.json'), 'utf8')
  writeFileSync(join(folder, 'lines.txt'), lines.repeat(TIMES))
  const count = lines.repeat(TIMES).split('\n').length - 1
  say(`lines.txt is this project's package-lock.json ${TIMES} times over: ${count} lines. Nothing is running.`)
  run('kt topics --create --topic lines --partitions 1')
  run('kt console-producer --topic lines < lines.txt')
  run(`kt console-consumer --topic lines --group readers --from-beginning --max-messages ${count} > read.txt`)
  run('cmp lines.txt read.txt')

  say('The group knows how far it has come; three lines more, and it lags behind by three.')
  expect('the lag', lagOf(run('kt consumer-groups --describe --group readers')), '0')
  run(`printf 'one\\ntwo\\nthree\\n' | kt console-producer --topic lines`)
  expect('the lag', lagOf(run('kt consumer-groups --describe --group readers')), '3')
  expect('what is read', run('kt console-consumer --topic lines --group readers --max-messages 3'), 'one\ntwo\nthree\n')

  const port = await freePort()
  const at = `--bootstrap-server localhost:${port}`
  say('The same directory behind a port, for any Kafka client.')
  await serve(port)
  expect('the list', run(`kt topics --list ${at}`).split('\n')[0], '__consumer_offsets')
  run(`kt console-consumer --topic lines --from-beginning --max-messages ${count} ${at} > again.txt`)
  run('cmp lines.txt again.txt')
  expect('the lag', lagOf(run(`kt consumer-groups --describe --group readers ${at}`)), '0')
  const ended = new Promise((resolve) => {
    server.removeAllListeners('exit')
    server.once('exit', resolve)
  })
  run(`kt server-stop --data-dir ${env.KT_DATA_DIR}`)
  const code = await ended
  if (code !== 0 && code !== 143) fail(`the server ended with exit code ${code}`) // 143: it was asked to
  server = undefined

  const [elsewhere] = process.argv.slice(2)
  if (elsewhere) anotherPlace(`--bootstrap-server ${elsewhere}`, count)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  say(`Done in ${seconds} s: ${count} lines went in and came back byte for byte, ${elsewhere ? 'three times' : 'twice'}.`)
}

function anotherPlace(there, count) {
  say('The same on a cluster of yours.')
  const [topic, group] = [`lines-${process.pid}`, `readers-${process.pid}`]
  run(`kt topics --create --topic ${topic} --partitions 1 ${there}`)
  run(`kt console-producer --topic ${topic} ${there} < lines.txt`)
  run(`kt console-consumer --topic ${topic} --group ${group} --from-beginning --max-messages ${count} ${there} > there.txt`)
  run('cmp lines.txt there.txt')
  expect('the lag', lagOf(run(`kt consumer-groups --describe --group ${group} ${there}`)), '0')
  run(`kt topics --delete --topic ${topic} ${there}`)
}

try {
  await quickstart()
} catch (error) {
  if (!process.exitCode) console.error(`\nquickstart: ${error.message}`)
  process.exitCode = 1
} finally {
  server?.kill()
  rmSync(folder, { recursive: true, force: true })
}
