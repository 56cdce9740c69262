/** A topic as the metadata has it, with its partitions and the settings that hold for it now. */
import type { Partition } from './partition'

export interface Topic {
  readonly name: string
  readonly id: string
  readonly partitions: Partition[]
  /** Topic-level overrides, as they were set. */
  readonly overrides: ReadonlyMap<string, string>
  readonly internal: boolean
}

/** __consumer_offsets, __transaction_state and __share_group_state: clients may read but not write them. */
export const INTERNAL_TOPICS: ReadonlySet<string> = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state'])
