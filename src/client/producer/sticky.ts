/**
 * Where records without a key go: to one partition until a batch's worth of bytes went there, then to another, so that batches
 * fill up. The next is drawn by chance, a partition with a longer queue less often (KIP-480, KIP-794;
 * org.apache.kafka.clients.producer.internals.BuiltInPartitioner).
 */
import type { Random } from '../../system/system'

export interface Candidate {
  readonly partition: number
  /** Batches that wait to be sent. */
  readonly queued: number
}

export class StickyPartition {
  private current = -1
  private produced = 0

  constructor(
    /** Bytes after which another partition is chosen: batch.size, at least 1. */
    private readonly stickyBytes: number,
    private readonly random: Random,
    private readonly adaptive: boolean,
  ) {}

  /** The partition to use now; `candidates` (never empty) are asked for when one has to be chosen. */
  choose(candidates: () => readonly Candidate[]): number {
    if (this.current < 0) this.current = draw(candidates(), this.random, this.adaptive)
    return this.current
  }
  /**
   * Notes that a record of `size` bytes went to the partition. `ready` says that its batch is about to be sent: leaving earlier
   * would split a batch in two, so without it the limit is twice as high.
   */
  note(size: number, ready: boolean): void {
    this.produced += size
    if (this.produced >= this.stickyBytes * 2 || (this.produced >= this.stickyBytes && ready)) this.leave()
  }
  /** The partition is no longer to be used. */
  leave(): void {
    this.current = -1
    this.produced = 0
  }
}

/** Draws a partition: evenly, or (adaptive) with weights that fall with the length of the queue. */
export function draw(candidates: readonly Candidate[], random: Random, adaptive: boolean): number {
  const longest = candidates.reduce((most, { queued }) => Math.max(most, queued), 0)
  const weight = ({ queued }: Candidate) => (adaptive ? longest + 1 - queued : 1)
  const total = candidates.reduce((sum, candidate) => sum + weight(candidate), 0)
  let left = random.below(total)
  for (const candidate of candidates) {
    left -= weight(candidate)
    if (left < 0) return candidate.partition
  }
  throw new RangeError('there is no partition to choose from')
}
