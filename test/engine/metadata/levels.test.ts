/** A directory that was formatted for an older release is written in records which that release knows. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bootstrapLevels, levelOfName } from '../../../src/engine/metadata/features'
import { formatDirectory, levelRecords } from '../../../src/engine/metadata/format'
import { takeSnapshot } from '../../../src/engine/metadata/snapshots'
import { ApiVersions } from '../../../src/protocol/apis/api-versions'
import { CreateTopics } from '../../../src/protocol/apis/create-topics'
import { batchSize, isControl } from '../../../src/protocol/batch'
import { readRecords } from '../../../src/protocol/batch-reader'
import { decodeMetadata } from '../../../src/protocol/records/cluster-metadata'
import { realSystem } from '../../../src/system'
import { testEngine, testFolder } from '../../support/engine'

const META = { clusterId: '4L6g3nShT-eMCtK--X86sw', nodeId: 1, directoryId: 'JEXY6aqzQY-32P5TStzaFg' }

function formatted(release: string): string {
  const folder = testFolder()
  const bootstrap = levelRecords(bootstrapLevels(levelOfName(release) ?? 0))
  formatDirectory(realSystem, folder, { meta: META, voters: undefined, bootstrap })
  return folder
}
/** Kinds and versions of the records in a file, one of each that follow each other. */
function kindsIn(folder: string, name: string): string[] {
  const bytes = readFileSync(`${folder}/__cluster_metadata-0/${name}`)
  const found: string[] = []
  for (let at = 0; at < bytes.length; at += batchSize(bytes, at)) {
    for (const { value } of isControl(bytes, at) ? [] : readRecords(bytes, at)) {
      const record = decodeMetadata(value as Buffer)
      if (record.name === 'unknown') throw new Error('unknown')
      const kind = `${record.name.replace('Record', '')} ${record.version}`
      if (found.at(-1) !== kind) found.push(kind)
    }
  }
  return found
}

// as kafka-dump-log showed them after a start of Apache Kafka 4.2.1 and the creation of a topic, but for the broker's unfencing
const PLAIN = ['FeatureLevel 0', 'RegisterBroker 1', 'Topic 0', 'Partition 0']
const BOOTSTRAP = ['BeginTransaction 0', 'FeatureLevel 0', 'EndTransaction 0']
const SINCE_3_6 = [...BOOTSTRAP, 'RegisterBroker 2', 'Topic 0', 'Partition 0']
const SINCE_3_9 = [...BOOTSTRAP, 'RegisterController 0', 'RegisterBroker 3', 'Topic 0', 'Partition 1']

describe.each([
  ['3.3', 7, PLAIN],
  ['3.6', 14, SINCE_3_6],
  ['3.9', 21, SINCE_3_9],
])('%s', (release, level, wanted) => {
  test.each(['at once', 'after it has been opened before'])(
    'the first topic is written %s in the versions that it knows',
    async (when) => {
      const folder = formatted(release)
      let opened = testEngine({ folder })
      if (when !== 'at once') {
        await opened.engine.commit([])
        opened = opened.reopen()
      }
      const topic = { name: 't', numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }
      const reply = await opened.call(CreateTopics, { topics: [topic], timeoutMs: 1000, validateOnly: false })
      expect(reply.topics).toMatchObject([{ errorCode: 0 }])
      expect(kindsIn(folder, '00000000000000000000.log')).toEqual(wanted)
      const versions = await opened.call(ApiVersions, { clientSoftwareName: 'kt', clientSoftwareVersion: '1' })
      expect(versions.finalizedFeatures).toContainEqual({
        name: 'metadata.version',
        minVersionLevel: level,
        maxVersionLevel: level,
      })
      expect(versions.finalizedFeatures).not.toContainEqual(expect.objectContaining({ name: 'eligible.leader.replicas.version' }))
      // and so is a snapshot
      const taken = await takeSnapshot(opened.engine, () => undefined)
      const kept = wanted.filter((kind) => !/Transaction/.test(kind))
      expect(kindsIn(folder, taken?.name ?? '').sort()).toEqual([...kept].sort())
      const again = opened.reopen()
      expect(again.findings).toEqual([])
      expect(again.engine.metadata.topic('t')?.partitions).toHaveLength(2)
    },
  )
})
