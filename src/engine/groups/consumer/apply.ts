/**
 * What each record of a consumer group does to the group. Used live and by a replay alike, so that both end in the same state.
 */
import { keepProtocols } from '../classic/protocols'
import type { ValueOf } from '../records'
import { type Assignment, NO_PARTITIONS, toAssignment } from './assignment'
import { type ConsumerGroup, type ConsumerMember, newMember, type ResolvedRegex } from './state'
import { countNames, countRegexTopics } from './subscriptions'

export function applyMember(group: ConsumerGroup, memberId: string, value: ValueOf<'ConsumerGroupMemberMetadata'> | null): void {
  const known = group.members.get(memberId)
  if (value === null) {
    if (!known) return
    replace(group, known, undefined)
    group.targets.delete(memberId)
    return
  }
  replace(group, known, {
    ...(known ?? newMember(memberId)),
    instanceId: value.instanceId,
    rackId: value.rackId,
    clientId: value.clientId,
    clientHost: value.clientHost,
    topics: [...new Set(value.subscribedTopicNames)].sort(),
    regex: value.subscribedTopicRegex ?? '',
    rebalanceTimeoutMs: value.rebalanceTimeoutMs,
    serverAssignor: value.serverAssignor,
    classic: value.classicMemberMetadata && {
      sessionTimeoutMs: value.classicMemberMetadata.sessionTimeoutMs,
      supportedProtocols: keepProtocols(value.classicMemberMetadata.supportedProtocols),
    },
  })
}

export function applyCurrentAssignment(
  group: ConsumerGroup,
  memberId: string,
  value: ValueOf<'ConsumerGroupCurrentMemberAssignment'> | null,
): void {
  const known = group.members.get(memberId)
  if (value === null) {
    if (!known) return
    const gone = { memberEpoch: -1, previousMemberEpoch: -1, assigned: NO_PARTITIONS, revoking: NO_PARTITIONS }
    replace(group, known, { ...known, ...gone })
    return
  }
  replace(group, known, {
    ...(known ?? newMember(memberId)),
    memberEpoch: value.memberEpoch,
    previousMemberEpoch: value.previousMemberEpoch,
    state: value.state,
    assigned: toAssignment(value.assignedPartitions),
    revoking: toAssignment(value.partitionsPendingRevocation),
  })
}

export function applyTarget(
  group: ConsumerGroup,
  memberId: string,
  value: ValueOf<'ConsumerGroupTargetAssignmentMember'> | null,
): void {
  if (value === null) group.targets.delete(memberId)
  else group.targets.set(memberId, toAssignment(value.topicPartitions))
}

export function applyRegex(group: ConsumerGroup, regex: string, value: ValueOf<'ConsumerGroupRegularExpression'> | null): void {
  const known = group.regexes.get(regex)
  if (known) countRegexTopics(group.topicCounts, known.topics, -1)
  group.regexes.delete(regex)
  if (value === null) return
  const resolved: ResolvedRegex = { topics: [...value.topics], version: value.version, timestamp: value.timestamp }
  group.regexes.set(regex, resolved)
  countRegexTopics(group.topicCounts, resolved.topics, 1)
}

/** Puts a member in another's place, with all that is derived from it. */
function replace(group: ConsumerGroup, before: ConsumerMember | undefined, after: ConsumerMember | undefined): void {
  if (before) {
    countNames(group.topicCounts, before.topics, -1)
    countRegex(group, before.regex, -1)
    release(group, before.assigned, before.memberEpoch)
    release(group, before.revoking, before.memberEpoch)
  }
  if (after) {
    countNames(group.topicCounts, after.topics, 1)
    countRegex(group, after.regex, 1)
    hold(group, after.assigned, after.memberEpoch)
    hold(group, after.revoking, after.memberEpoch)
    group.members.set(after.memberId, after)
    if (after.instanceId !== null) group.instances.set(after.instanceId, after.memberId)
  } else if (before) {
    group.members.delete(before.memberId)
    if (before.instanceId !== null && group.instances.get(before.instanceId) === before.memberId) {
      group.instances.delete(before.instanceId)
    }
  }
}

function countRegex(group: ConsumerGroup, regex: string, by: 1 | -1): void {
  if (regex === '') return
  const count = (group.regexCounts.get(regex) ?? 0) + by
  if (count > 0) group.regexCounts.set(regex, count)
  else group.regexCounts.delete(regex)
}

/** Frees the partitions, but for those that somebody took over at a later epoch. */
function release(group: ConsumerGroup, assignment: Assignment, epoch: number): void {
  for (const [topicId, partitions] of assignment) {
    const epochs = group.partitionEpochs.get(topicId)
    if (!epochs) continue
    for (const partition of partitions) if (epochs.get(partition) === epoch) epochs.delete(partition)
    if (epochs.size === 0) group.partitionEpochs.delete(topicId)
  }
}
function hold(group: ConsumerGroup, assignment: Assignment, epoch: number): void {
  for (const [topicId, partitions] of assignment) {
    let epochs = group.partitionEpochs.get(topicId)
    if (!epochs) {
      epochs = new Map()
      group.partitionEpochs.set(topicId, epochs)
    }
    // whoever is away for now (-2) has it still
    for (const partition of partitions) epochs.set(partition, Math.max(epoch, epochs.get(partition) ?? epoch))
  }
}
