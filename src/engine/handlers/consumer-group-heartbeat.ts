/**
 * ConsumerGroupHeartbeat 0-1 (KIP-848).
 * A member joins with epoch 0, stays with its own, leaves with -1, or for now with -2. v1 subscribes by pattern too, and the
 * client makes up the member's id (KIP-1082).
 */
import { ConsumerGroupHeartbeat } from '../../protocol/apis/consumer-group-heartbeat'
import { callerOf } from '../groups/caller'
import { handle } from '../handler'

export const consumerGroupHeartbeat = handle(ConsumerGroupHeartbeat, (request, ask) =>
  ask.engine.groups.consumerHeartbeat(request, callerOf(ask)),
)
