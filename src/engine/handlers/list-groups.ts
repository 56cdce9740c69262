/**
 * ListGroups 0-5. v4 filters by state (KIP-518), v5 by type (KIP-848); both ignore case, and an empty filter lets everything
 * through.
 */
import { ListGroups } from '../../protocol/apis/list-groups'
import { errors } from '../../protocol/errors'
import { handle } from '../handler'

export const listGroups = handle(ListGroups, ({ statesFilter, typesFilter }, { engine }) => ({
  errorCode: errors.NONE,
  groups: engine.groups.list({ states: statesFilter, types: typesFilter }),
}))
