/**
 * ConsumerGroupDescribe 0-1 (KIP-848), of groups of the consumer protocol: others are GROUP_ID_NOT_FOUND. v1 says which
 * protocol each member speaks (KIP-1099).
 */
import { ConsumerGroupDescribe } from '../../protocol/apis/consumer-group-describe'
import { errors } from '../../protocol/errors'
import { GROUP_OPERATIONS } from '../groups/admin/operations'
import { handle } from '../handler'

export const consumerGroupDescribe = handle(ConsumerGroupDescribe, (request, { engine }) => ({
  groups: request.groupIds.map((groupId) => {
    const group = engine.groups.describeConsumer(groupId)
    const may = request.includeAuthorizedOperations && group.errorCode === errors.NONE
    return may ? { ...group, authorizedOperations: GROUP_OPERATIONS } : group
  }),
}))
