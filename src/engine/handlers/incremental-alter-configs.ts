/** IncrementalAlterConfigs 0-1 (KIP-339): sets, deletes, appends to lists and subtracts from them. Answered when it is on disk. */
import { IncrementalAlterConfigs } from '../../protocol/apis/incremental-alter-configs'
import { incrementalAlterConfigs as decide } from '../configs/alter'
import { alterEach } from '../controller/alter-configs'
import { handle } from '../handler'

export const incrementalAlterConfigs = handle(IncrementalAlterConfigs, async ({ resources, validateOnly }, { engine }) => ({
  responses: await alterEach(engine, resources, validateOnly ? 'validate' : 'alter', (resource, { configs }, state) =>
    decide(
      resource,
      configs.map(({ name, configOperation, value }) => ({ name, op: configOperation, value })),
      state,
    ),
  ),
}))
