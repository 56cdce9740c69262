/** The admin functions against a live broker. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  alterGroupOffsets,
  createPartitions,
  createTopics,
  deleteGroupOffsets,
  deleteGroups,
  deleteRecords,
  deleteTopics,
  describeCluster,
  describeConfigs,
  describeGroups,
  describeLogDirs,
  describeTopics,
  describeTopicsById,
  groupOffsets,
  incrementalAlterConfigs,
  isError,
  listGroups,
  listOffsets,
  listTopics,
} from '../../../src/client/admin'
import type { Cluster } from '../../../src/client/cluster'
import { adminCluster, fresh, live } from './live'

live('admin', () => {
  let cluster: Cluster
  beforeAll(() => {
    cluster = adminCluster()
  })
  afterAll(() => cluster.close())

  test('a topic is made, seen, grown and removed', async () => {
    const name = fresh('topic')
    const created = await createTopics(cluster, [{ name, partitions: 3, configs: { 'retention.ms': '1000' } }])
    expect(created.get(name)).toMatchObject({ partitions: 3, replicationFactor: 1 })
    expect((await createTopics(cluster, [{ name }])).get(name)).toMatchObject({
      exception: 'org.apache.kafka.common.errors.TopicExistsException',
      message: `Topic '${name}' already exists.`,
    })
    expect((await listTopics(cluster)).map((each) => each.name)).toContain(name)
    const described = (await describeTopics(cluster, [name, 'no-such-topic'], { pageSize: 2 })).get(name)
    if (!described || isError(described)) throw new Error('no description')
    expect(described.partitions.map(({ partition, leader }) => [partition, leader > -1])).toEqual(
      [0, 1, 2].map((each) => [each, true]),
    )
    expect((await describeTopics(cluster, ['no-such-topic'])).get('no-such-topic')).toMatchObject({ code: 3 })
    expect((await describeTopicsById(cluster, [described.id])).get(described.id)).toMatchObject({ name })
    expect((await createPartitions(cluster, [{ topic: name, count: 2 }])).get(name)).toMatchObject({ code: 37 })
    expect((await createPartitions(cluster, [{ topic: name, count: 4 }])).get(name)).toBeUndefined()
    expect((await deleteTopics(cluster, [name])).get(name)).toBeUndefined()
    expect((await deleteTopics(cluster, [name])).get(name)).toMatchObject({ code: 3 })
  })

  test('configurations are read and changed', async () => {
    const name = fresh('configs')
    await createTopics(cluster, [{ name, partitions: 1 }])
    const resource = { type: 'topic', name } as const
    const [bad] = await incrementalAlterConfigs(cluster, [
      { resource, changes: [{ name: 'retention.ms', operation: 'set', value: 'abc' }] },
    ])
    expect(bad).toMatchObject({ message: 'Invalid value abc for configuration retention.ms: Not a number of type LONG' })
    const [done] = await incrementalAlterConfigs(cluster, [
      { resource, changes: [{ name: 'retention.ms', operation: 'set', value: '77' }] },
    ])
    expect(done).toBeUndefined()
    // A broker hears of the change a moment later than the controller.
    const value = async () => {
      const [entries] = await describeConfigs(cluster, [resource], { keys: ['retention.ms'] })
      return entries && !isError(entries) ? entries[0]?.value : undefined
    }
    await expect.poll(value, { timeout: 10_000 }).toBe('77')
    const nodes = await cluster.nodes()
    const [topic, broker, none] = await describeConfigs(
      cluster,
      [resource, { type: 'broker', name: `${nodes[0]?.id}` }, { type: 'topic', name: 'no-such-topic' }],
      { synonyms: true, documentation: true },
    )
    if (!topic || isError(topic) || !broker || isError(broker)) throw new Error('no configs')
    const entry = topic.find((each) => each.name === 'retention.ms')
    expect(entry).toMatchObject({ value: '77', source: 'DYNAMIC_TOPIC_CONFIG', type: 'LONG' })
    expect(entry?.synonyms[0]).toEqual({ name: 'retention.ms', value: '77', source: 'DYNAMIC_TOPIC_CONFIG' })
    expect(broker.length).toBeGreaterThan(50)
    expect(none).toMatchObject({ code: 3 })
    await deleteTopics(cluster, [name])
  })

  test('offsets are found, and records before them deleted', async () => {
    const name = fresh('offsets')
    await createTopics(cluster, [{ name, partitions: 2 }])
    const found = await listOffsets(cluster, [
      { topic: name, partition: 1, at: 'latest' },
      { topic: name, partition: 0, at: { timestamp: 5 } },
      { topic: name, partition: 7, at: 'earliest' },
    ])
    expect(found).toMatchObject([{ offset: 0 }, { offset: -1 }, { code: 3 }])
    const deleted = await deleteRecords(cluster, [
      { topic: name, partition: 0, before: -1 },
      { topic: name, partition: 1, before: 100 },
    ])
    expect(deleted).toMatchObject([
      { lowWatermark: 0 },
      { exception: 'org.apache.kafka.common.errors.OffsetOutOfRangeException' },
    ])
    await deleteTopics(cluster, [name])
  })

  test('a group is its offsets until somebody joins: stored, shown, forgotten, removed', async () => {
    const topic = fresh('group-topic')
    const group = fresh('group')
    await createTopics(cluster, [{ name: topic, partitions: 2 }])
    expect((await describeGroups(cluster, [group])).get(group)).toMatchObject({ code: 69, message: `Group ${group} not found.` })
    const stored = await alterGroupOffsets(cluster, group, [
      { topic, partition: 0, offset: 5, metadata: 'here' },
      { topic, partition: 1, offset: 6 },
    ])
    expect(stored).toEqual([undefined, undefined])
    expect(await listGroups(cluster)).toContainEqual({ groupId: group, protocolType: '', state: 'Empty', type: 'classic' })
    expect(await groupOffsets(cluster, group)).toMatchObject([
      { topic, partition: 0, outcome: { offset: 5, metadata: 'here' } },
      { topic, partition: 1, outcome: { offset: 6, metadata: '' } },
    ])
    expect(await groupOffsets(cluster, group, { partitions: [{ topic, partition: 1 }] })).toMatchObject([
      { outcome: { offset: 6 } },
    ])
    expect((await describeGroups(cluster, [group])).get(group)).toMatchObject({ type: 'classic', state: 'Empty', members: [] })
    expect(await deleteGroupOffsets(cluster, group, [{ topic, partition: 0 }])).toEqual([undefined])
    expect((await deleteGroups(cluster, [group, 'no-such-group'])).get(group)).toBeUndefined()
    expect((await deleteGroups(cluster, ['no-such-group'])).get('no-such-group')).toMatchObject({ code: 69 })
    await deleteTopics(cluster, [topic])
  })

  test('the cluster and its log directories are described', async () => {
    const { nodes, clusterId } = await describeCluster(cluster)
    expect(clusterId).toMatch(/^[\w-]{22}$/)
    const dirs = await describeLogDirs(
      cluster,
      nodes.map(({ id }) => id),
    )
    for (const { id } of nodes) expect(dirs.get(id)).toMatchObject([{ error: undefined }])
  })
})
