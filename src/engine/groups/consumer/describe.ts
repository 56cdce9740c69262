/** ConsumerGroupDescribe: state, epochs, and of each member what it has and what it is to have. */
import type { ConsumerGroupDescribe } from '../../../protocol/apis/consumer-group-describe'
import { errors } from '../../../protocol/errors'
import type { ReplyIn } from '../../../protocol/types'
import type { Group } from '../group'
import type { GroupSettings } from '../settings'
import type { Topics } from '../topics'
import type { Assignment } from './assignment'
import type { ConsumerGroup, ConsumerMember } from './state'
import { preferredAssignor } from './target'

export type DescribedConsumerGroup = ReplyIn<typeof ConsumerGroupDescribe>['groups'][number]

export const noConsumerGroup = (groupId: string, errorCode: number, errorMessage: string | null): DescribedConsumerGroup => ({
  errorCode,
  errorMessage,
  groupId,
  groupState: '',
  groupEpoch: 0,
  assignmentEpoch: 0,
  assignorName: '',
  members: [],
})

export function describeConsumer(
  groupId: string,
  group: Group | undefined,
  settings: GroupSettings,
  topics: Topics,
): DescribedConsumerGroup {
  if (groupId === '') return noConsumerGroup(groupId, errors.INVALID_GROUP_ID, null)
  if (!group) return noConsumerGroup(groupId, errors.GROUP_ID_NOT_FOUND, `Group ${groupId} not found.`)
  if (group.kind !== 'consumer')
    return noConsumerGroup(groupId, errors.GROUP_ID_NOT_FOUND, `Group ${groupId} is not a consumer group.`)
  return {
    errorCode: errors.NONE,
    groupId,
    groupState: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: preferredAssignor(group.members.values(), settings.consumerAssignors),
    members: [...group.members.values()].map((member) => describeMember(group, member, topics)),
  }
}

function describeMember(group: ConsumerGroup, member: ConsumerMember, topics: Topics): DescribedConsumerGroup['members'][number] {
  return {
    memberId: member.memberId,
    instanceId: member.instanceId,
    rackId: member.rackId,
    memberEpoch: member.memberEpoch,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: [...member.topics],
    subscribedTopicRegex: member.regex,
    assignment: describeAssignment(member.assigned, topics),
    targetAssignment: describeAssignment(group.target(member.memberId), topics),
    memberType: member.classic ? 0 : 1,
  }
}

/** Of topics that are still there. */
function describeAssignment(assignment: Assignment, topics: Topics) {
  const topicPartitions = [...assignment].flatMap(([topicId, partitions]) => {
    const topicName = topics.nameOf(topicId)
    return topicName === undefined ? [] : [{ topicId, topicName, partitions: [...partitions] }]
  })
  return { topicPartitions }
}
