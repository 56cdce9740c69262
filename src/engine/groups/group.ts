/** The kinds of group that one group id can be, and what they have in common. */
import type { ClassicGroup } from './classic/state'
import type { ConsumerGroup } from './consumer/state'

/** A share or streams group that a Kafka left in the log: it is seen and left alone. */
export interface ForeignGroup {
  readonly kind: 'share' | 'streams'
  readonly groupId: string
  readonly members: ReadonlySet<string>
}

export type Group = ClassicGroup | ConsumerGroup | ForeignGroup

export const GROUP_KINDS: readonly Group['kind'][] = ['classic', 'consumer', 'share', 'streams']

export function stateOf(group: Group): string {
  if (group.kind === 'classic' || group.kind === 'consumer') return group.state
  return group.members.size === 0 ? 'Empty' : 'Stable'
}
export const isEmpty = (group: Group): boolean => stateOf(group) === 'Empty'

/** 'consumer', 'connect', 'share' ...; '': nobody ever joined. */
export const protocolTypeOf = (group: Group): string => (group.kind === 'classic' ? (group.protocolType ?? '') : group.kind)
