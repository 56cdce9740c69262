/**
 * When the last member of the consumer protocol is gone and only classic ones are left, the group is a classic one again
 * (KIP-848): with the assignment that was to be, in the generation that the epoch was; unless a classic member merely took over
 * a seat, it then rebalances by itself.
 */
import { newGroupMetadata } from '../classic/metadata-record'
import { selectProtocol, subscribedTopics } from '../classic/protocols'
import { prepareRebalance } from '../classic/rebalance'
import { type ClassicGroup, type ClassicMember, emptyClassic } from '../classic/state'
import { MEMBER_TIMER, settle, step } from '../classic/step'
import type { Plan } from '../plan'
import { writeAssignment } from './embedded'
import { consumerTombstones } from './records'
import type { ConsumerGroup, ConsumerMember } from './state'
import { callOffAll } from './timers'

/** Whether the group would be one of classic members only without `leaving`, and may become one. */
export function mayDowngrade(plan: Plan, group: ConsumerGroup, leaving: ReadonlySet<ConsumerMember>): boolean {
  const staying = [...group.members.values()].filter((member) => !leaving.has(member))
  return staying.length > 0 && isClassicOnly(plan, staying, staying.length)
}

/** Whether the group would be one of classic members only once a classic one takes the seat of `seated`, and may become one. */
export function mayDowngradeBySeat(plan: Plan, group: ConsumerGroup, seated: ConsumerMember): boolean {
  const others = [...group.members.values()].filter((member) => member !== seated)
  return !seated.classic && isClassicOnly(plan, others, group.members.size)
}

function isClassicOnly({ settings }: Plan, members: readonly ConsumerMember[], size: number): boolean {
  const { consumerMigrationPolicy: policy, maxSize } = settings
  return members.every(({ classic }) => classic) && (policy === 'bidirectional' || policy === 'downgrade') && size <= maxSize
}

/** Those who stay, and who takes the place of whom. */
export interface Downgrading {
  readonly leaving: ReadonlySet<ConsumerMember>
  /** A classic member that takes a seat, and who had it. */
  readonly seat?: { readonly taken: ConsumerMember; readonly from: ConsumerMember }
  readonly rebalances: boolean
}

export function downgrade(plan: Plan, group: ConsumerGroup, { leaving, seat, rebalances }: Downgrading): void {
  plan.records.push(...consumerTombstones(group, (id) => (seat && id === seat.from.memberId ? seat.taken.memberId : id)))
  for (const memberId of group.members.keys()) callOffAll(plan, memberId)
  const staying = [...group.members.values()].filter((member) => !leaving.has(member) && member !== seat?.from)
  const classic = classicGroup(plan, group, seat ? [...staying, seat.taken] : staying, seat)
  plan.records.push(newGroupMetadata(classic))
  for (const member of classic.members.values()) plan.wakeAfter(MEMBER_TIMER + member.memberId, member.sessionTimeoutMs)
  const converted = step(classic, plan)
  if (rebalances) prepareRebalance(converted)
  settle(converted)
}

function classicGroup(
  plan: Plan,
  group: ConsumerGroup,
  staying: readonly ConsumerMember[],
  seat: Downgrading['seat'],
): ClassicGroup {
  const { topics } = plan.around
  const members = new Map(staying.map((member) => [member.memberId, classicMember(member)]))
  const base: ClassicGroup = {
    ...emptyClassic(plan.groupId, plan.now),
    state: 'Stable',
    generation: group.epoch,
    protocolType: 'consumer',
    leader: staying[0]?.memberId ?? null,
    members,
  }
  const protocol = selectProtocol(base)
  const assigned = new Map<string, ClassicMember>()
  for (const [memberId, member] of members) {
    const target = group.target(seat && memberId === seat.taken.memberId ? seat.from.memberId : memberId)
    const metadata = member.protocols.find(({ name }) => name === protocol)?.metadata ?? Buffer.alloc(0)
    assigned.set(memberId, { ...member, assignment: writeAssignment(target, metadata, topics) })
  }
  const chosen = { ...base, protocol, members: assigned }
  return { ...chosen, topics: subscribedTopics(chosen) }
}

const classicMember = (member: ConsumerMember): ClassicMember => ({
  memberId: member.memberId,
  instanceId: member.instanceId,
  clientId: member.clientId,
  clientHost: member.clientHost,
  rebalanceTimeoutMs: member.rebalanceTimeoutMs,
  sessionTimeoutMs: member.classic?.sessionTimeoutMs ?? member.rebalanceTimeoutMs,
  protocols: member.classic?.supportedProtocols ?? [],
  assignment: Buffer.alloc(0),
  isNew: false,
  joining: null,
  syncing: null,
})
