/** AlterConfigs 0-2: what is not named goes back to its default. Answered when it is on disk. */
import { AlterConfigs } from '../../protocol/apis/alter-configs'
import { replaceConfigs } from '../configs/alter'
import { alterEach } from '../controller/alter-configs'
import { handle } from '../handler'

export const alterConfigs = handle(AlterConfigs, async ({ resources, validateOnly }, { engine }) => ({
  responses: await alterEach(engine, resources, validateOnly ? 'validate' : 'alter', (resource, { configs }, state) =>
    replaceConfigs(resource, configs, state),
  ),
}))
