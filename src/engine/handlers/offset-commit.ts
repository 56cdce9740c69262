/**
 * OffsetCommit 2-10.
 * Partitions that do not exist are UNKNOWN_TOPIC_OR_PARTITION, ids that nobody knows UNKNOWN_TOPIC_ID; the group is asked for
 * the rest. v2-v4 may say how long the offsets are to be kept; v9 the generation may be a member epoch (KIP-848), and a group
 * that is not there is GROUP_ID_NOT_FOUND; v10 topics by id.
 */
import { OffsetCommit } from '../../protocol/apis/offset-commit'
import { callerOf } from '../groups/caller'
import { joinAnswers, partExisting, withNames } from '../groups/offsets/existing'
import type { Committer } from '../groups/offsets/may-commit'
import { handle } from '../handler'

export const offsetCommit = handle(OffsetCommit, async (request, ask) => {
  const { groups } = ask.engine
  const byId = ask.version >= 10
  const asked = byId ? withNames(groups.topics, request.topics) : request.topics
  const { existing, missing } = partExisting(groups.topics, asked, byId)
  if (existing.length === 0) return { topics: joinAnswers(missing, []) }
  const committer: Committer = {
    memberId: request.memberId,
    instanceId: request.groupInstanceId,
    generation: request.generationIdOrMemberEpoch,
    version: ask.version,
    transactional: false,
  }
  const { groupId, retentionTimeMs } = request
  const answered = await groups.commitOffsets(groupId, committer, existing, retentionTimeMs, callerOf(ask))
  return { topics: joinAnswers(missing, answered) }
})
