/**
 * What of the records of the metadata log holds: those of a metadata transaction only when it has ended, and then at once (KIP-868).
 */
import type { MetadataRecord } from './image'

export class Committed {
  /** Records of a transaction that has not ended. */
  private waiting: MetadataRecord[] | undefined

  constructor(private readonly apply: (record: MetadataRecord) => void) {}

  /** A transaction has begun and not ended. */
  get isOpen(): boolean {
    return this.waiting !== undefined
  }
  take(record: MetadataRecord): void {
    if (record.name === 'BeginTransactionRecord') this.waiting = []
    else if (record.name === 'AbortTransactionRecord') this.waiting = undefined
    else if (record.name === 'EndTransactionRecord') {
      const ended = this.waiting ?? []
      this.waiting = undefined
      for (const one of ended) this.apply(one)
    } else if (this.waiting) this.waiting.push(record)
    else this.apply(record)
  }
}
