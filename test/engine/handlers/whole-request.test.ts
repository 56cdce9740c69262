/** What makes all of a request wrong is said of each of its parts, as Kafka 4.2.1 says it (recorded from a live broker). */
import { expect, test } from 'vitest'
import { CreateTopics } from '../../../src/protocol/apis/create-topics'
import { Metadata } from '../../../src/protocol/apis/metadata'
import { Produce } from '../../../src/protocol/apis/produce'
import { BatchBuilder } from '../../../src/protocol/batch-builder'
import { errors } from '../../../src/protocol/errors'
import { ZERO_UUID } from '../../../src/protocol/types'
import { testEngine } from '../../support/engine'

const ID = 'AAAAAAAAAAAAAAAAAAAAcQ'

test.each([
  [10, { name: null, topicId: ID }, errors.INVALID_REQUEST, errors.NONE],
  [11, { name: 'a', topicId: ID }, errors.INVALID_REQUEST, errors.NONE],
  [10, { name: null, topicId: ZERO_UUID }, errors.INVALID_REQUEST, errors.NONE],
  [12, { name: null, topicId: ZERO_UUID }, errors.UNKNOWN_SERVER_ERROR, errors.NONE],
  [13, { name: null, topicId: ZERO_UUID }, errors.UNKNOWN_SERVER_ERROR, errors.UNKNOWN_SERVER_ERROR],
])('Metadata %d of a topic %j and of another', async (version, topic, errorCode, whole) => {
  const { call } = testEngine({ throughBytes: true })
  const topics = [topic, { name: 'other', topicId: ZERO_UUID }]
  const refused = { errorCode, isInternal: false, partitions: [] }
  expect(await call(Metadata, { topics, allowAutoTopicCreation: true }, version)).toMatchObject({
    brokers: [],
    clusterId: null,
    controllerId: -1,
    topics: topics.map(({ name, topicId }) => ({ ...refused, name: name ?? '', topicId })),
    errorCode: whole,
  })
})

test('a transactional batch without a transactional id: no batch of the request is taken', async () => {
  const { call } = testEngine()
  await call(CreateTopics, { topics: [{ name: 't', numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }] })
  const batch = (transactional: boolean) => {
    const builder = new BatchBuilder()
    builder.append({ timestamp: 1_700_000_000_000, value: Buffer.from('v') })
    return builder.build({ transactional, producerId: 7, producerEpoch: 0, baseSequence: 0 })
  }
  const partitionData = [false, true].map((transactional, index) => ({ index, records: batch(transactional) }))
  const reply = await call(Produce, { acks: 1, timeoutMs: 1000, topicData: [{ name: 't', partitionData }] }, 12)
  const error = { errorCode: errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, baseOffset: -1, errorMessage: null }
  expect(reply.responses[0]?.partitionResponses).toMatchObject([error, error])
})
