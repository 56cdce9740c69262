/** A link over a connection: versions, order, chunks, time-outs, and every way to break. */
import { expect, test } from 'vitest'
import { linkTo, openLink } from '../../src/client/link'
import { ApiVersions } from '../../src/protocol/apis/api-versions'
import { Fetch } from '../../src/protocol/apis/fetch'
import { Heartbeat } from '../../src/protocol/apis/heartbeat'
import { InitProducerId } from '../../src/protocol/apis/init-producer-id'
import { JoinGroup } from '../../src/protocol/apis/join-group'
import { Metadata } from '../../src/protocol/apis/metadata'
import { Produce } from '../../src/protocol/apis/produce'
import { Assembler } from '../../src/protocol/assembler'
import { type Call, Disconnected } from '../../src/protocol/call'
import { fillResponse } from '../../src/protocol/codecs'
import { decodeRequest, decodeRequestHeader, encodeResponse, type RequestHeader } from '../../src/protocol/frames'
import { Malformed, Reader } from '../../src/protocol/reader'
import type { Api } from '../../src/protocol/types'
import { type End, ManualClock, pipe, settle } from './world'

const ALL = [Produce, Fetch, Metadata, JoinGroup, Heartbeat, ApiVersions, InitProducerId] as Api[]
const ranges = ALL.map(({ key, versions: [minVersion, maxVersion] }) => ({ apiKey: key, minVersion, maxVersion }))

interface Seen {
  readonly header: RequestHeader
  readonly request: unknown
}
/** A broker that shows its requests and answers ApiVersions by itself. */
class Broker {
  readonly seen: Seen[] = []
  constructor(
    readonly end: End,
    private readonly versions: typeof ranges = ranges,
    private readonly apiVersionsMax = 4,
  ) {
    const assembler = new Assembler(1e8, (frame) => this.take(frame))
    end.onData((chunk) => assembler.add(chunk))
    end.onClose(() => {})
  }
  private take(frame: Buffer): void {
    const reader = new Reader(frame)
    const header = decodeRequestHeader(reader)
    const api = ALL.find(({ key }) => key === header.apiKey) as Api
    if (api.key === ApiVersions.key) {
      if (header.apiVersion > this.apiVersionsMax) {
        const only = [{ apiKey: 18, minVersion: 0, maxVersion: this.apiVersionsMax }]
        this.end.write(encodeResponse(ApiVersions, 0, header.correlationId, { errorCode: 35, apiKeys: only }))
        return
      }
      this.reply(header, ApiVersions, { errorCode: 0, apiKeys: this.versions })
      return
    }
    this.seen.push({ header, request: decodeRequest(api, header.apiVersion, reader) })
  }
  reply(header: RequestHeader, api: Api, reply: object): void {
    this.end.write(this.bytes(header, api, reply))
  }
  bytes(header: RequestHeader, api: Api, reply: object): Uint8Array[] {
    return encodeResponse(api, header.apiVersion, header.correlationId, reply as never)
  }
  header(place: number): RequestHeader {
    return this.seen[place]?.header as RequestHeader
  }
}

async function connected(versions = ranges, options: { maxFrameBytes?: number; apiVersionsMax?: number } = {}) {
  const clock = new ManualClock()
  const [near, far] = pipe()
  const broker = new Broker(far, versions, options.apiVersionsMax)
  const link = await openLink(near, clock, {
    clientId: 'me',
    requestTimeoutMs: 30_000,
    ...(options.maxFrameBytes ? { maxFrameBytes: options.maxFrameBytes } : {}),
  })
  return { clock, near, broker, link }
}
const heartbeat = { groupId: 'g', generationId: 1, memberId: 'm' }
const metadata = { brokers: [], topics: [] }

test('requests are pipelined, and each gets its own reply', async () => {
  const { broker, link } = await connected()
  const replies = [0, 1, 2].map((generationId) => link.call(Heartbeat, { ...heartbeat, generationId }))
  await settle()
  expect(broker.seen.map(({ request }) => (request as { generationId: number }).generationId)).toEqual([0, 1, 2])
  expect(broker.header(0).clientId).toBe('me')
  for (const [errorCode, { header }] of broker.seen.entries()) broker.reply(header, Heartbeat, { errorCode })
  expect((await Promise.all(replies)).map(({ errorCode }) => errorCode)).toEqual([0, 1, 2])
})

test('the newest version that both sides have is spoken, never one that is not stable', async () => {
  const { broker, link } = await connected([
    { apiKey: 3, minVersion: 0, maxVersion: 5 },
    { apiKey: 22, minVersion: 0, maxVersion: 6 },
  ])
  link.call(Metadata, { topics: [] }).catch(() => {})
  link.call(InitProducerId, { transactionalId: null, transactionTimeoutMs: 1 }).catch(() => {})
  await settle()
  expect(broker.seen.map(({ header }) => header.apiVersion)).toEqual([5, 5])
})

test('an API or version that the broker lacks is refused in Kafka words without asking', async () => {
  const { broker, link } = await connected([{ apiKey: 12, minVersion: 7, maxVersion: 9 }])
  await expect(link.call(Metadata, { topics: [] })).rejects.toMatchObject({
    code: 35,
    exception: 'org.apache.kafka.common.errors.UnsupportedVersionException',
    message: 'The node does not support METADATA',
  })
  await expect(link.call(Heartbeat, heartbeat)).rejects.toThrow(
    'The node does not support HEARTBEAT with version in range [0,4]. The supported range is [7,9].',
  )
  expect(broker.seen).toEqual([])
})

test('a broker that does not know the newest ApiVersions is asked again in its own version', async () => {
  const { link } = await connected(ranges, { apiVersionsMax: 2 })
  expect(link.peer.versions.get(3)).toEqual([0, 13])
})

test('a reply that comes byte by byte is read all the same', async () => {
  const { broker, link } = await connected()
  const reply = link.call(Metadata, { topics: [] })
  await settle()
  const bytes = Buffer.concat(broker.bytes(broker.header(0), Metadata, { ...metadata, clusterId: 'c' }))
  for (const byte of bytes) broker.end.write([Buffer.from([byte])])
  expect((await reply).clusterId).toBe('c')
})

test('records that arrive whole are a view of the chunk, not a copy', async () => {
  const { broker, link, near } = await connected()
  const reply = link.call(Fetch, { maxWaitMs: 0, minBytes: 0, topics: [] })
  await settle()
  const partition = {
    partitionIndex: 0,
    errorCode: 0,
    highWatermark: 0,
    abortedTransactions: null,
    records: Buffer.alloc(5000, 1),
  }
  const frame = Buffer.concat(
    broker.bytes(broker.header(0), Fetch, { responses: [{ topicId: 'BBBBBBBBBBBBBBBBBBBBBA', partitions: [partition] }] }),
  )
  ;(near as unknown as { data: (chunk: Buffer) => void }).data(frame)
  const records = (await reply).responses[0]?.partitions[0]?.records as Buffer
  expect(records.length).toBe(5000)
  expect(records.buffer).toBe(frame.buffer)
})

test('acks=0 is done when it is written, for no reply will come', async () => {
  const { broker, link } = await connected()
  const reply = await link.call(Produce, { acks: 0, timeoutMs: 1, topicData: [] })
  expect(reply.responses).toEqual([])
  const next = link.call(Heartbeat, heartbeat)
  await settle()
  broker.reply(broker.header(1), Heartbeat, { errorCode: 5 })
  expect((await next).errorCode).toBe(5)
})

test('a reply that does not come in time ends the link for everybody', async () => {
  const { clock, link } = await connected()
  const replies = [link.call(Heartbeat, heartbeat), link.call(Heartbeat, heartbeat)]
  const outcomes = Promise.allSettled(replies)
  await clock.pass(29_999)
  expect(clock.pending).toBe(1)
  await clock.pass(1)
  for (const outcome of await outcomes) expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(Disconnected)
  await link.closed
  await expect(link.call(Heartbeat, heartbeat)).rejects.toThrow('did not answer within 30000 ms')
})

test('a JoinGroup may rest at the broker for its rebalance time-out, what comes after it not', async () => {
  const { clock, link } = await connected()
  let failed = false
  const join = {
    groupId: 'g',
    sessionTimeoutMs: 1,
    rebalanceTimeoutMs: 300_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [],
  }
  link.call(JoinGroup, join).catch(() => {
    failed = true
  })
  await clock.pass(330_000)
  expect(failed).toBe(false)
  link.call(Heartbeat, heartbeat).catch(() => {})
  await clock.pass(5000)
  expect(failed).toBe(true)
})

test('when the broker goes, who waits is told, and so is who comes later', async () => {
  const { broker, link } = await connected()
  const reply = link.call(Heartbeat, heartbeat)
  await settle()
  broker.end.close()
  await expect(reply).rejects.toBeInstanceOf(Disconnected)
  await link.closed
  await expect(link.call(Heartbeat, heartbeat)).rejects.toBeInstanceOf(Disconnected)
})

test.each([
  ['a correlation id that was not asked for', (frame: Buffer) => frame.writeInt32BE(99, 4)],
  ['a body that does not parse', (frame: Buffer) => frame.writeUInt32BE(0xffffff7f, 13)],
])('%s is malformed and ends the link', async (_, damage) => {
  const { broker, link } = await connected()
  const reply = link.call(Metadata, { topics: [] })
  await settle()
  const frame = Buffer.concat(broker.bytes(broker.header(0), Metadata, { ...metadata, clusterId: 'cluster' }))
  damage(frame)
  broker.end.write([frame])
  await expect(reply).rejects.toBeInstanceOf(Malformed)
  await link.closed
})

test('a reply beyond the limit is refused before memory is taken for it', async () => {
  const { broker, link } = await connected(ranges, { maxFrameBytes: 1000 })
  const reply = link.call(Heartbeat, heartbeat)
  await settle()
  broker.end.write([Buffer.from([0x7f, 0xff, 0xff, 0xff])])
  await expect(reply).rejects.toThrow('a frame of 2147483647 bytes (at most 1000 are taken)')
})

test('a request that its version cannot say is refused, and the link lives on', async () => {
  const { broker, link } = await connected([{ apiKey: 12, minVersion: 0, maxVersion: 2 }])
  await expect(link.call(Heartbeat, { ...heartbeat, groupInstanceId: 'i' })).rejects.toThrow('groupInstanceId')
  const reply = link.call(Heartbeat, heartbeat)
  await settle()
  broker.reply(broker.header(0), Heartbeat, { errorCode: 0 })
  expect((await reply).errorCode).toBe(0)
})

test('the engine in this process is a link like any other', async () => {
  const asked: unknown[] = []
  const engine = (async (api: Api, request: object, version?: number) => {
    if (api.key === ApiVersions.key)
      return fillResponse(ApiVersions, { errorCode: 0, apiKeys: [{ apiKey: 12, minVersion: 0, maxVersion: 3 }] })
    asked.push({ api: api.name, request, version })
    return fillResponse(Heartbeat, { errorCode: 27 })
  }) as Call
  const link = await linkTo(engine)
  expect((await link.call(Heartbeat, heartbeat)).errorCode).toBe(27)
  expect(asked).toEqual([{ api: 'Heartbeat', request: heartbeat, version: 3 }])
  await expect(link.call(Metadata, { topics: [] })).rejects.toThrow('The node does not support METADATA')
  link.close()
  await link.closed
  await expect(link.call(Heartbeat, heartbeat)).rejects.toBeInstanceOf(Disconnected)
})
