/**
 * What an assignor of the consumer protocol is: who wants what and had what, and who is to get what (PartitionAssignor,
 * KIP-848).
 */
import type { Assignment } from '../consumer/assignment'

export interface AssignorMember {
  readonly memberId: string
  readonly instanceId: string | null
  /** Ids of topics that exist. */
  readonly topics: ReadonlySet<string>
  /** Its target so far; an assignor that is sticky leaves it what it can. */
  readonly assigned: Assignment
}

export interface AssignorInput {
  readonly members: readonly AssignorMember[]
  partitionCount(topicId: string): number
}

/** Gives every member of the input its partitions; each partition that somebody wants goes to one who wants it. */
export type Assignor = (input: AssignorInput) => ReadonlyMap<string, Assignment>

/** Whether all want the same. */
export function isHomogeneous({ members }: AssignorInput): boolean {
  const first = members[0]?.topics
  if (!first) return true
  return members.every(({ topics }) => {
    if (topics.size !== first.size) return false
    for (const topic of topics) if (!first.has(topic)) return false
    return true
  })
}
