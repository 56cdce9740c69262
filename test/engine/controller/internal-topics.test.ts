/** The topics that coordinators keep their facts in. */
import { expect, test } from 'vitest'
import { ensureInternalTopic } from '../../../src/engine/controller/internal-topics'
import { RESOURCE } from '../../../src/engine/metadata/image'
import { Metadata } from '../../../src/protocol/apis/metadata'
import { testEngine } from '../../support/engine'

test('__consumer_offsets is there at once, compacted, with as many replicas as there are brokers', async () => {
  const first = testEngine({ properties: { 'offsets.topic.num.partitions': '7' } })
  const durable = ensureInternalTopic(first.engine, '__consumer_offsets')
  expect(first.engine.partitionsOf('__consumer_offsets')).toHaveLength(7)
  await durable
  const { engine, call } = first.reopen('killed')
  expect(engine.partitionsOf('__consumer_offsets')).toHaveLength(7)
  expect(Object.fromEntries(engine.metadata.configOf(RESOURCE.TOPIC, '__consumer_offsets'))).toEqual({
    'cleanup.policy': 'compact',
    'compression.type': 'producer',
    'segment.bytes': '104857600',
  })
  const [found] = (await call(Metadata, { topics: [{ name: '__consumer_offsets' }] })).topics
  expect(found).toMatchObject({ errorCode: 0, isInternal: true })
  expect(found?.partitions[0]?.replicaNodes).toEqual([1])
  const end = engine.metadata.endOffset
  await ensureInternalTopic(engine, '__consumer_offsets')
  expect(engine.metadata.endOffset).toBe(end)
})

test('__transaction_state needs no more replicas in sync than there are brokers, also when metadata is asked for it', async () => {
  const { engine, call } = testEngine()
  const [found] = (await call(Metadata, { topics: [{ name: '__transaction_state' }] })).topics
  expect(found?.partitions).toHaveLength(50)
  expect(engine.topicSettings('__transaction_state')).toMatchObject({
    cleanupPolicy: ['compact'],
    compressionType: 'uncompressed',
    minInsyncReplicas: 1,
    uncleanLeaderElectionEnable: false,
  })
  expect(() => ensureInternalTopic(engine, 'orders')).toThrow('orders is no internal topic')
})
