/** Servers on directories that are not theirs: refused in a sentence, by Kafka's names in Kafka's words, and the exit is a failure. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, expect, test } from 'vitest'
import { Failure } from '../../src/cli/errors'
import { holdDirectory } from '../../src/cli/hold'
import type { Terminal } from '../../src/cli/terminal'
import { filePlan } from '../../src/commands/server-plan'
import { runServer } from '../../src/commands/server-run'
import { change, records } from '../../src/engine/metadata/changes'
import { realSystem } from '../../src/system'
import { cleanUp, contentOf, removeOriginals, temporaryFolder, unpack } from '../storage/golden'
import { testEngine } from '../support/engine'

afterEach(cleanUp)
afterAll(removeOriginals)

/** Starts a server and ends it at once; gives its log lines, or throws what it failed with. */
async function serve(folder: string, voice: 'kt' | 'kafka', more = ''): Promise<string[]> {
  const home = temporaryFolder()
  const listeners = 'listeners=PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0\ncontroller.listener.names=CONTROLLER'
  const quorum = 'controller.quorum.bootstrap.servers=127.0.0.1:9093'
  const properties = `process.roles=broker,controller\nnode.id=1\n${listeners}\n${quorum}\nlog.dirs=${folder}\n${more}\n`
  writeFileSync(`${home}/server.properties`, properties)
  const env = { XDG_RUNTIME_DIR: home, TMPDIR: home }
  const terminal = { env, cwd: home, program: 'kt', argv: [] } as unknown as Terminal // what a server looks at
  const plan = filePlan(terminal, realSystem, `${home}/server.properties`, [], voice === 'kt')
  const lines: string[] = []
  const log = (level: string, line: string) => void lines.push(`${level} ${line}`)
  await runServer(terminal, realSystem, plan, log, AbortSignal.abort('SIGTERM'), async () => {})
  return lines
}
const failure = async (promise: Promise<unknown>): Promise<Failure> => {
  const error = await promise.then(
    () => undefined,
    (one: unknown) => one,
  )
  expect(error).toBeInstanceOf(Failure)
  return error as Failure
}

test.each(['kt', 'kafka'] as const)('another node than the directory is of is refused: %s', async (voice) => {
  const folder = unpack('snapshots')
  const error = await failure(serve(folder, voice, 'node.id=7'))
  expect(error.message).toContain("Stored node id 1 doesn't match previous node id 7 in")
  expect(existsSync(`${folder}/kt.owner`)).toBe(false)
})

test('a folder that is no partition stops a server by the name of Kafka, and is left alone by kt', async () => {
  const folder = unpack('snapshots')
  mkdirSync(`${folder}/photos`)
  writeFileSync(`${folder}/photos/one.jpg`, 'x')
  const error = await failure(serve(folder, 'kafka'))
  expect(error.message).toBe(
    `Found directory ${folder}/photos, 'photos' is not in the form of topic-partition or topic-partition.uniqueId-delete (if marked for deletion).`,
  )
  expect((await serve(folder, 'kt')).join('\n')).toMatch(
    /WARN .*photos is no partition; kt leaves it alone, Apache Kafka would not start/,
  )
  expect(readFileSync(`${folder}/photos/one.jpg`, 'utf8')).toBe('x')
})

test('a server sets folders of partitions aside that no topic has, and says so', async () => {
  const folder = unpack('snapshots')
  mkdirSync(`${folder}/gone-0`)
  expect((await serve(folder, 'kafka')).join('\n')).toMatch(
    /WARN gone-0 is no partition of any topic; its folder is kept as gone-0\./,
  )
  expect(readdirSync(folder).filter((name) => name.startsWith('gone-0') && name.endsWith('-stray'))).toHaveLength(1)
})

test('a directory that is not formatted stops a server by the name of Kafka', async () => {
  const folder = temporaryFolder()
  expect((await failure(serve(folder, 'kafka'))).message).toBe('No readable meta.properties files found.')
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['of another version', 'version=1', 'version=2', 'has version 2; kt reads versions 0 and 1'],
  ['without a cluster', 'cluster.id=', 'clutter.id=', 'names no cluster.id'],
])('meta.properties %s stops a server and a command', async (_what, from, to, message) => {
  const folder = unpack('snapshots')
  const path = `${folder}/meta.properties`
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
  const before = contentOf(folder)
  expect((await failure(serve(folder, 'kt'))).message).toContain(message)
  const hold = holdDirectory(realSystem, folder, { kind: 'command', env: {}, report: () => {} })
  expect((await failure(hold)).message).toContain(message)
  expect(contentOf(folder)).toEqual(before)
})

test.each([
  ['EACCES', 'no permission to use'],
  ['EROFS', 'is on a read-only file system'],
  ['ENOSPC', 'no space is left for'],
])('a directory that says %s is told of in a sentence', async (code, message) => {
  const folder = unpack('snapshots')
  const fail = () => {
    throw Object.assign(new Error(code), { code })
  }
  const system = { ...realSystem, fs: { ...realSystem.fs, lock: fail } }
  expect((await failure(holdDirectory(system, folder, { kind: 'command', env: {}, report: () => {} }))).message).toContain(
    message,
  )
})

test('a path that is a file is no directory', async () => {
  const file = `${temporaryFolder()}/file`
  writeFileSync(file, 'x')
  const hold = holdDirectory(realSystem, file, { kind: 'command', env: {}, report: () => {} })
  expect((await failure(hold)).message).toContain(`${file} is not a directory`)
  expect(readFileSync(file, 'utf8')).toBe('x')
})

test('a server that ends says so in the metadata, once: a Kafka that comes next need not wait for it to be given up', async () => {
  const folder = unpack('snapshots')
  const { engine } = testEngine({ folder })
  const unfenced = { brokerId: 1, brokerEpoch: engine.brokerEpoch, fenced: -1 }
  await engine.commit([change(records.BrokerRegistrationChangeRecord, unfenced, 0)]) // as a Kafka leaves it that is killed
  engine.close()
  const endOffset = () => {
    const looked = testEngine({ folder }).engine
    looked.close()
    return { fenced: looked.metadata.brokers.get(1)?.fenced, endOffset: looked.metadata.endOffset }
  }
  const before = endOffset()
  expect(before.fenced).toBe(false)
  for (let times = 0; times < 2; times++) {
    await serve(folder, 'kt')
    expect(endOffset()).toEqual({ fenced: true, endOffset: before.endOffset + 1 })
  }
})
