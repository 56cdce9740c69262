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
