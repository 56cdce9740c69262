/** What the bench of compaction asks of a broker: a table of keys that are written again and again, and a producer that looks at the clock. */
import { CreateTopics } from '../../src/protocol/apis/create-topics'
import { IncrementalAlterConfigs } from '../../src/protocol/apis/incremental-alter-configs'
import { Produce } from '../../src/protocol/apis/produce'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { errors } from '../../src/protocol/errors'
import { Lean } from '../scale/lean'

export { Lean }

export async function createTable(one: Lean, name: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const configs = Object.entries(settings).map(([key, value]) => ({ name: key, value }))
  const topics = [{ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs }]
  const reply = await one.call(CreateTopics, 2, { topics, timeoutMs: 60_000, validateOnly: false })
  if (reply.topics[0]?.errorCode !== 0) throw new Error(`${name}: error ${reply.topics[0]?.errorCode}`)
}

/** `resourceType`: 2 a topic, 4 a broker ('' all). */
export async function alter(one: Lean, resourceType: number, resourceName: string, name: string, value: string): Promise<void> {
  const resources = [{ resourceType, resourceName, configs: [{ name, configOperation: 0, value }] }]
  const reply = await one.call(IncrementalAlterConfigs, 0, { resources, validateOnly: false })
  const [answer] = reply.responses
  if (answer?.errorCode !== 0) throw new Error(`${name}: ${answer?.errorMessage}`)
}

export interface Table {
  readonly topic: string
  readonly keys: number
  readonly bytes: number
  readonly valueBytes: number
  readonly batchRecords: number
}

/** A sequence of numbers that is the same for both brokers. */
function randomNumbers(): (below: number) => number {
  let state = 12345
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return Math.floor((state / 0x80000000) * below)
  }
}

/** Writes records of random keys until there are so many bytes; gives the records. */
export async function fill(port: number, table: Table): Promise<number> {
  const one = await Lean.open(port)
  const random = randomNumbers()
  const value = Buffer.alloc(table.valueBytes, 'v')
  let records = 0
  let bytes = 0
  const underWay = new Set<Promise<unknown>>()
  while (bytes < table.bytes) {
    const builder = new BatchBuilder(32 * 1024)
    for (let i = 0; i < table.batchRecords; i++) {
      value.writeUInt32BE(records++, 0)
      builder.append({ timestamp: Date.now(), key: Buffer.from(`user-${random(table.keys)}`), value })
    }
    const batch = builder.build({})
    bytes += batch.length
    const sent = send(one, table.topic, batch, 1).finally(() => underWay.delete(sent))
    underWay.add(sent)
    if (underWay.size >= 5) await Promise.race(underWay)
  }
  await Promise.all(underWay)
  one.close()
  return records
}

async function send(one: Lean, topic: string, records: Buffer, acks: number): Promise<void> {
  const topicData = [{ name: topic, partitionData: [{ index: 0, records }] }]
  for (let tries = 0; ; tries++) {
    const reply = await one.call(Produce, 7, { acks, timeoutMs: 30_000, topicData } as never)
    const errorCode = reply.responses[0]?.partitionResponses[0]?.errorCode
    if (errorCode === 0) return
    // a broker says that a topic is there before it knows it and leads it
    const isNew = errorCode === errors.UNKNOWN_TOPIC_OR_PARTITION || errorCode === errors.NOT_LEADER_OR_FOLLOWER
    if (!isNew || tries > 100) throw new Error(`Produce: error ${errorCode}`)
    await new Promise((done) => setTimeout(done, 100))
  }
}

export interface Probe {
  /** Milliseconds from a request to its reply, ascending. */
  readonly latencies: readonly number[]
}

/** One producer, one small batch at a time with a pause of a millisecond, until `until` is kept. */
export async function probe(port: number, topic: string, acks: number, until: Promise<unknown>): Promise<Probe> {
  const one = await Lean.open(port)
  const builder = new BatchBuilder()
  for (let i = 0; i < 10; i++) builder.append({ timestamp: Date.now(), key: null, value: Buffer.alloc(100, 'p') })
  const batch = builder.build({})
  const latencies: number[] = []
  let isOver = false
  void until.finally(() => {
    isOver = true
  })
  while (!isOver) {
    const began = performance.now()
    await send(one, topic, Buffer.from(batch), acks)
    latencies.push(performance.now() - began)
    await new Promise((done) => setTimeout(done, 1))
  }
  one.close()
  return { latencies: latencies.sort((a, b) => a - b) }
}
