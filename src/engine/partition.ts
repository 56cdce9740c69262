/**
 * A partition as its leader sees it: the log, how far it may be read, and who waits for more. The log is opened at first use.
 * Records are readable once they are acknowledged as their producer asked: with acks=all when they are on disk, else at once.
 */
import { errors } from '../protocol/errors'
import type { Log } from '../storage/log'
import type { Written } from '../storage/segment'
import { type Waiter, type Watched, wake } from './waiting'

export interface PartitionState {
  readonly topicId: string
  readonly index: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  /** -1: none elected, as a clean stop of Kafka leaves it. */
  readonly leader: number
  readonly leaderEpoch: number
  readonly partitionEpoch: number
  /** 0 recovered, 1 recovering (KIP-704). */
  readonly leaderRecoveryState: number
  readonly eligibleLeaderReplicas: readonly number[]
  readonly lastKnownElr: readonly number[]
  readonly addingReplicas: readonly number[]
  readonly removingReplicas: readonly number[]
  readonly directories: readonly string[]
}

export class Partition implements Watched {
  readonly waiters = new Set<Waiter>()
  private opened: Log | undefined
  private watermark = 0
  /** Nobody's any more: its topic is deleted, or it is lost. */
  deleted = false
  /** Its data directory is offline; another of its name has taken its place, which cannot be opened. */
  isLost = false

  constructor(
    readonly topic: string,
    public state: PartitionState,
    private readonly open: (partition: Partition) => Log,
  ) {}

  get name(): string {
    return `${this.topic}-${this.state.index}`
  }
  get index(): number {
    return this.state.index
  }
  get topicId(): string {
    return this.state.topicId
  }
  /** An error code: a client that knows an older or a newer leader is told so (KIP-320). */
  checkEpoch(currentLeaderEpoch: number): number {
    if (currentLeaderEpoch < 0 || currentLeaderEpoch === this.leaderEpoch) return errors.NONE
    return currentLeaderEpoch < this.leaderEpoch ? errors.FENCED_LEADER_EPOCH : errors.UNKNOWN_LEADER_EPOCH
  }
  /** Largest epoch at most `epoch` and where it ends; -1, -1 when none is known. The leader's own ends where the log does. */
  endOfEpoch(epoch: number): { epoch: number; endOffset: number } {
    if (epoch === this.leaderEpoch) return { epoch, endOffset: this.log.endOffset }
    return epoch > this.leaderEpoch ? { epoch: -1, endOffset: -1 } : this.log.endOfEpoch(epoch)
  }
  get leaderEpoch(): number {
    return this.state.leaderEpoch
  }
  get log(): Log {
    if (!this.opened) {
      this.opened = this.open(this)
      this.watermark = this.opened.endOffset
    }
    return this.opened
  }
  get isOpen(): boolean {
    return this.opened !== undefined
  }

  /** Offset below which records may be read. */
  get highWatermark(): number {
    void this.log
    return this.watermark
  }
  /** Offset below which all transactions have ended. */
  get lastStableOffset(): number {
    const open = this.log.producers.firstOpenOffset()
    return open === undefined ? this.highWatermark : Math.min(Math.max(open, this.log.startOffset), this.highWatermark)
  }
  advance(offset: number): void {
    if (offset <= this.watermark) return
    this.watermark = offset
    wake(this)
  }

  /**
   * Appends one batch, restamped in place. Readable at once unless `advance` is to be called later. One that is written with the sync must
   * stay as it is until then.
   */
  append(buffer: Buffer, at: number, visible: 'at-once' | 'when-flushed', written: Written = 'now'): number {
    const base = this.log.append(buffer, at, this.leaderEpoch, written)
    if (visible === 'at-once') this.advance(this.log.endOffset)
    return base
  }
}
