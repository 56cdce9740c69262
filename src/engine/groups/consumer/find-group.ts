/**
 * The group that a member of the consumer protocol means. The first heartbeat makes it; an empty classic group turns into it,
 * and so does one with members if the broker's policy allows (KIP-848, group.consumer.migration.policy).
 */
import { errors } from '../../../protocol/errors'
import { groupMetadataTombstone } from '../classic/metadata-record'
import type { Group } from '../group'
import { type Plan, type Refusal, refuse } from '../plan'
import { ConsumerGroup } from './state'
import { upgrade } from './upgrade'

const notFound = (sentence: string) => refuse(errors.GROUP_ID_NOT_FOUND, sentence)

export function findConsumerGroup(plan: Plan, group: Group | undefined, joins: boolean): ConsumerGroup | Refusal {
  const { groupId } = plan
  if (group?.kind === 'consumer') return group
  if (!group) return joins ? new ConsumerGroup(groupId) : notFound(`Consumer group ${groupId} not found.`)
  if (group.kind !== 'classic' || !joins) return notFound(`Group ${groupId} is not a consumer group.`)
  if (group.state === 'Empty') {
    plan.records.push(groupMetadataTombstone(groupId))
    return new ConsumerGroup(groupId)
  }
  return upgrade(plan, group)
}
