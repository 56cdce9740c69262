/**
 * Every setting of a topic that a broker acts on has its effect, by itself or through the broker's setting that it falls back on, and when it
 * is changed while the broker runs. Settings that have none stand in docs/SKIPPED.md. Compaction's are in test/engine/cleaner.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { topicConfigNames, topicSynonyms } from '../../src/engine/configs/topic-configs'
import { startMaintenance } from '../../src/engine/maintenance'
import { IncrementalAlterConfigs } from '../../src/protocol/apis/incremental-alter-configs'
import { OffsetCommit } from '../../src/protocol/apis/offset-commit'
import { Produce } from '../../src/protocol/apis/produce'
import { batchSize, codecOf, isLogAppendTime, maxTimestamp } from '../../src/protocol/batch'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { type Record, readRecords } from '../../src/protocol/batch-reader'
import { codecNames, codecs } from '../../src/protocol/compression/codec'
import { errors } from '../../src/protocol/errors'
import { Disk } from '../storage/disk'
import { START, testEngine } from '../support/engine'
import { batchOf, create, send, topicOf } from '../support/requests'

type Configs = Readonly<{ [name: string]: string }>

/** An engine on a disk in memory with the topic `t`. */
async function world(configs: Configs, properties: Configs = {}) {
  const disk = new Disk()
  const made = testEngine({ folder: '/data', system: { fs: disk }, properties })
  await create(made.call, topicOf('t', { configs: Object.entries(configs).map(([name, value]) => ({ name, value })) }))
  const { engine, call } = made
  const alter = async (name: string, value: string, resourceType = 2, resourceName = 't') => {
    const resources = [{ resourceType, resourceName, configs: [{ name, configOperation: 0, value }] }]
    const reply = await call(IncrementalAlterConfigs, { resources, validateOnly: false })
    expect(reply.responses[0]).toMatchObject({ errorCode: 0 })
  }
  const put = async (records: Buffer, acks = 1) => {
    const topicData = [{ name: 't', partitionData: [{ index: 0, records }] }]
    const reply = await call(Produce, { acks, timeoutMs: 1000, topicData }, 9)
    return reply.responses[0]?.partitionResponses[0]
  }
  const log = () => engine.partition('t', 0)?.log ?? expect.fail('no log')
  const last = () => {
    const { endOffset } = log()
    return log().read(endOffset - 1, endOffset, 1 << 20, 'one-at-least').bytes
  }
  return { ...made, disk, alter, put, log, last }
}

test('each setting of a topic has its effect tested here or says why it has none', () => {
  const here = readFileSync(new URL(import.meta.url), 'utf8')
  const skipped = readFileSync('docs/SKIPPED.md', 'utf8')
  const compaction = ['delete.retention.ms', 'min.compaction.lag.ms', 'max.compaction.lag.ms', 'min.cleanable.dirty.ratio']
  const retention = ['retention.ms', 'retention.bytes', 'cleanup.policy']
  for (const name of topicConfigNames()) {
    if (compaction.includes(name) || retention.includes(name)) continue
    expect(here.includes(name) || skipped.includes(`\`${name}\``), name).toBe(true)
  }
})

describe('flushing', () => {
  test.each(['topic', 'broker'])('flush.messages: so many records are on disk before they are answered (%s)', async (whose) => {
    const one = whose === 'topic' ? { 'flush.messages': '3' } : {}
    const { put, log, disk, alter } = await world(one, whose === 'broker' ? { 'log.flush.interval.messages': '3' } : {})
    await put(batchOf(['a']))
    await put(batchOf(['b']))
    expect(log().recoveryPoint).toBe(0)
    const { syncs } = disk
    await put(batchOf(['c']))
    expect(log().recoveryPoint).toBe(3)
    expect(disk.syncs).toBeGreaterThan(syncs)
    await alter('flush.messages', '1')
    await put(batchOf(['d']))
    expect(log().recoveryPoint).toBe(4)
  })

  test('flush.messages counts also where acks=all is not', async () => {
    const { put, log } = await world({ 'flush.messages': '2' }, { 'kt.flush.on.acks': 'false' })
    await put(batchOf(['a']), -1)
    expect(log().recoveryPoint).toBe(0)
    await put(batchOf(['b']), -1)
    expect(log().recoveryPoint).toBe(2)
  })

  test.each(['flush.ms', 'log.flush.interval.ms', 'log.flush.scheduler.interval.ms'])(
    '%s: records are on disk after so long',
    async (name) => {
      const isTopics = name === 'flush.ms'
      const { put, log, clock, alter } = await world(isTopics ? { [name]: '500' } : {}, isTopics ? {} : { [name]: '500' })
      await put(batchOf(['a']))
      await clock.pass(499)
      expect(log().recoveryPoint).toBe(0)
      await put(batchOf(['b']))
      await clock.pass(1)
      expect(log().recoveryPoint).toBe(2)
      await alter('flush.ms', '10')
      await put(batchOf(['c']))
      await clock.pass(10)
      expect(log().recoveryPoint).toBe(3)
    },
  )
})

describe('segments', () => {
  const file = '/data/t-0/00000000000000000000.log'
  const small = { 'internal.segment.bytes': '200' }

  test('segment.bytes: one that would grow beyond it is rolled, from the next record on when it is changed', async () => {
    const { put, log, alter } = await world({ 'segment.bytes': '1048576' })
    for (let i = 0; i < 5; i++) await put(batchOf(['x'.repeat(300_000)]))
    expect(log().segments.map(({ base }) => base)).toEqual([0, 3])
    await alter('internal.segment.bytes', '400000')
    await put(batchOf(['x']))
    expect(log().segments).toHaveLength(3)
  })

  test('segment.ms and segment.jitter.ms: it is rolled by age, some sooner than others', async () => {
    const { put, log, alter } = await world({ 'segment.ms': '1000' })
    await put(batchOf(['a'], START))
    await put(batchOf(['b'], START + 1000))
    expect(log().segments).toHaveLength(1)
    await put(batchOf(['c'], START + 1001))
    expect(log().segments).toHaveLength(2)
    await alter('segment.jitter.ms', '900')
    const ages: number[] = []
    for (let time = START + 10_000, base = 0; ages.length < 12; time += 20) {
      const before = log().segments.length
      await put(batchOf(['x'], time))
      if (log().segments.length === before) continue
      if (base > 0) ages.push(time - base)
      base = time
    }
    expect(Math.max(...ages)).toBeLessThanOrEqual(1020)
    expect(Math.min(...ages)).toBeGreaterThan(100)
    expect(new Set(ages).size).toBeGreaterThan(2)
  })

  test("segment.index.bytes and index.interval.bytes: the index's entries, and the roll when it is full", async () => {
    const { put, log, alter } = await world({ 'segment.index.bytes': '24', 'index.interval.bytes': '0' })
    for (let i = 0; i < 4; i++) await put(batchOf(['a']))
    expect(log().segments.map(({ base }) => base)).toEqual([0, 2])
    await alter('index.interval.bytes', '100000')
    await alter('segment.index.bytes', '1000')
    for (let i = 0; i < 4; i++) await put(batchOf(['a']))
    expect(log().segments).toHaveLength(2)
  })

  test.each([
    ['topic', { preallocate: 'true' }, {}],
    ['broker', {}, { 'log.preallocate': 'true' }],
  ])('preallocate: a new file has its full size until it is rolled or closed (%s)', async (_, configs, properties) => {
    const one = await world({ ...configs, ...small }, properties)
    await one.put(batchOf(['a']))
    expect(one.disk.stat(file)?.size).toBe(200)
    const { sizeBytes } = one.log()
    expect(sizeBytes).toBeLessThan(100)
    await one.put(batchOf(['b']))
    await one.put(batchOf(['c']))
    expect(one.disk.stat(file)?.size).toBe(2 * sizeBytes)
    const after = one.reopen('killed')
    expect(after.engine.partition('t', 0)?.log.endOffset).toBe(3)
    expect(one.disk.list('/data/t-0').filter((name) => name.includes('corrupt'))).toEqual([])
    expect(after.findings).toEqual([])
    await send(after.call, 't', ['d'])
    const clean = after.reopen('clean')
    expect(clean.engine.partition('t', 0)?.log.endOffset).toBe(4)
    for (const name of one.disk.list('/data/t-0').filter((name) => name.endsWith('.log'))) {
      expect(one.disk.stat(`/data/t-0/${name}`)?.size).toBeLessThanOrEqual(2 * sizeBytes)
    }
  })

  test.each([
    ['topic', { 'file.delete.delay.ms': '5000' }, {}],
    ['broker', {}, { 'log.segment.delete.delay.ms': '5000' }],
  ])('file.delete.delay.ms: deleted files stay so long (%s)', async (_, configs, properties) => {
    const one = await world(
      { ...configs, ...small, 'retention.bytes': '0' },
      { ...properties, 'log.retention.check.interval.ms': '1000' },
    )
    const stop = startMaintenance(one.engine)
    for (const value of ['a', 'b', 'c', 'd', 'e']) await one.put(batchOf([value]), -1)
    const deleted = () => one.disk.list('/data/t-0').filter((name) => name.endsWith('.deleted'))
    await one.clock.pass(31_000) // log.initial.task.delay.ms and one round
    expect(deleted()).not.toEqual([])
    await one.clock.pass(5000)
    expect(deleted()).toEqual([])
    stop()
  })
})

describe('records', () => {
  test('max.message.bytes: a larger batch is refused', async () => {
    const { put, alter } = await world({ 'max.message.bytes': '100' })
    expect(await put(batchOf(['x'.repeat(100)]))).toMatchObject({ errorCode: errors.MESSAGE_TOO_LARGE })
    await alter('max.message.bytes', '1000')
    expect(await put(batchOf(['x'.repeat(100)]))).toMatchObject({ errorCode: 0 })
  })

  test("message.max.bytes is the broker's word for it, at run time, too", async () => {
    const { put, alter } = await world({}, { 'message.max.bytes': '100' })
    expect(await put(batchOf(['x'.repeat(100)]))).toMatchObject({ errorCode: errors.MESSAGE_TOO_LARGE })
    await alter('message.max.bytes', '1000', 4, '')
    expect(await put(batchOf(['x'.repeat(100)]))).toMatchObject({ errorCode: 0 })
  })

  test.each([
    ['topic', { 'message.timestamp.type': 'LogAppendTime' }, {}],
    ['broker', {}, { 'log.message.timestamp.type': 'LogAppendTime' }],
  ])("message.timestamp.type: records get the broker's time (%s)", async (_, configs, properties) => {
    const { put, last, alter } = await world(configs, properties)
    expect(await put(batchOf(['a'], START - 9_000_000_000))).toMatchObject({ errorCode: 0, logAppendTimeMs: START })
    expect(isLogAppendTime(last(), 0)).toBe(true)
    expect(maxTimestamp(last(), 0)).toBe(START)
    await alter('message.timestamp.type', 'CreateTime')
    expect(await put(batchOf(['a'], START - 5))).toMatchObject({ errorCode: 0, logAppendTimeMs: -1 })
    expect(maxTimestamp(last(), 0)).toBe(START - 5)
  })

  test.each([
    ['message.timestamp.before.max.ms', -1],
    ['message.timestamp.after.max.ms', 1],
  ])('%s: a record whose time is further off is refused', async (name, sign) => {
    const { put, alter } = await world({ [name]: '1000' })
    expect(await put(batchOf(['a'], START + sign * 1000))).toMatchObject({ errorCode: 0 })
    expect(await put(batchOf(['a'], START + sign * 1001))).toMatchObject({ errorCode: errors.INVALID_TIMESTAMP })
    await alter(name, '2000')
    expect(await put(batchOf(['a'], START + sign * 1001))).toMatchObject({ errorCode: 0 })
  })

  test('min.insync.replicas: acks=all needs no more of them than the partition has', async () => {
    const { put } = await world({ 'min.insync.replicas': '2' })
    expect(await put(batchOf(['a']), -1)).toMatchObject({ errorCode: 0 })
  })
})

describe('compression', () => {
  const headers = [
    { key: 'h', value: Buffer.from('w') },
    { key: 'null', value: null },
  ]
  const records = Array.from({ length: 50 }, (_, i) => ({
    timestamp: START + (i % 7),
    key: i % 3 === 0 ? null : Buffer.from(`key ${i}`),
    value: i % 5 === 0 ? null : Buffer.from(`value ${i} `.repeat(20)),
    headers: i % 2 === 0 ? headers : [],
  }))
  const sent = (codec: number) => {
    const builder = new BatchBuilder()
    for (const record of records) builder.append(record)
    return builder.build({ codec, producerId: 5, producerEpoch: 1, baseSequence: 0 })
  }
  const seen = (batch: Buffer) => [...readRecords(batch, 0)].map(({ offset, sequence, ...rest }: Record) => ({ ...rest }))

  for (const from of codecNames) {
    test.each(['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd', 'producer'])(
      `compression.type=%s of a ${from} batch`,
      async (type) => {
        const { put, last } = await world({ 'compression.type': type })
        const batch = sent(codecs[from])
        const before = seen(batch)
        expect(await put(batch)).toMatchObject({ errorCode: 0, baseOffset: 0 })
        const found = last()
        const wanted = type === 'producer' ? from : type === 'uncompressed' ? 'none' : (type as typeof from)
        expect(codecNames[codecOf(found, 0)]).toBe(wanted)
        expect(seen(found)).toEqual(before)
        expect([...readRecords(found, 0)].map(({ offset, sequence }) => [offset, sequence])).toEqual(
          records.map((_, i) => [i, i]),
        )
        expect(await put(sent(codecs[from]))).toMatchObject({ errorCode: 0, baseOffset: 0 }) // a duplicate is still known
      },
    )
  }

  test('it is changed while the broker runs, and by the broker', async () => {
    const { put, last, alter } = await world({}, { 'compression.type': 'gzip' })
    await put(batchOf(['a'.repeat(100)]))
    expect(codecOf(last(), 0)).toBe(codecs.gzip)
    await alter('compression.type', 'lz4')
    await put(batchOf(['a'.repeat(100)]))
    expect(codecOf(last(), 0)).toBe(codecs.lz4)
  })

  test("records get the broker's time all the same", async () => {
    const { put, last } = await world({ 'compression.type': 'zstd', 'message.timestamp.type': 'LogAppendTime' })
    await put(batchOf(['a', 'b'], START - 5000))
    expect([...readRecords(last(), 0)].map(({ timestamp }) => timestamp)).toEqual([START, START])
  })

  test.each([
    ['compression.gzip.level', 'gzip', '1', '9'],
    ['compression.zstd.level', 'zstd', '-20', '19'],
  ])('%s: how hard it tries', async (name, type, quick, hard) => {
    const text = Array.from({ length: 3000 }, (_, i) => (i * i * 7919) % 1009).join(' ')
    const size = async (level: string) => {
      const { put, last } = await world({ 'compression.type': type, [name]: level })
      await put(batchOf([text]))
      return batchSize(last(), 0)
    }
    expect(await size(hard)).toBeLessThan(await size(quick))
  })

  test('a batch that is larger as the topic wants it than the topic takes is refused', async () => {
    const { put } = await world({ 'compression.type': 'uncompressed', 'max.message.bytes': '1000' })
    const builder = new BatchBuilder()
    builder.append({ timestamp: START, value: Buffer.alloc(1500, 'a') })
    expect(await put(builder.build({ codec: codecs.gzip }))).toMatchObject({ errorCode: errors.MESSAGE_TOO_LARGE })
  })
})

test('offsets.topic.compression.codec: how what is known of groups is compressed', async () => {
  const { engine, call } = await world({}, { 'offsets.topic.compression.codec': '1', 'offsets.topic.num.partitions': '1' })
  const partitions = [{ partitionIndex: 0, committedOffset: 1, committedMetadata: 'm'.repeat(500) }]
  await call(OffsetCommit, { groupId: 'g', generationIdOrMemberEpoch: -1, memberId: '', topics: [{ name: 't', partitions }] }, 8)
  const { bytes } = engine.partition('__consumer_offsets', 0)?.log.read(0, 1, 1 << 20, 'one-at-least') ?? expect.fail('no log')
  expect(codecOf(bytes, 0)).toBe(codecs.gzip)
  expect([...readRecords(bytes, 0)]).toHaveLength(1)
})

test('every broker setting that a topic falls back on is one that kt knows', () => {
  for (const [name, synonyms] of topicSynonyms) {
    expect(topicConfigNames()).toContain(name)
    expect(synonyms.length).toBeGreaterThan(0)
  }
})
