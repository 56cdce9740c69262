/**
 * What compaction leaves of one batch: all of it, nothing, or a batch made anew of what is kept (Cleaner.cleanInto and
 * MemoryRecords.filterTo). Offsets never change, nor does the last offset of a batch, which carries its producer's last sequence
 * number. When tombstones or the marker of a transaction without records may go is noted in the batch that holds them, as the
 * delete horizon (KIP-534): attribute bit 6, and baseTimestamp says when.
 */
import {
  baseOffset,
  baseSequence,
  baseTimestamp,
  codecOf,
  HEADER_SIZE,
  hasDeleteHorizon,
  isControl,
  isLogAppendTime,
  isTransactional,
  lastOffset,
  lastOffsetDelta,
  maxTimestamp,
  partitionLeaderEpoch,
  producerEpoch,
  producerId,
  recordCount,
} from '../../protocol/batch'
import { BatchBuilder } from '../../protocol/batch-builder'
import type { KeyMap } from './key-map'
import { RecordWalk } from './record-walk'
import type { CleanedTransactions } from './transactions'

/** What a producer that may write again wrote last. */
export interface LastRecord {
  /** Undefined: a marker. */
  readonly dataOffset: number | undefined
  readonly epoch: number
}

/** What one cleaning goes by. Times in ms. */
export interface Rules {
  readonly map: KeyMap
  readonly nowMs: number
  readonly deleteRetentionMs: number
  /** Offset behind the part that is cleaned: the batch that ends there stays, so that nobody forgets how far it went. */
  readonly upperBound: number
  readonly transactions: CleanedTransactions
  readonly lastRecords: ReadonlyMap<number, LastRecord>
}

/** Records that were read and kept. */
export interface Counts {
  read: number
  kept: number
  keyless: number
}

export class BatchFilter {
  /** Which records of the batch stay. */
  private flags = new Uint8Array(1024)
  /** Where batches are made anew, one after the other: a buffer for each would be a gigabyte for the garbage collector. */
  private space = Buffer.alloc(0)
  private keepsTombstone = false

  constructor(
    private readonly rules: Rules,
    private readonly counts: Counts,
  ) {}

  /** What is left of the batch at `at`, which lies whole in the buffer; good until the next call. Throws Malformed. */
  filter(buffer: Buffer, at: number): 'all' | 'nothing' | Buffer {
    const { transactions, nowMs, deleteRetentionMs, upperBound } = this.rules
    const count = recordCount(buffer, at)
    const control = isControl(buffer, at)
    const discardable = control ? transactions.onControlBatch(buffer, at) : transactions.onBatch(buffer, at)
    const horizon = hasDeleteHorizon(buffer, at) ? baseTimestamp(buffer, at) : undefined
    const discard = discardable && (!control || (horizon !== undefined && horizon <= nowMs))
    const keepEmpty = lastOffset(buffer, at) + 1 === upperBound || isLastOfProducer(buffer, at, this.rules)
    this.counts.read += count
    if (discard) return keepEmpty ? emptied(buffer, at) : 'nothing'
    const walk = new RecordWalk(buffer, at)
    const kept = control ? this.keepAll(count) : this.markKept(walk, buffer, at)
    this.counts.kept += kept
    if (kept === 0) return keepEmpty ? emptied(buffer, at) : 'nothing'
    const needsHorizon = horizon === undefined && (control ? discardable : this.keepsTombstone)
    if (kept === count && !needsHorizon) return 'all'
    walk.rewind(count)
    return this.rebuilt(buffer, at, walk, needsHorizon ? nowMs + deleteRetentionMs : horizon)
  }

  private room(count: number): void {
    if (this.flags.length < count) this.flags = new Uint8Array(count * 2)
  }
  private keepAll(count: number): number {
    this.room(count)
    this.flags.fill(1, 0, count)
    return count
  }
  /** Sets the flags of the records that stay and gives their number. */
  private markKept(walk: RecordWalk, buffer: Buffer, at: number): number {
    const { counts, rules } = this
    const { map, nowMs } = rules
    const { latestOffset } = map
    this.room(recordCount(buffer, at))
    const { flags } = this
    const base = baseOffset(buffer, at)
    const sparesTombstones = !hasDeleteHorizon(buffer, at) || nowMs < baseTimestamp(buffer, at)
    this.keepsTombstone = false
    let kept = 0
    for (let index = 0; walk.next(); index++) {
      const offset = base + walk.offsetDelta
      let keep = offset > latestOffset
      if (!keep && walk.keyLength < 0) counts.keyless++
      else if (!keep && (!walk.isTombstone || sparesTombstones)) {
        keep = offset >= map.get(walk.bytes, walk.keyAt, walk.keyAt + walk.keyLength)
      }
      flags[index] = keep ? 1 : 0
      if (!keep) continue
      kept++
      if (walk.isTombstone) this.keepsTombstone = true
    }
    return kept
  }

  /** The batch with the flagged records, compressed with its own codec. Timestamps count from the horizon if there is one. */
  private rebuilt(buffer: Buffer, at: number, walk: RecordWalk, horizon: number | undefined): Buffer {
    const appendTime = isLogAppendTime(buffer, at) ? maxTimestamp(buffer, at) : undefined
    const base = baseTimestamp(buffer, at)
    const room = HEADER_SIZE + walk.size + 1024
    if (this.space.length < room) this.space = Buffer.allocUnsafeSlow(room * 2)
    const builder = new BatchBuilder(this.space, horizon)
    for (let index = 0; walk.next(); index++) {
      if (this.flags[index] === 0) continue
      builder.appendContent(appendTime ?? base + walk.timestampDelta, walk.offsetDelta, walk.bytes, walk.contentAt, walk.end)
    }
    return builder.build({
      ...headerOf(buffer, at),
      codec: codecOf(buffer, at),
      hasDeleteHorizon: horizon !== undefined,
      ...(appendTime === undefined ? {} : { logAppendTime: appendTime }),
    })
  }
}

function isLastOfProducer(buffer: Buffer, at: number, { lastRecords }: Rules): boolean {
  const producer = producerId(buffer, at)
  if (producer < 0) return false
  const last = lastRecords.get(producer)
  if (!last) return false
  if (last.dataOffset !== undefined) return lastOffset(buffer, at) === last.dataOffset
  return isControl(buffer, at) && producerEpoch(buffer, at) === last.epoch
}

/** The batch without its records: producer, epoch, sequence and offsets are still told. */
function emptied(buffer: Buffer, at: number): Buffer {
  const greatest = maxTimestamp(buffer, at)
  return new BatchBuilder(0).build({
    ...headerOf(buffer, at),
    ...(isLogAppendTime(buffer, at) ? { logAppendTime: greatest } : { maxTimestamp: greatest }),
  })
}

function headerOf(buffer: Buffer, at: number) {
  return {
    baseOffset: baseOffset(buffer, at),
    lastOffsetDelta: lastOffsetDelta(buffer, at),
    partitionLeaderEpoch: partitionLeaderEpoch(buffer, at),
    producerId: producerId(buffer, at),
    producerEpoch: producerEpoch(buffer, at),
    baseSequence: baseSequence(buffer, at),
    transactional: isTransactional(buffer, at),
    control: isControl(buffer, at),
  }
}
