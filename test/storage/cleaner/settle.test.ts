/** What an opening makes of a folder in which a compaction was interrupted: never both of what was and what was to be, never neither. */
import { expect, test } from 'vitest'
import { World } from './world'

const FOLDER = '/data/a-0'

/** A log of several segments that can be compacted, on a disk that has all of it. */
async function dirty(): Promise<World> {
  const world = new World()
  for (let i = 0; i < 20; i++) world.append(['a', 'b', `c${i % 3}`, '-a'], 7, 0, false)
  await world.log.flush()
  world.disk.settle()
  return world
}
function reopen(world: World): void {
  world.disk.kill()
  world.reopen()
}
const left = (world: World) => world.files.filter((name) => /cleaned|swap|deleted/.test(name))
const logs = (world: World) => world.files.filter((name) => name.endsWith('.log'))
function put(world: World, name: string, content: Buffer): void {
  const fd = world.disk.open(`${FOLDER}/${name}`, 'create')
  world.disk.write(fd, content, 0)
  world.disk.close(fd)
}
const move = (world: World, from: string, to: string) => world.disk.rename(`${FOLDER}/${from}`, `${FOLDER}/${to}`)

/** The files of the first segment as they are when it has been compacted, and the log as it is then. */
async function compacted(): Promise<{ readonly files: Map<string, Buffer>; readonly found: string }> {
  const world = await dirty()
  const [first] = logs(world)
  await world.clean()
  const files = new Map<string, Buffer>()
  for (const name of world.files) {
    if (name.startsWith(String(first).slice(0, 20)) && !name.endsWith('.deleted'))
      files.set(name, world.disk.readFile(`${FOLDER}/${name}`))
  }
  return { files, found: JSON.stringify(world.read('uncommitted')) }
}

test('.cleaned files are copies: they go, and the log is as before', async () => {
  const { files } = await compacted()
  const world = await dirty()
  const before = world.read('uncommitted')
  for (const [name, content] of files) put(world, `${name}.cleaned`, content)
  reopen(world)
  expect(world.read('uncommitted')).toEqual(before)
  expect(left(world)).toEqual([])
  expect(world.findings).toEqual([])
})

test('a .swap file beside a .cleaned one of its own is not complete: both go', async () => {
  const { files } = await compacted()
  const world = await dirty()
  const before = world.read('uncommitted')
  for (const [name, content] of files) put(world, name.endsWith('.log') ? `${name}.swap` : `${name}.cleaned`, content)
  reopen(world)
  expect(world.read('uncommitted')).toEqual(before)
  expect(left(world)).toEqual([])
})

test('a complete .swap takes the place of what it was made of, however many of the old files had gone', async () => {
  const { files } = await compacted()
  const names = [...files.keys()].sort()
  for (let gone = 0; gone <= names.length; gone++) {
    const world = await dirty()
    const old = world.read('uncommitted').length
    for (const name of names.slice(0, gone)) move(world, name, `${name}.deleted`)
    for (const [name, content] of files) put(world, `${name}.swap`, content)
    reopen(world)
    expect(world.read('uncommitted').length).toBeLessThan(old)
    for (const [name, content] of files) expect(world.disk.readFile(`${FOLDER}/${name}`)).toEqual(content)
    expect(left(world)).toEqual([])
    const found = world.read('uncommitted')
    reopen(world)
    expect(world.read('uncommitted')).toEqual(found)
    world.system.clock.ms += 1
    await world.clean()
    world.check('cleaned')
  }
})

test('names that were half changed are changed to the end', async () => {
  const { files } = await compacted()
  const world = await dirty()
  for (const [name, content] of files) {
    world.disk.remove(`${FOLDER}/${name}`)
    put(world, name.endsWith('.log') ? name : `${name}.swap`, content)
  }
  reopen(world)
  void world.log
  for (const [name, content] of files) expect(world.disk.readFile(`${FOLDER}/${name}`)).toEqual(content)
  expect(left(world)).toEqual([])
})

test('what waits for its removal goes after a crash, and stays where somebody only reads', async () => {
  const world = await dirty()
  put(world, '00000000000000000099.log.deleted', Buffer.from('x'))
  world.directory.close(false)
  world.reopen()
  void world.log
  expect(left(world)).toEqual(['00000000000000000099.log.deleted'])
  world.disk.remove('/data/.kafka_cleanshutdown')
  reopen(world)
  void world.log
  expect(left(world)).toEqual([])
})

test('segments that retention takes during a compaction are not written anew', async () => {
  const world = await dirty()
  const { log } = world
  let taken = false
  world.meanwhile = () => {
    if (taken || !world.files.some((name) => name.endsWith('.log.cleaned'))) return
    taken = true
    for (const segment of log.segments.splice(0, 2)) segment.forsake()
    log.startOffset = log.segments[0]?.base ?? 0
  }
  expect(await world.clean()).toBe(undefined)
  expect(left(world).filter((name) => !name.endsWith('.deleted'))).toEqual([])
  expect(world.directory.cleanerOffsets.get('a-0')).toBe(undefined)
})

test('a .swap of several segments takes the place of all of them', async () => {
  const cleanOnce = async () => {
    const world = new World()
    // something of every segment stays: what is behind the end of a .swap is not known to be replaced by it, nor is it for Kafka
    for (let i = 0; i < 40; i++) world.append(['a', 'a', 'b', `${i}`], 7, 0, false)
    await world.clean()
    for (let i = 0; i < 6; i++) world.append(['a', 'b', 'd', 'e'], 7, 0, false)
    await world.log.flush()
    return world
  }
  const done = await cleanOnce()
  const before = logs(done)
  await done.clean()
  const after = logs(done)
  const [first] = after
  expect(before.filter((name) => !after.includes(name))).not.toEqual([])
  const world = await cleanOnce()
  for (const name of done.files) {
    if (name.startsWith(String(first).slice(0, 20)) && /\.(log|\w*index)$/.test(name)) {
      put(world, `${name}.swap`, done.disk.readFile(`${FOLDER}/${name}`))
    }
  }
  reopen(world)
  void world.log
  const end = done.log.segments[1]?.base ?? 0
  const kept = before.filter((name) => Number(name.slice(0, 20)) >= end)
  expect(logs(world)).toEqual([first, ...kept])
  expect(left(world)).toEqual([])
  expect(world.findings).toEqual([])
})
