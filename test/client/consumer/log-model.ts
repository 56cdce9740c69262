/** Partition logs as far as a consumer can tell: Fetch, ListOffsets, and stored offsets. No sessions, one record a batch. */
import { pause } from '../../../src/client/backoff'
import { consumerConfig, type Properties } from '../../../src/client/config'
import { Consumer, type ConsumerOptions } from '../../../src/client/consumer'
import { Fetch } from '../../../src/protocol/apis/fetch'
import { ListOffsets } from '../../../src/protocol/apis/list-offsets'
import { OffsetCommit } from '../../../src/protocol/apis/offset-commit'
import { OffsetFetch } from '../../../src/protocol/apis/offset-fetch'
import { baseOffset, lastOffset } from '../../../src/protocol/batch'
import { BatchBuilder } from '../../../src/protocol/batch-builder'
import { Scripted } from '../scripted'
import { evenRandom } from '../world'

export class Log {
  start = 0
  readonly batches: Buffer[] = []

  get end(): number {
    const last = this.batches.at(-1)
    return last ? lastOffset(last, 0) + 1 : this.start
  }
  /** Appends one batch. */
  append(...values: string[]): this {
    const builder = new BatchBuilder()
    for (const value of values) builder.append({ timestamp: this.end + 1000, value: Buffer.from(value) })
    this.batches.push(builder.build({ baseOffset: this.end, partitionLeaderEpoch: 0 }))
    return this
  }
}

export class Logs {
  readonly script: Scripted
  readonly stored = new Map<string, number>()
  private readonly logs = new Map<string, Log>()

  constructor(script = new Scripted().topic('t', [1])) {
    this.script = script
    script.on(ListOffsets, ({ topics }) => ({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp }) => {
          const log = this.log(name, partitionIndex)
          const offset = timestamp === -2 ? log.start : timestamp === -1 ? log.end : this.atTime(log, timestamp)
          return { partitionIndex, errorCode: 0, offset, leaderEpoch: 0 }
        }),
      })),
    }))
    script.on(Fetch, async ({ topics, maxWaitMs }) => {
      const rows = () =>
        topics.map(({ topicId, partitions }) => ({
          topicId,
          partitions: partitions.map(({ partition, fetchOffset }) => this.fetch(this.nameOf(topicId), partition, fetchOffset)),
        }))
      const isDull = (each: ReturnType<typeof rows>) =>
        each.every(({ partitions }) => partitions.every((row) => row.errorCode === 0 && !row.records.length))
      if (isDull(rows())) await pause(script.clock, maxWaitMs)
      return { responses: rows() }
    })
    script.on(OffsetFetch, ({ groups }) => ({
      groups: groups.map(({ groupId, topics }) => ({
        groupId,
        topics: (topics ?? []).map(({ name, partitionIndexes }) => ({
          name,
          partitions: partitionIndexes.map((partitionIndex) => ({
            partitionIndex,
            committedOffset: this.stored.get(`${name}-${partitionIndex}`) ?? -1,
            metadata: '',
            errorCode: 0,
          })),
        })),
      })),
    }))
    script.on(OffsetCommit, ({ topics }) => ({
      topics: topics.map(({ name, topicId, partitions }) => ({
        name,
        topicId,
        partitions: partitions.map(({ partitionIndex, committedOffset }) => {
          this.stored.set(`${name || this.nameOf(topicId)}-${partitionIndex}`, committedOffset)
          return { partitionIndex, errorCode: 0 }
        }),
      })),
    }))
  }

  log(topic: string, partition = 0): Log {
    const key = `${topic}-${partition}`
    let found = this.logs.get(key)
    if (!found) {
      found = new Log()
      this.logs.set(key, found)
    }
    return found
  }
  private nameOf(topicId: string): string {
    return [...this.script.topics].find(([, { id }]) => id === topicId)?.[0] ?? ''
  }
  private atTime(log: Log, timestamp: number): number {
    const found = log.batches.find((batch) => baseOffset(batch, 0) + 1000 >= timestamp)
    return found ? baseOffset(found, 0) : -1
  }
  private fetch(topic: string, partitionIndex: number, offset: number) {
    const log = this.log(topic, partitionIndex)
    const outside = offset < log.start || offset > log.end
    const records = outside ? Buffer.alloc(0) : Buffer.concat(log.batches.filter((batch) => lastOffset(batch, 0) >= offset))
    return { partitionIndex, errorCode: outside ? 1 : 0, highWatermark: log.end, abortedTransactions: null, records }
  }

  consumer(properties: Properties = {}, options: Partial<ConsumerOptions> = {}): Consumer {
    const config = consumerConfig({ 'bootstrap.servers': 'seed:1', 'auto.offset.reset': 'earliest', ...properties })
    const cluster = this.script.cluster({}, { config })
    return new Consumer({ cluster, config, clock: this.script.clock, random: evenRandom, ...options })
  }
  /** One poll's values, moving time on as far as it takes. */
  async read(consumer: Consumer, maxWaitMs = 10_000): Promise<string[]> {
    const values: string[] = []
    const batches = await this.script.outcome(consumer.poll(maxWaitMs), 10)
    for (const batch of batches) {
      batch.forEachRecord(({ value }) => {
        values.push(String(value))
      })
    }
    return values
  }
}
