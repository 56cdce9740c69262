/**
 * DeleteTopics 1-6. Answered when the deletion is on disk. v6 names topics by name or id (KIP-516). With delete.topic.enable off:
 * TOPIC_DELETION_DISABLED, before v3 INVALID_REQUEST.
 */
import { DeleteTopics } from '../../protocol/apis/delete-topics'
import { errorOf, errors } from '../../protocol/errors'
import { ZERO_UUID } from '../../protocol/types'
import { decideDeleteTopics } from '../controller/delete-topics'
import { notStored } from '../controller/not-stored'
import { carryOutDeletion } from '../controller/topics'
import { viewOf } from '../controller/view'
import { handle } from '../handler'

export const deleteTopics = handle(DeleteTopics, async ({ topics, topicNames }, { engine, version }) => {
  const wanted = version >= 6 ? topics : topicNames.map((name) => ({ name, topicId: ZERO_UUID }))
  if (!engine.settings.deleteTopicEnable) {
    const errorCode = version < 3 ? errors.INVALID_REQUEST : errors.TOPIC_DELETION_DISABLED
    return {
      responses: wanted.map(({ name, topicId }) => ({ name, topicId, errorCode, errorMessage: errorOf(errorCode).sentence })),
    }
  }
  const plan = decideDeleteTopics(wanted, viewOf(engine))
  const failure = await notStored(() => carryOutDeletion(engine, plan))
  return {
    responses: plan.results.map((result) => (failure && result.errorCode === errors.NONE ? { ...result, ...failure } : result)),
  }
})
