/** ConsumerGroupHeartbeat as a whole: which group it is for, and whether its member stays or leaves. */
import { errors } from '../../../protocol/errors'
import type { Group } from '../group'
import { type Caller, type Plan, type Refusal, refuse } from '../plan'
import { findConsumerGroup } from './find-group'
import { type HeartbeatReply, heartbeat } from './heartbeat'
import { leaveConsumer } from './leave'
import type { HeartbeatRequest } from './validate'

export const refused = ({ errorCode, errorMessage }: Refusal): HeartbeatReply => ({
  errorCode,
  errorMessage,
  memberEpoch: 0,
  heartbeatIntervalMs: 0,
})

/** Of a refusal nothing that the plan says is to be done. */
export function answerHeartbeat(
  plan: Plan,
  group: Group | undefined,
  request: HeartbeatRequest,
  caller: Caller,
  newId: string,
): HeartbeatReply | Refusal {
  if (request.memberEpoch >= 0) {
    const found = findConsumerGroup(plan, group, request.memberEpoch === 0)
    return 'errorCode' in found ? found : heartbeat(plan, found, request, caller, newId)
  }
  if (group?.kind === 'consumer') return leaveConsumer(plan, group, request)
  const { groupId } = plan
  return refuse(errors.GROUP_ID_NOT_FOUND, group ? `Group ${groupId} is not a consumer group.` : `Group ${groupId} not found.`)
}
