/** The metadata log: Kafka's is read into the same image that Kafka's clients saw, and kt's own begins whole, whenever it is cut off. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { defaultBrokerSettings } from '../../src/engine/configs/broker-settings'
import type { Engine } from '../../src/engine/engine'
import { change, records } from '../../src/engine/metadata/changes'
import { formatDirectory } from '../../src/engine/metadata/format'
import { RESOURCE } from '../../src/engine/metadata/image'
import { openEngine } from '../../src/engine/open'
import { realSystem, type System } from '../../src/system'
import { Disk, PowerCut, worldOn } from './disk'
import { cleanUp, contentOf, expectationOf, removeOriginals, temporaryFolder, unpack } from './golden'

afterEach(cleanUp)
afterAll(removeOriginals)

const IDENTITY = {
  broker: [{ name: 'PLAINTEXT', host: 'localhost', port: 9092 }],
  controller: { name: 'CONTROLLER', host: 'localhost', port: 9093 },
}
const findings: string[] = []
afterEach(() => void findings.splice(0))

function open(folder: string, system: System = realSystem): Engine {
  return openEngine(system, folder, {
    settings: defaultBrokerSettings(1, folder),
    identity: IDENTITY,
    report: (line) => findings.push(line),
    onFatal: (error) => findings.push(String(error)),
    formatNew: true,
    nodeId: 1,
  })
}

describe.each(['plain', 'segments', 'compact', 'txn', 'groups', 'crash', 'fresh-started'])('%s', (name) => {
  const { view } = expectationOf(name)
  test('topics, configs and features are those that Kafka served', () => {
    const { metadata, clusterId } = open(unpack(name))
    expect(clusterId).toBe(view.cluster?.clusterId)
    const features = Object.fromEntries(
      Object.entries(view.finalizedFeatures ?? {}).filter(([feature]) => feature !== 'kraft.version'),
    )
    expect(Object.fromEntries(metadata.features)).toEqual(features)
    expect([...metadata.topics()].map((topic) => topic.name).sort()).toEqual(Object.keys(view.topics).sort())
    for (const topic of metadata.topics()) {
      const wanted = view.topics[topic.name]!
      expect(topic.id).toBe(wanted.topicId)
      expect(topic.partitions.map(({ index }) => String(index))).toEqual(Object.keys(wanted.partitions))
      const configs = metadata.configOf(RESOURCE.TOPIC, topic.name)
      for (const [key, value] of configs) expect(wanted.configs[key]).toBe(value)
    }
    expect([...metadata.brokers.keys()]).toEqual([1])
  })
  test('the engine comes and goes without a trace', () => {
    const folder = unpack(name)
    const before = contentOf(folder)
    open(folder).close()
    expect(contentOf(folder)).toEqual(before)
    expect(findings).toEqual([])
  })
})

test.each([
  ['fresh-formatted', 'dynamic'],
  ['fresh-static', 'static'],
])('kt is the first leader of a directory that kafka-storage.sh formatted: %s', async (name) => {
  const folder = unpack(name)
  const before = contentOf(folder)
  open(folder).close()
  expect(contentOf(folder)).toEqual(before)
  const engine = open(folder)
  await engine.commit([change(records.ConfigRecord, { resourceType: 2, resourceName: 't', name: 'retention.ms', value: '1' })])
  const wanted = expectationOf(name)
  const features = Object.entries(wanted.view.finalizedFeatures ?? {}).filter(([feature]) => feature !== 'kraft.version')
  expect(Object.fromEntries(engine.metadata.features)).toEqual(Object.fromEntries(features))
  engine.close()
  const again = open(folder)
  expect(again.clusterId).toBe(wanted.view.cluster?.clusterId)
  expect(again.metadata.configOf(RESOURCE.TOPIC, 't').get('retention.ms')).toBe('1')
  expect(findings).toEqual([])
})

test('a directory of a cluster with several controllers is refused, and left as it is', () => {
  const folder = temporaryFolder()
  const voter = (id: number) => ({ id, directoryId: 'JEXY6aqzQY-32P5TStzaFg', name: 'CONTROLLER', host: 'h', port: 9093 })
  const meta = { clusterId: 'c', nodeId: 1, directoryId: 'JEXY6aqzQY-32P5TStzaFg' }
  formatDirectory(realSystem, folder, { meta, voters: [voter(1), voter(2), voter(3)] })
  const before = contentOf(folder)
  expect(() => open(folder)).toThrow(/metadata nodes 1, 2, 3 decide on/)
  expect(contentOf(folder)).toEqual(before)
})

describe('a new directory', () => {
  test('begins with the records of a first start of Kafka, its broker fenced: no Kafka that comes next waits for it to go', async () => {
    const folder = temporaryFolder()
    const engine = open(folder)
    const names = (path: string) => execFileSync('ls', ['-A', path]).toString().split('\n').filter(Boolean)
    expect(names(folder)).toEqual(['__cluster_metadata-0', 'bootstrap.checkpoint', 'meta.properties'])
    await engine.commit([change(records.ConfigRecord, { resourceType: 2, resourceName: 't', name: 'retention.ms', value: '1' })])
    const { metadata } = engine
    const wanted = expectationOf('fresh-started').view.finalizedFeatures ?? {}
    expect({ ...Object.fromEntries(metadata.features), 'kraft.version': 1 }).toEqual(wanted)
    expect(metadata.configOf(RESOURCE.BROKER, '').get('min.insync.replicas')).toBe('1')
    expect(metadata.brokers.get(1)).toMatchObject({ fenced: true, endPoints: [{ host: 'localhost', port: 9092 }] })
    engine.close()
    expect(existsSync(`${folder}/.kafka_cleanshutdown`)).toBe(true)
  })

  test('is whole again whenever its making was cut off', async () => {
    // the power goes after each number of changes to the disk, once with all of them kept and once with the least
    for (const keep of [0, 1]) {
      for (let changes = 0, done = false; !done; changes++) {
        const disk = new Disk()
        const system = worldOn(disk)
        disk.left = changes
        try {
          const engine = open('/data', system)
          await engine.commit([
            change(records.ConfigRecord, { resourceType: 2, resourceName: 't', name: 'retention.ms', value: '1' }),
          ])
          engine.close()
          done = true
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error
        }
        findings.length = 0
        if (keep) disk.kill()
        else disk.cutPower((n) => n - 1)
        const engine = open('/data', system)
        await engine.commit([
          change(records.ConfigRecord, { resourceType: 2, resourceName: 'u', name: 'retention.ms', value: '1' }),
        ])
        expect(engine.metadata.brokers.has(1)).toBe(true)
        expect(engine.metadata.controllers.has(1)).toBe(true)
        expect(engine.metadata.features.get('metadata.version')).toBe(29)
        if (done) expect(engine.metadata.configOf(RESOURCE.TOPIC, 't').get('retention.ms')).toBe('1')
        engine.close()
        if (keep) expect(findings).toEqual([])
        findings.length = 0
      }
    }
  })

  test.each([
    ['a text', 'notes.txt'],
    ['another folder', 'photos/one.jpg'],
    ["a Kafka's log without its meta.properties", '__cluster_metadata-0/00000000000000000000.log'],
  ])('is not made where there is %s', (_what, file) => {
    const folder = temporaryFolder()
    if (file.includes('/')) mkdirSync(`${folder}/${file.split('/')[0]}`)
    writeFileSync(`${folder}/${file}`, '')
    expect(() => open(folder)).toThrow(/is not a Kafka data directory/)
    expect([...contentOf(folder).keys()]).toEqual([file])
  })
})
