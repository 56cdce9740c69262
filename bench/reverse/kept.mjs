/**
 * What a directory's metadata hold beside topics: settings, quotas, credentials, ACLs, levels of features, blocks of producer ids. The
 * newest snapshot and the records behind it, told by a kafka-dump-log, are applied as a controller does. Kt may change none of it
 * that nobody asked it to; whether its snapshots have all of it is seen only here.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The key of what a record sets or removes. Topics and what belongs to them, and brokers, are not here: kt changes them, and the view shows them. */
const KEYS = {
  CONFIG_RECORD: ({ resourceType, resourceName, name }) => `config ${resourceType} '${resourceName}' ${name}`,
  CLIENT_QUOTA_RECORD: ({ entity, key }) => `quota ${entity.map((one) => `${one.entityType}=${one.entityName}`).sort()} ${key}`,
  USER_SCRAM_CREDENTIAL_RECORD: ({ name, mechanism }) => `credential ${name} ${mechanism}`,
  REMOVE_USER_SCRAM_CREDENTIAL_RECORD: ({ name, mechanism }) => `credential ${name} ${mechanism}`,
  ACCESS_CONTROL_ENTRY_RECORD: ({ id }) => `acl ${id}`,
  REMOVE_ACCESS_CONTROL_ENTRY_RECORD: ({ id }) => `acl ${id}`,
  FEATURE_LEVEL_RECORD: ({ name }) => `feature ${name}`,
  PRODUCER_IDS_RECORD: () => 'producer ids',
  ZK_MIGRATION_STATE_RECORD: () => 'migration',
}
const TOPIC = 2
const isRemoval = (type, data) =>
  type.startsWith('REMOVE_') ||
  (type === 'CONFIG_RECORD' && data.value === null) ||
  (type === 'CLIENT_QUOTA_RECORD' && data.remove) ||
  (type === 'FEATURE_LEVEL_RECORD' && data.featureLevel === 0)

/** The files of a metadata log that a controller reads: [from which offset on, path]. */
function filesOf(folder) {
  const metadata = join(folder, '__cluster_metadata-0')
  const names = readdirSync(metadata).sort()
  const newest = names.findLast((name) => /^\d{20}-\d{10}\.checkpoint$/.test(name))
  const logs = names.filter((name) => /^\d{20}\.log$/.test(name))
  return {
    snapshot: newest && join(metadata, newest),
    end: Number(newest?.slice(0, 20) ?? 0),
    logs: logs.map((name) => join(metadata, name)),
  }
}

/** `dump`: gives what a kafka-dump-log with --cluster-metadata-decoder says of some files. By key, the data of the last record. */
export function keptIn(dump, folder) {
  const { snapshot, end, logs } = filesOf(folder)
  const kept = new Map()
  const apply = (text, from) => {
    const records = text.matchAll(/^\| offset: (\d+) .* payload: \{"type":"([A-Z_]+)","version":\d+,"data":(\{.*\})\}$/gm)
    for (const [, offset, type, json] of records) {
      const key = KEYS[type]
      if (!key || Number(offset) < from) continue
      const data = JSON.parse(json)
      if (type === 'CONFIG_RECORD' && data.resourceType === TOPIC) continue
      if (isRemoval(type, data)) kept.delete(key(data))
      else kept.set(key(data), data)
    }
  }
  if (snapshot) apply(dump([snapshot]), 0)
  apply(dump(logs), end)
  return kept
}

/** What was lost, came, or changed. Blocks of producer ids are used up. */
export function notKept(before, after) {
  const told = (data) => data && JSON.stringify(Object.entries(data).sort())
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => !(key === 'producer ids' && (after.get(key)?.nextProducerId ?? 0) >= (before.get(key)?.nextProducerId ?? 0)))
    .filter((key) => told(before.get(key)) !== told(after.get(key)))
    .map((key) => `metadata: ${key}: ${told(before.get(key))} became ${told(after.get(key))}`)
}

/** Settings of brokers, groups and client metrics: [resource type, resource, name, value]. */
export const settingsIn = (kept) =>
  [...kept]
    .filter(([key]) => key.startsWith('config '))
    .map(([, { resourceType, resourceName, name, value }]) => [resourceType, resourceName, name, value])
