/** What the README shows of a tutorial of 2019, typed as it stands there with the files that are shipped. Runs the built program. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'kt-walk-'))
let walk: ChildProcess | undefined
afterAll(() => {
  try {
    if (walk?.pid) process.kill(-walk.pid, 'SIGKILL') // with all that it has started, where the walk did not come to its end
  } catch {
    // nothing of it is left
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
})

async function freePort(): Promise<string> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  return String(port)
}

/** The commands of the README, a line each. */
function commandsOfReadme(): string[] {
  const [, block = ''] =
    /A tutorial of 2019 works as it is written:\n\n((?: {4}.*\n)+)/.exec(readFileSync('README.md', 'utf8')) ?? []
  return block
    .trimEnd()
    .split('\n')
    .map((line) => line.trim())
}

test('the tutorial of 2019 works from a clone as it is written', { timeout: 60_000 }, async () => {
  const [broker, zookeeper] = [await freePort(), await freePort()]
  // this test's own ports and folder, in the files as in the commands
  const own = (text: string) =>
    text.replaceAll('9092', broker).replaceAll('2181', zookeeper).replaceAll('/tmp/kraft-combined-logs', join(folder, 'logs'))
  symlinkSync(resolve('bin'), join(folder, 'bin'))
  mkdirSync(join(folder, 'config'))
  for (const name of ['server', 'zookeeper']) {
    writeFileSync(join(folder, `config/${name}.properties`), own(readFileSync(`config/${name}.properties`, 'utf8')))
  }
  const started = 'until grep -q "Kafka Server started" server.log; do sleep 0.05; done'
  const script = commandsOfReadme().flatMap((line) =>
    line.includes('kafka-server-start') ? [`${own(line).replace(/ &$/, '')} > server.log 2>&1 &`, started] : [own(line)],
  )
  const env = { ...process.env, XDG_RUNTIME_DIR: folder, XDG_DATA_HOME: folder, NODE_EXTRA_CA_CERTS: '', KT_DATA_DIR: '' }
  const bash = spawn('bash', ['-ec', [...script, 'wait'].join('\n')], { cwd: folder, env, detached: true })
  walk = bash
  const printed = { out: '', err: '' }
  bash.stdout.on('data', (text) => {
    printed.out += text
  })
  bash.stderr.on('data', (text) => {
    printed.err += text
  })
  bash.stdin.end('This is a message\n')
  const [code] = await once(bash, 'close')
  expect({ code, out: printed.out.split('\n') }).toEqual({
    code: 0,
    out: [
      'Created topic test.',
      'test',
      'This is a message',
      'Topic test is marked for deletion.',
      'Note: This will have no impact if delete.topic.enable is not set to true.',
      '',
    ],
  })
  expect(printed.err.replace(/pid \d+/, 'pid N').split('\n')).toEqual([
    'kt needs no ZooKeeper, there is nothing to start. Next: kafka-server-start.sh config/server.properties',
    'Processed a total of 1 messages',
    'kt needs no ZooKeeper, zookeeper-server-start.sh (pid N) was asked to end. To stop the broker: kafka-server-stop.sh',
    '',
  ])
})
