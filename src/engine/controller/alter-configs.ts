/**
 * What AlterConfigs and IncrementalAlterConfigs have in common: each resource is altered or refused on its own; one that is named
 * twice is refused both times. All that changes is one commit.
 */
import { errors } from '../../protocol/errors'
import type { Alteration } from '../configs/alter'
import type { ConfigState, Resource } from '../configs/resources'
import type { Engine } from '../engine'
import { configRecords, configStateOf, noteAltered } from './config-state'
import { notStored } from './not-stored'
import { settled } from './topics'

interface Asked {
  readonly resourceType: number
  readonly resourceName: string
}
export interface AlterResult {
  readonly errorCode: number
  readonly errorMessage: string | null
  readonly resourceType: number
  readonly resourceName: string
}

/** Alters each resource as `decide` says; the results are true when what changed is on disk. */
export async function alterEach<R extends Asked>(
  engine: Engine,
  resources: readonly R[],
  how: 'alter' | 'validate',
  decide: (resource: Resource, asked: R, state: ConfigState) => Alteration,
): Promise<AlterResult[]> {
  const state = configStateOf(engine)
  const counts = new Map<string, number>()
  const key = ({ resourceType, resourceName }: Asked) => `${resourceType} ${resourceName}`
  for (const asked of resources) counts.set(key(asked), (counts.get(key(asked)) ?? 0) + 1)
  const changes: Buffer[] = []
  const results = resources.map((asked): AlterResult => {
    const { resourceType, resourceName } = asked
    if ((counts.get(key(asked)) ?? 0) > 1) {
      const errorMessage = 'Each resource must appear at most once.'
      return { errorCode: errors.INVALID_REQUEST, errorMessage, resourceType, resourceName }
    }
    const resource = { type: resourceType, name: resourceName }
    const { errorCode, errorMessage, changes: wanted } = decide(resource, asked, state)
    if (errorCode === errors.NONE) changes.push(...configRecords(resource, wanted))
    if (how === 'alter' && wanted.length > 0) noteAltered(engine, resource)
    return { errorCode, errorMessage, resourceType, resourceName }
  })
  if (how === 'validate') return results
  const failure = await notStored(() => (changes.length > 0 ? engine.commit(changes) : settled(engine)))
  return results.map((result) => (failure && result.errorCode === errors.NONE ? { ...result, ...failure } : result))
}
