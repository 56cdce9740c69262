/** When a consumer group begins a new epoch: who wants what has changed, or what the topics are. */
import type { Plan } from '../plan'
import { metadataHash } from './metadata-hash'
import { epochRecord, partitionMetadataTombstone } from './records'
import type { ConsumerGroup, ConsumerMember } from './state'
import { countsWith } from './subscriptions'

/** Gives the group's epoch with `after` in the place of `before`. Topics are only looked at when they may have changed. */
export function beginEpoch(
  plan: Plan,
  group: ConsumerGroup,
  before: ConsumerMember,
  after: ConsumerMember,
  mustBegin: boolean,
): number {
  const { topics } = plan.around
  const hasLooked = group.looked.version === topics.version && group.looked.epoch <= group.epoch
  if (!mustBegin && hasLooked) return group.epoch
  const hash = metadataHash(topics, countsWith(group, before, after).keys())
  const epoch = mustBegin || hash !== group.metadataHash ? group.epoch + 1 : group.epoch
  if (epoch !== group.epoch) plan.records.push(epochRecord(plan.groupId, epoch, hash))
  plan.looked = { version: topics.version, epoch }
  if (group.hasPartitionMetadata) plan.records.push(partitionMetadataTombstone(plan.groupId))
  return epoch
}
