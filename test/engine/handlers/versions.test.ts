/** Every version of the controller's and the administrators' answers goes over a connection, and says the same in all of them. */
import { expect, test } from 'vitest'
import { AlterConfigs } from '../../../src/protocol/apis/alter-configs'
import { ApiVersions } from '../../../src/protocol/apis/api-versions'
import { CreatePartitions } from '../../../src/protocol/apis/create-partitions'
import { CreateTopics } from '../../../src/protocol/apis/create-topics'
import { DeleteRecords } from '../../../src/protocol/apis/delete-records'
import { DeleteTopics } from '../../../src/protocol/apis/delete-topics'
import { DescribeCluster } from '../../../src/protocol/apis/describe-cluster'
import { DescribeConfigs } from '../../../src/protocol/apis/describe-configs'
import { DescribeLogDirs } from '../../../src/protocol/apis/describe-log-dirs'
import { DescribeProducers } from '../../../src/protocol/apis/describe-producers'
import { DescribeQuorum } from '../../../src/protocol/apis/describe-quorum'
import { DescribeTopicPartitions } from '../../../src/protocol/apis/describe-topic-partitions'
import { ElectLeaders } from '../../../src/protocol/apis/elect-leaders'
import { IncrementalAlterConfigs } from '../../../src/protocol/apis/incremental-alter-configs'
import { InitProducerId } from '../../../src/protocol/apis/init-producer-id'
import { ListConfigResources } from '../../../src/protocol/apis/list-config-resources'
import { ListPartitionReassignments } from '../../../src/protocol/apis/list-partition-reassignments'
import { Metadata } from '../../../src/protocol/apis/metadata'
import type { Call } from '../../../src/protocol/call'
import type { Api } from '../../../src/protocol/types'
import { ZERO_UUID } from '../../../src/protocol/types'
import { testEngine } from '../../support/engine'
import { create, topicOf } from '../../support/requests'

const before11 = (version: number) => (version >= 8 && version <= 10 ? { includeClusterAuthorizedOperations: true } : {})
const named = { clientSoftwareName: 'kt', clientSoftwareVersion: '1' }
const config = (name: string, value: string | null) => ({ resourceType: 2, resourceName: 't', configs: [{ name, value }] })

/** A request that is answered without an error, for each version. */
const cases: [Api, (version: number) => object][] = [
  [Metadata, (version) => ({ topics: [{ name: 't' }], ...before11(version) })],
  [ApiVersions, (version) => (version >= 3 ? named : {})],
  [
    CreateTopics,
    (version) => ({ topics: [{ ...topicOf(`new-${version}`), ...(version < 4 && { numPartitions: 1, replicationFactor: 1 }) }] }),
  ],
  [
    CreatePartitions,
    (version) => ({ topics: [{ name: 't', count: 2 + version, assignments: null }], timeoutMs: 1, validateOnly: false }),
  ],
  [
    DeleteTopics,
    (version) => {
      const name = `new-${version + 1}`
      return version >= 6 ? { topics: [{ name, topicId: ZERO_UUID }], timeoutMs: 1 } : { topicNames: [name], timeoutMs: 1 }
    },
  ],
  [DeleteRecords, () => ({ topics: [{ name: 't', partitions: [{ partitionIndex: 0, offset: -1 }] }], timeoutMs: 1 })],
  [InitProducerId, () => ({ transactionalId: null, transactionTimeoutMs: 0 })],
  [
    DescribeConfigs,
    () => ({ resources: [{ resourceType: 2, resourceName: 't', configurationKeys: null }], includeSynonyms: true }),
  ],
  [AlterConfigs, () => ({ resources: [config('retention.ms', '5')], validateOnly: false })],
  [
    IncrementalAlterConfigs,
    () => ({
      resources: [{ resourceType: 2, resourceName: 't', configs: [{ name: 'retention.ms', configOperation: 1, value: null }] }],
      validateOnly: false,
    }),
  ],
  [DescribeLogDirs, () => ({ topics: null })],
  [ElectLeaders, () => ({ topicPartitions: null })],
  [ListPartitionReassignments, () => ({ topics: null })],
  [DescribeQuorum, () => ({ topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] })],
  [DescribeCluster, () => ({ includeClusterAuthorizedOperations: true })],
  [DescribeProducers, () => ({ topics: [{ name: 't', partitionIndexes: [0] }] })],
  [ListConfigResources, () => ({})],
  [DescribeTopicPartitions, () => ({ topics: [{ name: 't' }] })],
]

/** Every error code in a reply, however deep. */
function errorCodes(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(errorCodes)
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, field]) => (key === 'errorCode' ? [field as number] : errorCodes(field)))
}

test('every version is read, answered without an error, and written', async () => {
  const { call } = testEngine({ throughBytes: true })
  await create(call, 't')
  let asked = 0
  for (const [api, request] of cases) {
    for (let version = api.versions[0]; version <= (api.stable ?? api.versions[1]); version++) {
      const reply = await (call as (api: Api, request: object, version: number) => ReturnType<Call>)(
        api,
        request(version),
        version,
      )
      expect([api.name, version, errorCodes(reply).filter((code) => code !== 0)]).toEqual([api.name, version, []])
      asked++
    }
  }
  expect(asked).toBe(71)
})
