/** Reading that does not hold others up, and files that cannot be read or written: trouble of one partition, told, and never the broker's end. */
import { describe, expect, test } from 'vitest'
import { Fetch } from '../../src/protocol/apis/fetch'
import { ListOffsets } from '../../src/protocol/apis/list-offsets'
import { errors } from '../../src/protocol/errors'
import { Disk } from '../storage/disk'
import { MovableClock, testEngine } from '../support/engine'
import { create, send, take, topicOf } from '../support/requests'

const LOG = '/data/t-0/00000000000000000000.log'
const fault = (code: string, errno: number) => Object.assign(new Error(`${code}: told by the test`), { code, errno })

/** An engine on a disk whose background reads end when the test says so, and take as long as it says. */
async function slow(configs: { name: string; value: string }[] = []) {
  const disk = new Disk()
  const state = {
    time: 0,
    takesMs: 0,
    later: 0,
    hold: undefined as Promise<void> | undefined,
    error: undefined as Error | undefined,
  }
  const clock = new MovableClock()
  clock.monotonic = () => state.time
  const { readLater } = disk
  disk.readLater = async (...words) => {
    state.later++
    await state.hold
    state.time += state.takesMs
    if (state.error) throw state.error
    return readLater.apply(disk, words)
  }
  const world = testEngine({ folder: '/data', system: { fs: disk }, clock })
  await create(world.call, topicOf('t', { configs }), 'other')
  for (const value of ['a', 'b', 'c']) await send(world.call, 't', [value])
  await send(world.call, 'other', ['x'])
  return { ...world, disk, state }
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('a fetch', () => {
  test('of a reader that is new reads in the background, and what comes next at once if that was quick', async () => {
    const { call, state } = await slow()
    expect((await take(call, 't', 0)).values).toEqual(['a'])
    expect(state.later).toBe(1)
    await send(call, 't', ['d'])
    expect((await take(call, 't', 3)).values).toEqual(['d'])
    expect(state.later).toBe(1)
  })

  test('from a disk that is slow goes on in the background', async () => {
    const { call, state } = await slow()
    state.takesMs = 20
    await take(call, 't', 0)
    await send(call, 't', ['d'])
    expect((await take(call, 't', 3)).values).toEqual(['d'])
    expect(state.later).toBe(2)
  })

  test('that waits for the disk holds nobody up, and gets its records though their segment is deleted meanwhile', async () => {
    const { call, state, disk, engine } = await slow([{ name: 'internal.segment.bytes', value: '100' }])
    let go = () => {}
    state.hold = new Promise((resolve) => {
      go = resolve
    })
    const waiting = take(call, 't', 0)
    await turn()
    expect(state.later).toBe(1)
    expect(await send(call, 'other', ['y'])).toMatchObject({ errorCode: 0 })
    const log = engine.partition('t', 0)?.log ?? expect.fail('no log')
    const { dropSegments } = await import('../../src/storage/log-retention')
    for (const file of dropSegments(log, 1, 3).files) disk.remove(file)
    go()
    expect((await waiting).values).toEqual(['a'])
    expect((await take(call, 't', 0)).errorCode).toBe(errors.OFFSET_OUT_OF_RANGE)
  })

  test('below min.bytes misses nothing that is appended while it reads', async () => {
    const { call, state } = await slow()
    let go = () => {}
    state.hold = new Promise((resolve) => {
      go = resolve
    })
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 20 }]
    const request = { maxWaitMs: 10_000, minBytes: 250, topics: [{ topic: 't', partitions }], forgottenTopicsData: [] }
    const waiting = call(Fetch, request, 11)
    await turn()
    await send(call, 't', ['x'.repeat(200)])
    go()
    const reply = await waiting // though no time passes
    expect(reply.responses[0]?.partitions[0]?.records?.length).toBeGreaterThan(250)
  })

  test('of a partition that cannot be read is answered so, others are read', async () => {
    const { call, state, findings, engine } = await slow()
    state.error = fault('EIO', -5)
    const topic = (name: string) => ({ topic: name, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 20 }] })
    const answer = async (...names: string[]) => {
      const request = { maxWaitMs: 0, minBytes: 1, topics: names.map(topic), forgottenTopicsData: [] }
      return (await call(Fetch, request, 11)).responses.map(({ partitions }) => partitions[0]?.errorCode)
    }
    expect(await answer('t')).toEqual([errors.KAFKA_STORAGE_ERROR])
    expect(findings.at(-1)).toContain('t-0 cannot be read')
    state.error = undefined
    expect(await answer('t', 'other')).toEqual([0, 0])
    expect(engine.writable).toBe(true)
  })
})

describe('files that are not what they were', () => {
  test('a log that vanished while it was closed is no empty log', async () => {
    const { call, disk, engine, findings } = await slow()
    engine.partition('t', 0)?.log.close()
    const gone = '/data/t-0/kept'
    disk.rename(LOG, gone)
    expect(await take(call, 't', 0)).toMatchObject({ errorCode: errors.KAFKA_STORAGE_ERROR, values: [] })
    expect(await send(call, 't', ['d'])).toMatchObject({ errorCode: errors.KAFKA_STORAGE_ERROR })
    expect(disk.exists(LOG)).toBe(false)
    const asked = [{ name: 't', partitions: [{ partitionIndex: 0, timestamp: 1 }] }]
    const looked = await call(ListOffsets, { replicaId: -1, isolationLevel: 0, topics: asked }, 5)
    expect(looked.topics[0]?.partitions[0]?.errorCode).toBe(errors.KAFKA_STORAGE_ERROR)
    expect(findings[0]).toContain('a file or folder of the log is gone: t-0 cannot be read')
    expect((await take(call, 'other', 0)).values).toEqual(['x'])
    disk.rename(gone, LOG)
    expect((await take(call, 't', 0)).values).toEqual(['a'])
    expect(await send(call, 't', ['d'])).toMatchObject({ errorCode: 0, baseOffset: 3 })
  })

  test.each([
    ['EMFILE', -24, 'too many files open'],
    ['EACCES', -13, 'no permission'],
    ['EROFS', -30, 'read-only'],
  ])('%s: the partition is refused with an error until it is over', async (code, errno, words) => {
    const { call, disk, engine, findings } = await slow()
    engine.partition('t', 0)?.log.close()
    const { open } = disk
    disk.open = (path, mode) => {
      if (path === LOG && (mode !== 'read' || code === 'EMFILE')) throw fault(code, errno)
      return open.call(disk, path, mode)
    }
    expect(await send(call, 't', ['d'])).toMatchObject({ errorCode: errors.KAFKA_STORAGE_ERROR })
    expect(findings.at(-1)).toContain(words)
    // reading is possible where only writing is forbidden
    const read = await take(call, 't', 0)
    if (code === 'EMFILE') expect(read.errorCode).toBe(errors.KAFKA_STORAGE_ERROR)
    else expect(read.values).toEqual(['a'])
    expect(await send(call, 'other', ['y'])).toMatchObject({ errorCode: 0 })
    disk.open = open
    expect(await send(call, 't', ['d'])).toMatchObject({ errorCode: 0, baseOffset: 3 })
    expect((await take(call, 't', 3)).values).toEqual(['d'])
    expect(engine.writable).toBe(true)
  })

  test('an error of the disk itself ends the broker', async () => {
    const { call, disk, engine, findings } = await slow()
    disk.write = () => {
      throw fault('EIO', -5)
    }
    expect(await send(call, 't', ['d'])).toMatchObject({ errorCode: errors.KAFKA_STORAGE_ERROR })
    expect(engine.writable).toBe(false)
    expect(findings.at(-1)).toContain('fatal')
  })
})
