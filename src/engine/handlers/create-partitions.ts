/** CreatePartitions 0-3. One answer per topic, when what was added is on disk; with validateOnly nothing is. */
import { CreatePartitions } from '../../protocol/apis/create-partitions'
import { decideCreatePartitions } from '../controller/create-partitions'
import { notStored } from '../controller/not-stored'
import { carryOutPartitions } from '../controller/topics'
import { viewOf } from '../controller/view'
import { handle } from '../handler'

export const createPartitions = handle(CreatePartitions, async ({ topics, validateOnly }, { engine }) => {
  const plan = decideCreatePartitions(topics, viewOf(engine))
  const failure = validateOnly ? undefined : await notStored(() => carryOutPartitions(engine, plan))
  return { results: plan.results.map((result) => (failure && result.errorCode === 0 ? { ...result, ...failure } : result)) }
})
