/**
 * A batch that was fetched, as a view of the reply's bytes. Its records are read when somebody goes through them, and only those
 * that somebody went through count as consumed: what is committed are the positions behind them.
 */
import { batchSize, isLogAppendTime, lastOffset, partitionLeaderEpoch, recordCount } from '../../protocol/batch'
import { type Record, readRecords } from '../../protocol/batch-reader'
import { Malformed } from '../../protocol/reader'
import { unreadable } from './fetched-records'
import type { PartitionState } from './partition-state'

export type { Record } from '../../protocol/batch-reader'

export class FetchedBatch {
  private readonly era: number
  /** Of the leader that wrote it; -1: unknown. */
  readonly leaderEpoch: number
  /** The next record to be given. */
  private next: number

  constructor(
    private readonly state: PartitionState,
    private readonly bytes: Buffer,
    private readonly at: number,
    /** First offset that was asked for: a batch can begin before it. */
    from: number,
    /** Where to go on after the batch. */
    private readonly end: number,
  ) {
    this.era = state.era
    this.next = from
    this.leaderEpoch = partitionLeaderEpoch(bytes, at)
  }

  get topic(): string {
    return this.state.topic
  }
  get partition(): number {
    return this.state.partition
  }
  get lastOffset(): number {
    return lastOffset(this.bytes, this.at)
  }
  /** Bytes in the log. */
  get sizeBytes(): number {
    return batchSize(this.bytes, this.at)
  }
  /** Records in the batch, those before the position too. */
  get recordCount(): number {
    return recordCount(this.bytes, this.at)
  }
  get timestampType(): 'CreateTime' | 'LogAppendTime' {
    return isLogAppendTime(this.bytes, this.at) ? 'LogAppendTime' : 'CreateTime'
  }

  /**
   * Gives every record that was not given yet, in order, and notes it as consumed after `visit` returned. `visit` gives false to
   * stop after the record at hand; then the result is false. Throws KafkaException where the bytes cannot be read, and what
   * `visit` throws: the record at hand is not consumed then.
   */
  forEachRecord(visit: (record: Record) => unknown): boolean {
    const first = this.next
    const records = this.open()
    for (let step = this.step(records); !step.done; step = this.step(records)) {
      const record = step.value
      if (record.offset < first) continue
      const goesOn = visit(record) !== false
      this.consumed(record.offset + 1)
      if (!goesOn) {
        if (record.offset >= this.lastOffset) this.consumed(this.end)
        return false
      }
    }
    this.consumed(this.end)
    return true
  }

  private open(): Iterator<Record, void> {
    return readRecords(this.bytes, this.at)
  }
  private step(records: Iterator<Record, void>): IteratorResult<Record, void> {
    try {
      return records.next()
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      throw unreadable(this.state.key, error)
    }
  }
  private consumed(next: number): void {
    this.next = next
    const { state } = this
    if (state.era !== this.era) return // the position is somebody else's matter by now
    state.consumed(next)
    state.positionEpoch = this.leaderEpoch
  }
}
