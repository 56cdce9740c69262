/** ListGroups: which groups there are; filters by state (KIP-518) and type (KIP-848) ignore case. */
import type { ListGroups } from '../../../protocol/apis/list-groups'
import type { ReplyIn } from '../../../protocol/types'
import { GROUP_KINDS, type Group, protocolTypeOf, stateOf } from '../group'

export type ListedGroup = ReplyIn<typeof ListGroups>['groups'][number]

export interface ListFilter {
  /** Empty: all. */
  readonly states: readonly string[]
  readonly types: readonly string[]
}

const UNKNOWN = 'unknown'

export function listGroups(groups: Iterable<Group>, filter: ListFilter): ListedGroup[] {
  const states = new Set(filter.states.map((state) => state.trim().toLowerCase()))
  const known: readonly string[] = GROUP_KINDS
  const types = new Set(filter.types.map((type) => type.toLowerCase()).map((type) => (known.includes(type) ? type : UNKNOWN)))
  const listed: ListedGroup[] = []
  for (const group of groups) {
    const state = stateOf(group)
    if (states.size > 0 && !states.has(state.toLowerCase())) continue
    if (types.size > 0 && !types.has(group.kind)) continue
    listed.push({
      groupId: group.groupId,
      protocolType: protocolTypeOf(group),
      groupState: state,
      groupType: group.kind,
    })
  }
  return listed
}
