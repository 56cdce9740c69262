/**
 * Which APIs are answered, and by what: the one table from which dispatch and ApiVersions are derived. An answer is loaded when
 * it is first asked for, so that a short command pays only for what it uses; a server loads all of them at its start.
 */
import { apiRow } from '../../protocol/apis/numbers'
import type { Engine } from '../engine'
import type { Handler } from '../handler'

interface Row {
  readonly key: number
  readonly load: (engine: Engine) => Promise<Handler>
}

const plain = (key: number, load: () => Promise<unknown>): Row => ({ key, load: load as () => Promise<Handler> })
/** An answer of the group coordinator, which is made when the first of them is needed. */
const group = (key: number, load: () => Promise<unknown>): Row => ({
  key,
  load: async (engine) => {
    const [handler, { attachGroups }] = await Promise.all([load(), import('../coordinators')])
    attachGroups(engine)
    return handler as Handler
  },
})

const rows: readonly Row[] = [
  plain(0, async () => (await import('./produce')).produce),
  plain(1, async () => (await import('./fetch')).fetch),
  plain(2, async () => (await import('./list-offsets')).listOffsets),
  plain(3, async () => (await import('./metadata')).metadata),
  group(8, async () => (await import('./offset-commit')).offsetCommit),
  group(9, async () => (await import('./offset-fetch')).offsetFetch),
  group(10, async () => (await import('./find-coordinator')).findCoordinator),
  group(11, async () => (await import('./join-group')).joinGroup),
  group(12, async () => (await import('./heartbeat')).heartbeat),
  group(13, async () => (await import('./leave-group')).leaveGroup),
  group(14, async () => (await import('./sync-group')).syncGroup),
  group(15, async () => (await import('./describe-groups')).describeGroups),
  group(16, async () => (await import('./list-groups')).listGroups),
  plain(18, async () => (await import('./api-versions')).apiVersions),
  plain(19, async () => (await import('./create-topics')).createTopics),
  group(20, async () => (await import('./delete-topics')).deleteTopics), // committed offsets go with their topic
  plain(21, async () => (await import('./delete-records')).deleteRecords),
  plain(22, async () => (await import('./init-producer-id')).initProducerId),
  plain(23, async () => (await import('./offset-for-leader-epoch')).offsetForLeaderEpoch),
  plain(32, async () => (await import('./describe-configs')).describeConfigs),
  plain(33, async () => (await import('./alter-configs')).alterConfigs),
  plain(35, async () => (await import('./describe-log-dirs')).describeLogDirs),
  plain(37, async () => (await import('./create-partitions')).createPartitions),
  group(42, async () => (await import('./delete-groups')).deleteGroups),
  plain(43, async () => (await import('./elect-leaders')).electLeaders),
  plain(44, async () => (await import('./incremental-alter-configs')).incrementalAlterConfigs),
  plain(46, async () => (await import('./list-partition-reassignments')).listPartitionReassignments),
  group(47, async () => (await import('./offset-delete')).offsetDelete),
  plain(55, async () => (await import('./describe-quorum')).describeQuorum),
  plain(60, async () => (await import('./describe-cluster')).describeCluster),
  plain(61, async () => (await import('./describe-producers')).describeProducers),
  group(68, async () => (await import('./consumer-group-heartbeat')).consumerGroupHeartbeat),
  group(69, async () => (await import('./consumer-group-describe')).consumerGroupDescribe),
  plain(74, async () => (await import('./list-config-resources')).listConfigResources),
  plain(75, async () => (await import('./describe-topic-partitions')).describeTopicPartitions),
]

/** Versions answered where they are not those of Kafka's table. Produce says 0 for librdkafka's sake (KAFKA-18659) and takes 3 on. */
const ADVERTISED = new Map<number, readonly [number, number]>([
  [0, [0, 13]],
  [22, [0, 5]],
])

/** What ApiVersions says: every API that is answered, with its versions. */
export const advertised = (): readonly { readonly apiKey: number; readonly minVersion: number; readonly maxVersion: number }[] =>
  rows.map(({ key }) => {
    const [minVersion, maxVersion] = ADVERTISED.get(key) ?? apiRow(key)?.versions ?? [0, 0]
    return { apiKey: key, minVersion, maxVersion }
  })

const loaded = new WeakMap<Engine, Map<number, Handler>>()

/** The answer to an API, at once when it is loaded. */
export function findHandler(key: number, engine: Engine): Handler | undefined | Promise<Handler | undefined> {
  let handlers = loaded.get(engine)
  if (!handlers) {
    handlers = new Map()
    loaded.set(engine, handlers)
  }
  const found = handlers.get(key)
  if (found) return found
  const row = rows.find((one) => one.key === key)
  if (!row) return undefined
  const kept = handlers
  return row.load(engine).then((handler) => {
    kept.set(key, handler)
    return handler
  })
}

/** Loads every answer, so that no client waits for it. */
export async function loadAll(engine: Engine): Promise<void> {
  for (const { key } of rows) await findHandler(key, engine)
}
