/** The partitions of an internal topic, as the log of a coordinator (groups/log.ts). */
import { batchSize, HEADER_SIZE, isControl, isTransactional, producerId } from '../protocol/batch'
import { BatchBuilder } from '../protocol/batch-builder'
import { readRecords } from '../protocol/batch-reader'
import type { Steps } from '../storage/gradual'
import { readMarker } from '../storage/marker'
import type { Engine } from './engine'
import type { CoordinatorLog, CoordinatorRecord, ReplayedRecord } from './groups/log'

/** What is taken in within a few milliseconds. */
const READ_BYTES = 1 << 17

export class InternalTopicLog implements CoordinatorLog {
  constructor(
    private readonly engine: Engine,
    private readonly topic: string,
    private readonly ensure: () => void,
  ) {}

  partitionCount(): number {
    if (this.engine.partitionsOf(this.topic).length === 0) this.ensure()
    return this.engine.partitionsOf(this.topic).length
  }

  append(index: number, records: readonly CoordinatorRecord[], now: number): Promise<void> {
    this.partitionCount()
    const partition = this.engine.partition(this.topic, index)
    if (!partition) return Promise.reject(new Error(`${this.topic}-${index} is not there`))
    const builder = new BatchBuilder()
    const codec = this.engine.settings.offsetsTopicCompressionCodec
    for (const { key, value } of records) builder.append({ timestamp: now, key, value, headers: [] })
    try {
      partition.append(builder.build({ baseSequence: 0, codec }), 0, 'when-flushed') // without a producer, as Kafka's coordinators write
    } catch (error) {
      this.engine.refused(`facts of groups in ${partition.name} are refused`, error)
      throw error
    }
    const end = partition.log.endOffset
    return this.engine.flush(partition.log).then(() => partition.advance(end))
  }

  isAway(index: number): boolean {
    const state = this.engine.partition(this.topic, index)?.state
    return state !== undefined && this.engine.isAway(state)
  }
  *replay(index: number, take: (record: ReplayedRecord) => void): Steps<void> {
    const partition = this.engine.partition(this.topic, index)
    if (!partition) return
    if (this.isAway(index)) void partition.log // throws: to go on without would mean that its groups never were
    yield* this.engine.opening(partition)
    const { log } = partition
    for (let offset = log.startOffset; offset < log.endOffset; ) {
      const { bytes, nextOffset } = log.read(offset, log.endOffset, READ_BYTES, 'one-at-least')
      if (bytes.length === 0) break
      for (let at = 0; at + HEADER_SIZE <= bytes.length; at += batchSize(bytes, at)) replayBatch(bytes, at, take)
      offset = nextOffset
      yield
    }
  }
}

function replayBatch(bytes: Buffer, at: number, take: (record: ReplayedRecord) => void): void {
  const transactional = isTransactional(bytes, at) ? producerId(bytes, at) : undefined
  const control = isControl(bytes, at)
  const outcome = control ? readMarker(bytes, at) : undefined
  if (control && !outcome) return
  const marker = outcome && (outcome.commit ? 'commit' : 'abort')
  for (const { key, value, offset, timestamp } of readRecords(bytes, at)) {
    if (key) take({ key, value, offset, timestamp, producerId: transactional, marker })
  }
}
