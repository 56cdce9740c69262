/** What is known of settings, for describing and altering them, and changes of them as records. */
import type { ConfigChange } from '../configs/alter'
import type { ConfigState, Resource } from '../configs/resources'
import type { Engine } from '../engine'
import { change, type MetadataChange, records } from '../metadata/changes'
import { RESOURCE } from '../metadata/image'

/** kt has no loggers whose levels could be changed. */
const NO_LOGGERS: ReadonlyMap<string, string> = new Map()

export function configStateOf({ metadata, settings }: Engine): ConfigState {
  return {
    broker: settings,
    topic: (name) => (metadata.topic(name) ? metadata.configOf(RESOURCE.TOPIC, name) : undefined),
    group: (name) => metadata.configOf(RESOURCE.GROUP, name),
    clientMetrics: (name) => metadata.configOf(RESOURCE.CLIENT_METRICS, name),
    loggers: NO_LOGGERS,
  }
}

export function configRecords({ type, name: resourceName }: Resource, changes: readonly ConfigChange[]): MetadataChange[] {
  return changes.map(({ name, value }) => change(records.ConfigRecord, { resourceType: type, resourceName, name, value }))
}

const altered = new WeakMap<Engine, Set<string>>()

/**
 * Groups that count as having settings: those that have, and those that had some since the start, for Kafka lists a group whose last
 * setting was taken away until it is started again (GroupConfigManager).
 */
export function configuredGroups(engine: Engine): string[] {
  return [...new Set([...engine.metadata.configuredNames(RESOURCE.GROUP), ...(altered.get(engine) ?? [])])]
}
export function noteAltered(engine: Engine, { type, name }: Resource): void {
  if (type !== RESOURCE.GROUP) return
  const groups = altered.get(engine) ?? new Set()
  altered.set(engine, groups.add(name))
}
