/** What a coordinator needs of the log that its facts live in; the engine gives it, a test can fake it. */
import type { Steps } from '../../storage/gradual'

export interface CoordinatorRecord {
  readonly key: Buffer
  /** Null: a tombstone. */
  readonly value: Buffer | null
}

export interface CoordinatorLog {
  /** How many partitions the coordinator's topic has; the topic is made when it is not there. */
  partitionCount(): number
  /**
   * Appends the records as one batch, at once. The promise is kept when they are as durable as an acks=all record
   * (design.md: a promise about data); it is rejected when that is in doubt. Throws when nothing
   * was appended: it may work another time (a full disk). What was appended is replayed after a restart.
   */
  append(partition: number, records: readonly CoordinatorRecord[], now: number): Promise<void>
  /** Whether it lies in a data directory that is not here: nothing is known of its groups. */
  isAway?(partition: number): boolean
  /** Gives every record of the partition's log in order (transactional ones too, with their producer and markers), in steps. */
  replay(partition: number, take: (record: ReplayedRecord) => void): Steps<void>
}

export interface ReplayedRecord extends CoordinatorRecord {
  readonly timestamp: number
  readonly offset: number
  /** Set when the record is part of a transaction whose outcome comes as a marker. */
  readonly producerId: number | undefined
  /** This is a transaction marker of `producerId`. */
  readonly marker: 'commit' | 'abort' | undefined
}
