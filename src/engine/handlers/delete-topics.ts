/**
 * DeleteTopics 1-6. Answered when the deletion is on disk. v6 names topics by name or id (KIP-516). With delete.topic.enable off:
 * TOPIC_DELETION_DISABLED, before v3 INVALID_REQUEST.
 */
import { DeleteTopics } from '../../protocol/apis/delete-topics'
import { errorOf, errors } from '../../protocol/errors'
import { ZERO_UUID } from '../../protocol/types'
import { nextTurn } from '../../system/turns'
import { type DeletePlan, type DeleteResult, WantedDeletions } from '../controller/delete-topics'
import { notStored } from '../controller/not-stored'
import { carryOutDeletion } from '../controller/topics'
import { viewOf } from '../controller/view'
import type { Engine } from '../engine'
import { handle } from '../handler'

/** So many topics are decided on and gone from the metadata within a few milliseconds. */
const AT_ONCE = 20

export const deleteTopics = handle(DeleteTopics, async ({ topics, topicNames }, { engine, version }) => {
  const wanted = version >= 6 ? topics : topicNames.map((name) => ({ name, topicId: ZERO_UUID }))
  if (!engine.settings.deleteTopicEnable) {
    const errorCode = version < 3 ? errors.INVALID_REQUEST : errors.TOPIC_DELETION_DISABLED
    return {
      responses: wanted.map(({ name, topicId }) => ({ name, topicId, errorCode, errorMessage: errorOf(errorCode).sentence })),
    }
  }
  const request = new WantedDeletions(wanted)
  const portions: (DeleteResult[] | Promise<DeleteResult[]>)[] = []
  for (let at = 0; at < request.wanted.length; at += AT_ONCE) {
    if (at > 0) await nextTurn(engine.system.clock)
    const portion = request.wanted.slice(at, at + AT_ONCE)
    if (!engine.writable) portions.push(request.leave(portion))
    else {
      const done = carryOut(engine, request.decide(portion, viewOf(engine)))
      done.catch(() => {}) // looked at when all have begun
      portions.push(done)
    }
  }
  return { responses: [...request.refused, ...(await Promise.all(portions)).flat()] }
})

async function carryOut(engine: Engine, plan: DeletePlan): Promise<DeleteResult[]> {
  const failure = await notStored(() => carryOutDeletion(engine, plan))
  return plan.results.map((result) => (failure && result.errorCode === errors.NONE ? { ...result, ...failure } : result))
}
