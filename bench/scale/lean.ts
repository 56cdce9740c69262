/**
 * A client that costs little beside the broker that is measured: requests are encoded once and sent again and again, replies are
 * looked at no more than is needed. Produce 7, Fetch 11 and the like, which every broker answers.
 */
import net from 'node:net'
import { ApiVersions } from '../../src/protocol/apis/api-versions'
import { CreateTopics } from '../../src/protocol/apis/create-topics'
import { Fetch } from '../../src/protocol/apis/fetch'
import { Metadata } from '../../src/protocol/apis/metadata'
import { Produce } from '../../src/protocol/apis/produce'
import { Assembler } from '../../src/protocol/assembler'
import { batchSize, HEADER_SIZE, lastOffset } from '../../src/protocol/batch'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { fillRequest } from '../../src/protocol/codecs'
import { decodeResponse, encodeRequest } from '../../src/protocol/frames'
import { giveBuffer } from '../../src/protocol/pool'
import { Reader } from '../../src/protocol/reader'
import type { Api, Reply, RequestIn } from '../../src/protocol/types'

const MAX_FRAME = 100 << 20

/** One connection: bytes out, frames in, in their order. */
export class Lean {
  private readonly waiting: ((frame: Buffer) => void)[] = []
  /** Rejects when the connection ends. */
  private readonly ended: Promise<never>

  private constructor(private readonly socket: net.Socket) {
    const assembler = new Assembler(MAX_FRAME, (frame) => this.waiting.shift()?.(frame))
    socket.on('data', (chunk) => assembler.add(chunk))
    socket.on('error', () => {})
    this.ended = new Promise((_, reject) => socket.once('close', () => reject(new Error('the broker closed the connection'))))
    this.ended.catch(() => {})
  }
  /** Rejects when nobody listens. */
  static open(port: number): Promise<Lean> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host: '127.0.0.1', port, noDelay: true }, () => resolve(new Lean(socket)))
      socket.once('error', reject)
    })
  }
  exchange(request: Uint8Array, take: (frame: Buffer) => void): void {
    this.waiting.push(take)
    this.socket.write(request)
  }
  call<A extends Api>(api: A, version: number, request: RequestIn<A>): Promise<Reply<A>> {
    const reply = new Promise<Reply<A>>((resolve) => {
      this.exchange(bytesOf(api, version, request), (frame) => resolve(decodeResponse(api, version, new Reader(frame))))
    })
    return this.unlessEnded(reply)
  }
  unlessEnded<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.ended])
  }
  /** Something small. */
  async ask(): Promise<void> {
    await this.call(ApiVersions, 0, {})
  }
  close(): void {
    this.socket.destroy()
  }
}

function bytesOf<A extends Api>(api: A, version: number, request: RequestIn<A>): Buffer {
  return Buffer.concat(encodeRequest(api, version, 1, 'scale', fillRequest(api, request) as RequestIn<A>))
}

/** How many topics the broker knows, every one with a leader; undefined: nobody answers. */
export async function topicsAt(port: number): Promise<number | undefined> {
  const one = await Lean.open(port).catch(() => undefined)
  if (!one) return undefined
  const reply = await one.call(Metadata, 5, { topics: null, allowAutoTopicCreation: false }).catch(() => undefined)
  one.close()
  return reply?.topics.filter(({ errorCode, partitions }) => errorCode === 0 && partitions.every(({ leaderId }) => leaderId >= 0))
    .length
}

export async function createTopics(one: Lean, names: readonly string[], numPartitions: number): Promise<void> {
  const topics = names.map((name) => ({ name, numPartitions, replicationFactor: 1, assignments: [], configs: [] }))
  const reply = await one.call(CreateTopics, 2, { topics, timeoutMs: 60_000, validateOnly: false })
  for (const { name, errorCode } of reply.topics) if (errorCode !== 0) throw new Error(`${name}: error ${errorCode}`)
}

/** Until every partition of a topic can be read: Kafka answers a creation before it leads what it created. */
export async function untilServed(one: Lean, topic: string, partitions: number): Promise<void> {
  for (let partition = 0; partition < partitions; ) {
    const found = await fetchOnce(one, topic, partition, 0).catch(() => undefined)
    if (found) partition++
    else await new Promise((done) => setTimeout(done, 20))
  }
}

/** One small batch to partition 0 of each of these topics, with acks=1. */
export async function writeOnce(one: Lean, names: readonly string[]): Promise<void> {
  const records = batchOf({ recordBytes: 100, batchBytes: 100 })
  const topicData = names.map((name) => ({ name, partitionData: [{ index: 0, records }] }))
  const reply = await one.call(Produce, 7, { acks: 1, timeoutMs: 30_000, topicData } as never)
  for (const { name, partitionResponses } of reply.responses) {
    if (partitionResponses[0]?.errorCode !== 0) throw new Error(`${name}: error ${partitionResponses[0]?.errorCode}`)
  }
}

/** The longest that a small request waited for its answer, in ms, while `work` went on. */
export async function slowestPing(port: number, work: Promise<unknown>): Promise<number> {
  const one = await Lean.open(port)
  let slowest = 0
  let isOver = false
  void work.finally(() => {
    isOver = true
  })
  while (!isOver) {
    const began = performance.now()
    await one.ask()
    slowest = Math.max(slowest, performance.now() - began)
    await new Promise((done) => setTimeout(done, 1))
  }
  one.close()
  await work
  return slowest
}

export interface Load {
  readonly topic: string
  readonly partitions: number
  readonly recordBytes: number
  readonly batchBytes: number
  readonly maxBytes: number
  readonly maxMs: number
}
export interface Done {
  readonly bytes: number
  readonly ms: number
}
const CONNECTIONS = 4
const IN_FLIGHT = 5

/** Sends one batch after the other, acks=1, five under way on each connection. */
export async function produce(port: number, load: Load): Promise<Done> {
  const records = batchOf(load)
  const connections = await openSome(port, load.partitions)
  const began = performance.now()
  let bytes = 0
  await Promise.all(
    connections.map((one, index) => {
      const requests = partitionsOf(index, connections.length, load.partitions).map((partition) => {
        const topicData = [{ name: load.topic, partitionData: [{ index: partition, records }] }]
        return bytesOf(Produce, 7, { acks: 1, timeoutMs: 30_000, topicData } as never)
      })
      const sent = new Promise<void>((resolve, reject) => {
        let next = 0
        let underWay = 0
        const send = () => {
          while (underWay < IN_FLIGHT && bytes < load.maxBytes && performance.now() - began < load.maxMs) {
            underWay++
            bytes += records.length
            one.exchange(requests[next++ % requests.length] as Buffer, (frame) => {
              underWay--
              const { responses } = decodeResponse(Produce, 7, new Reader(frame))
              const errorCode = responses[0]?.partitionResponses[0]?.errorCode
              if (errorCode !== 0) reject(new Error(`Produce: error ${errorCode}`))
              send()
            })
          }
          if (underWay === 0) resolve()
        }
        send()
      })
      return one.unlessEnded(sent)
    }),
  )
  const ms = performance.now() - began
  for (const one of connections) one.close()
  return { bytes, ms }
}

/** Reads every partition from its start, a MiB at a time, and again. */
export async function fetch(port: number, load: Pick<Load, 'topic' | 'partitions' | 'maxBytes' | 'maxMs'>): Promise<Done> {
  const connections = await openSome(port, load.partitions)
  const began = performance.now()
  let bytes = 0
  const follow = async (one: Lean, partition: number, share: readonly number[]) => {
    const offsets = new Map(share.map((index) => [index, 0]))
    for (let at = partition; bytes < load.maxBytes && performance.now() - began < load.maxMs; ) {
      const fetchOffset = offsets.get(at) ?? 0
      const found = await fetchOnce(one, load.topic, at, fetchOffset)
      bytes += found.bytes
      if (found.bytes === 0 && fetchOffset === 0) throw new Error(`${load.topic}-${at} is empty`)
      offsets.set(at, found.bytes === 0 ? 0 : found.nextOffset)
      at = share[(share.indexOf(at) + 1) % share.length] as number
    }
  }
  await Promise.all(
    connections.map((one, index) => {
      const share = partitionsOf(index, connections.length, load.partitions)
      return follow(one, share[0] as number, share)
    }),
  )
  const ms = performance.now() - began
  for (const one of connections) one.close()
  return { bytes, ms }
}

/** One fetch of up to a MiB; waits for a log that is being repaired. */
export function fetchOnce(one: Lean, topic: string, partition: number, fetchOffset: number) {
  const partitions = [{ partition, fetchOffset, partitionMaxBytes: 1 << 20 }]
  const request = { maxWaitMs: 500, minBytes: 0, topics: [{ topic, partitions }], forgottenTopicsData: [] }
  const found = new Promise<{ bytes: number; nextOffset: number }>((resolve, reject) => {
    one.exchange(bytesOf(Fetch, 11, request as never), (frame) => {
      const answer = decodeResponse(Fetch, 11, new Reader(frame)).responses[0]?.partitions[0]
      if (answer?.errorCode !== 0) return reject(new Error(`Fetch: error ${answer?.errorCode}`))
      const records = Buffer.from(answer.records ?? Buffer.alloc(0))
      let nextOffset = fetchOffset
      let bytes = 0
      while (bytes + HEADER_SIZE <= records.length && bytes + batchSize(records, bytes) <= records.length) {
        nextOffset = lastOffset(records, bytes) + 1
        bytes += batchSize(records, bytes)
      }
      giveBuffer(frame)
      resolve({ bytes, nextOffset })
    })
  })
  return one.unlessEnded(found)
}

function batchOf({ recordBytes, batchBytes }: Pick<Load, 'recordBytes' | 'batchBytes'>): Buffer {
  const builder = new BatchBuilder()
  const count = Math.max(1, Math.floor(batchBytes / recordBytes))
  const value = Buffer.from(Array.from({ length: recordBytes }, (_, index) => (index * 31) % 251))
  for (let i = 0; i < count; i++) builder.append({ timestamp: Date.now(), key: null, value, headers: [] })
  return Buffer.from(builder.build({}))
}
const openSome = (port: number, partitions: number) =>
  Promise.all(Array.from({ length: Math.min(CONNECTIONS, partitions) }, () => Lean.open(port)))
const partitionsOf = (index: number, connections: number, partitions: number): number[] =>
  Array.from({ length: partitions }, (_, partition) => partition).filter((partition) => partition % connections === index)
