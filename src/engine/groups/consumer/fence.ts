/**
 * Members go: because they said so, or because nothing was heard of them. Whoever is left is assigned anew with its next
 * heartbeat.
 */
import type { Plan } from '../plan'
import { downgrade, mayDowngrade } from './downgrade'
import { metadataHash } from './metadata-hash'
import { epochRecord, memberTombstones, regexTombstone } from './records'
import type { ConsumerGroup, ConsumerMember } from './state'
import { countsWithout } from './subscriptions'
import { callOffAll } from './timers'

export function fence(plan: Plan, group: ConsumerGroup, members: readonly ConsumerMember[]): void {
  if (members.length === 0) return
  const leaving = new Set(members)
  if (mayDowngrade(plan, group, leaving)) {
    downgrade(plan, group, { leaving, rebalances: true })
    return
  }
  for (const { memberId } of members) plan.records.push(...memberTombstones(plan.groupId, memberId))
  const orphans = orphanedRegexes(group, members)
  for (const regex of orphans) plan.records.push(regexTombstone(plan.groupId, regex))
  const hash = metadataHash(plan.around.topics, countsWithout(group, members, orphans).keys())
  plan.records.push(epochRecord(plan.groupId, group.epoch + 1, hash))
  for (const { memberId } of members) callOffAll(plan, memberId)
}

/** Patterns that nobody has once the members are gone. */
function orphanedRegexes(group: ConsumerGroup, members: readonly ConsumerMember[]): string[] {
  const counts = new Map<string, number>()
  for (const { regex } of members) if (regex !== '') counts.set(regex, (counts.get(regex) ?? 0) + 1)
  return [...counts].filter(([regex, count]) => group.regexCounts.get(regex) === count).map(([regex]) => regex)
}
