/**
 * What compaction knows of the transactions that it reads past (CleanedTransactionMetadata): records of aborted ones go, and a marker
 * may go when nothing of its transaction was seen before it. What is left of aborted transactions makes the new .txnindex.
 */
import { isTransactional, lastOffset, producerId, recordCount } from '../../protocol/batch'
import { readMarker } from '../marker'
import type { AbortedTransaction } from '../producers'

interface Ongoing {
  readonly transaction: AbortedTransaction
  /** A batch of it has been read. */
  seen: boolean
}

export class CleanedTransactions {
  /** Aborted ones whose first offset has not been reached, the nearest first. */
  private ahead: AbortedTransaction[] = []
  private readonly aborted = new Map<number, Ongoing>()
  private readonly committed = new Set<number>()

  /** `keep` is told of each aborted transaction whose marker stays. */
  constructor(private readonly keep: (transaction: AbortedTransaction) => void = () => {}) {}

  /** Lets it know of transactions that were aborted in what is read next. */
  expect(transactions: readonly AbortedTransaction[]): void {
    this.ahead = [...this.ahead, ...transactions].sort((a, b) => a.firstOffset - b.firstOffset)
  }
  private reach(offset: number): void {
    let next = this.ahead[0]
    while (next && next.firstOffset <= offset) {
      if (!this.aborted.has(next.producerId)) this.aborted.set(next.producerId, { transaction: next, seen: false })
      this.ahead.shift()
      next = this.ahead[0]
    }
  }

  /** Takes note of a batch of records; true when it is of an aborted transaction. */
  onBatch(bytes: Buffer, at: number): boolean {
    this.reach(lastOffset(bytes, at))
    if (!isTransactional(bytes, at)) return false
    const producer = producerId(bytes, at)
    const ongoing = this.aborted.get(producer)
    if (ongoing) ongoing.seen = true
    else this.committed.add(producer)
    return ongoing !== undefined
  }

  /** Takes note of a control batch; true when nothing of its transaction is left before it. */
  onControlBatch(bytes: Buffer, at: number): boolean {
    this.reach(lastOffset(bytes, at))
    if (recordCount(bytes, at) === 0) return true
    const marker = readMarker(bytes, at)
    if (!marker) return false
    const producer = producerId(bytes, at)
    if (marker.commit) return !this.committed.delete(producer)
    const ongoing = this.aborted.get(producer)
    this.aborted.delete(producer)
    if (!ongoing?.seen) return true
    this.keep(ongoing.transaction)
    return false
  }
}
