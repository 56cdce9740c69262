/** partition.metadata after a power cut: Apache Kafka does not start with one that is empty or torn, in whatever folder it lies. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { checkDirectory } from '../../src/engine/check/directory'
import { loadAll } from '../../src/engine/handlers/index'
import { startRecovery } from '../../src/engine/recovery'
import { setStraysAside } from '../../src/engine/strays'
import { finish } from '../../src/storage/check/finding'
import { realSystem } from '../../src/system'
import { chance } from '../fuzz/random'
import { Disk } from '../storage/disk'
import { type TestEngine, testEngine } from '../support/engine'
import { create, send, topicOf } from '../support/requests'

beforeAll(() => loadAll(testEngine().engine), 60_000) // their first loading takes longer than a test may

const textOf = (id: string | undefined) => `version: 0\ntopic_id: ${id}`
const said = ({ folder }: TestEngine, name: string) => readFileSync(`${folder}/${name}/partition.metadata`, 'utf8')
const aside = ({ folder }: TestEngine, name: string) => readdirSync(`${folder}/${name}`).filter((file) => /corrupt/.test(file))
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** As a server opens it, when it has looked through everything. */
async function served(before: TestEngine): Promise<TestEngine> {
  const after = before.reopen('killed')
  setStraysAside(after.engine)
  startRecovery(after.engine, () => {})
  for (let i = 0; i < 100 && !after.engine.recovery?.isOver; i++) await turn()
  return after
}

test.each([
  ['empty', ''],
  ['nothing but zeros', '\0'.repeat(43)],
  ['torn', 'version: 0\ntopic'],
])('in the folder of a topic that nobody has written to it is made whole by a server: %s', async (_, left) => {
  const kt = testEngine()
  const [id] = await create(kt.call, 't')
  writeFileSync(`${kt.folder}/t-0/partition.metadata`, left)
  const after = await served(kt)
  expect(said(after, 't-0')).toBe(textOf(id))
  expect(aside(after, 't-0')).toEqual([])
})

test('a folder that has none gets one, and a folder that is not there is not made', async () => {
  const kt = testEngine()
  const [id] = await create(kt.call, topicOf('t', { numPartitions: 2 }))
  rmSync(`${kt.folder}/t-0/partition.metadata`)
  rmSync(`${kt.folder}/t-1`, { recursive: true })
  const after = await served(kt)
  expect(said(after, 't-0')).toBe(textOf(id))
  expect(existsSync(`${kt.folder}/t-1`)).toBe(false)
})

test('what is something else than a part of it is kept beside it, and told of', async () => {
  const kt = testEngine()
  const [id] = await create(kt.call, 't')
  writeFileSync(`${kt.folder}/t-0/partition.metadata`, 'version: 7\nowner: anna\n')
  const after = await served(kt)
  expect(said(after, 't-0')).toBe(textOf(id))
  expect(aside(after, 't-0')).toEqual(['partition.metadata.corrupt-0'])
  expect(readFileSync(`${kt.folder}/t-0/partition.metadata.corrupt-0`, 'utf8')).toBe('version: 7\nowner: anna\n')
  expect(after.findings.join()).toContain('partition.metadata.corrupt-0')
})

test('a command that writes makes all of them whole at its clean end; one that reads leaves them', async () => {
  const kt = testEngine()
  const [id] = await create(kt.call, 'other', 't')
  writeFileSync(`${kt.folder}/t-0/partition.metadata`, '')
  const reader = kt.reopen('killed')
  const writer = reader.reopen('clean')
  expect(said(writer, 't-0')).toBe('')
  await send(writer.call, 'other', ['a'])
  const after = writer.reopen('clean')
  expect(after.engine.directory.clean).toBe(true)
  expect(said(after, 'other-0')).toBe(textOf(id))
  expect(said(after, 't-0')).toMatch(/^version: 0\ntopic_id: .{22}$/)
})

const HEX = '0123456789abcdef'.repeat(2)
test.each([`x-0.${HEX}-delete`, `x-0.${HEX}-stray`, `t-0.${HEX}-future`])(
  'a folder on its way out, %s, has one that says whose it is, or none',
  async (name) => {
    const kt = testEngine()
    await create(kt.call, 't')
    mkdirSync(`${kt.folder}/${name}`)
    writeFileSync(`${kt.folder}/${name}/partition.metadata`, '')
    writeFileSync(`${kt.folder}/${name}/else`, 'x')
    kt.reopen('killed')
    expect(readdirSync(`${kt.folder}/${name}`)).toEqual(['else'])
  },
)

test('a folder of no topic is set aside without one that says nothing', async () => {
  const kt = testEngine()
  await create(kt.call, 't')
  mkdirSync(`${kt.folder}/x-0`)
  writeFileSync(`${kt.folder}/x-0/partition.metadata`, 'version: 0\n')
  await served(kt)
  const [stray] = readdirSync(kt.folder).filter((name) => name.startsWith('x-0.'))
  expect(readdirSync(`${kt.folder}/${stray}`)).toEqual(['partition.metadata.corrupt-0'])
})

test('kt check tells of them, wherever they lie', async () => {
  const kt = testEngine()
  await create(kt.call, 't')
  const outgoing = `x-0.${HEX}-stray`
  const told = (folder: string) =>
    finish(checkDirectory(realSystem.fs, folder)).findings.filter(({ file }) => file.endsWith('partition.metadata'))
  mkdirSync(`${kt.folder}/${outgoing}`)
  for (const name of ['t-0', outgoing]) writeFileSync(`${kt.folder}/${name}/partition.metadata`, '')
  const found = { what: 'it is empty', next: expect.stringContaining('Apache Kafka does not start with it') }
  const files = [`t-0/partition.metadata`, `${outgoing}/partition.metadata`]
  expect(told(kt.folder)).toMatchObject(files.map((file) => ({ level: 'note', file, ...found })))
  kt.engine.close()
  expect(told(kt.folder)).toMatchObject(files.map((file) => ({ level: 'error', file, ...found })))
})

test('a clean end vouches for them: a power cut behind it takes none', async () => {
  const disk = new Disk()
  disk.makeFolder('/data')
  disk.settle()
  const kt = testEngine({ system: { fs: disk }, folder: '/data' })
  const [id] = await create(kt.call, topicOf('t', { numPartitions: 3 }))
  kt.engine.close()
  for (let seed = 0; seed < 50; seed++) {
    const left = disk.copy()
    left.cutPower(chance(seed).below)
    expect(left.exists('/data/.kafka_cleanshutdown')).toBe(true)
    for (const name of ['t-0', 't-1', 't-2']) {
      expect(String(left.readFile(`/data/${name}/partition.metadata`))).toBe(textOf(id))
    }
  }
})

test('a clean end puts a thousand new folders on the disk with as many syncs as one', async () => {
  const syncsFor = async (numPartitions: number) => {
    const disk = new Disk()
    disk.makeFolder('/data')
    const kt = testEngine({ system: { fs: disk }, folder: '/data' })
    await create(kt.call, topicOf('t', { numPartitions }))
    const before = disk.syncs
    kt.engine.close()
    return disk.syncs - before
  }
  expect(await syncsFor(1000)).toBe(await syncsFor(1))
})

test('where files cannot have two names each folder has one of its own', async () => {
  const kt = testEngine({ system: { fs: { ...realSystem.fs, link: () => false } } })
  const [id] = await create(kt.call, topicOf('t', { numPartitions: 3 }))
  for (const name of ['t-0', 't-1', 't-2']) expect(said(kt, name)).toBe(textOf(id))
})

test('a power cut while a server makes folders leaves whole ones, and folders without', async () => {
  const disk = new Disk()
  disk.makeFolder('/data')
  disk.settle()
  const kt = testEngine({ system: { fs: disk }, folder: '/data' })
  startRecovery(kt.engine, () => {})
  const states: Disk[] = []
  disk.onChange = () => void states.push(disk.copy())
  const names = Array.from({ length: 6 }, (_, i) => `t-${i}`)
  const [id] = await create(kt.call, topicOf('t', { numPartitions: names.length }))
  for (let i = 0; i < 50; i++) await turn()
  states.push(disk)
  expect(names.map((name) => String(disk.readFile(`/data/${name}/partition.metadata`)))).toEqual(names.map(() => textOf(id)))
  for (const [seed, state] of states.entries()) {
    for (const below of [() => 0, (n: number) => n - 1, chance(seed).below, chance(seed, 1).below]) {
      const left = state.copy()
      left.cutPower(below)
      const files = names.map((name) => `/data/${name}/partition.metadata`).filter((file) => left.exists(file))
      expect(files.map((file) => String(left.readFile(file)))).toEqual(files.map(() => textOf(id)))
    }
  }
})
