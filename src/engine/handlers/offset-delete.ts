/**
 * OffsetDelete 0 (KIP-496).
 * Partitions that do not exist are UNKNOWN_TOPIC_OR_PARTITION, topics that a member subscribes to GROUP_SUBSCRIBED_TO_TOPIC. An
 * error of the whole group stands alone.
 */
import { OffsetDelete } from '../../protocol/apis/offset-delete'
import { errors } from '../../protocol/errors'
import { ZERO_UUID } from '../../protocol/types'
import { callerOf } from '../groups/caller'
import { joinAnswers, partExisting } from '../groups/offsets/existing'
import { handle } from '../handler'

export const offsetDelete = handle(OffsetDelete, async (request, ask) => {
  const { groups } = ask.engine
  const asked = request.topics.map((topic) => ({ ...topic, topicId: ZERO_UUID }))
  const { existing, missing } = partExisting(groups.topics, asked, false)
  const { errorCode, topics } = await groups.deleteOffsets(request.groupId, existing, callerOf(ask))
  if (errorCode !== errors.NONE) return { errorCode, topics: [] }
  const answered = topics.map((topic) => ({ ...topic, topicId: ZERO_UUID }))
  return {
    errorCode,
    topics: joinAnswers(missing, answered).map(({ name, partitions }) => ({ name, partitions })),
  }
})
