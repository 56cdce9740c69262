/** Messages as JSON: what Kafka's converters print is held against golden data with every API; here is what they refuse. */
import { expect, test } from 'vitest'
import { AlterClientQuotas } from '../../src/protocol/apis/alter-client-quotas'
import { Fetch } from '../../src/protocol/apis/fetch'
import { Heartbeat } from '../../src/protocol/apis/heartbeat'
import { ListOffsets } from '../../src/protocol/apis/list-offsets'
import { fromJson, type Json, toJson } from '../../src/protocol/json'
import { stage } from '../../src/protocol/stage'
import { Unsayable } from '../../src/protocol/unsayable'
import { Writer } from '../../src/protocol/writer'

const heartbeat = { groupId: 'g', generationId: 1, memberId: 'm' }

test('numbers are taken for 64 bits, and written as decimal strings', () => {
  const partitions = [{ partitionIndex: 0, timestamp: -1 }]
  const json = { replicaId: -1, isolationLevel: 0, topics: [{ name: 't', partitions }] }
  const value = fromJson(ListOffsets.request, 2, json)
  expect(value).toMatchObject({ topics: [{ partitions: [{ timestamp: -1n }] }] })
  expect(toJson(ListOffsets.request, 2, value)).toMatchObject({ topics: [{ partitions: [{ timestamp: '-1' }] }] })
})

test('batches given in pieces are one run of bytes', () => {
  const partition = { partitionIndex: 0, errorCode: 0, highWatermark: 0, abortedTransactions: null }
  const records = [Buffer.from('ab'), Buffer.from('cd')]
  const reply = { responses: [{ topic: 't', partitions: [{ ...partition, records }] }] }
  expect(toJson(Fetch.response, 4, reply)).toMatchObject({ responses: [{ partitions: [{ records: 'YWJjZA==' }] }] })
})

test('numbers that JSON lacks are words', () => {
  const entries = (value: Json) => [{ entity: [], ops: [{ key: 'k', value, remove: false }] }]
  for (const word of ['NaN', 'Infinity', '-Infinity']) {
    const value = fromJson(AlterClientQuotas.request, 1, { entries: entries(word), validateOnly: false })
    expect(value).toMatchObject({ entries: [{ ops: [{ value: Number(word) }] }] })
    expect(toJson(AlterClientQuotas.request, 1, value)).toMatchObject({ entries: entries(word) })
  }
})

test('what is left out is at its default', () => {
  const writer = new Writer()
  stage(Heartbeat.request, 3, false, true).write(writer, fromJson(Heartbeat.request, 3, heartbeat) as typeof heartbeat)
  expect(writer.whole().toString('hex')).toBe('00016700000001' + '00016d' + 'ffff')
})

test('JSON that is no message of that version is refused with the path to it', () => {
  const from = (json: Json, version = 4) => fromJson(Heartbeat.request, version, json)
  expect(() => from({ ...heartbeat, groupID: 'g' })).toThrow(new Unsayable('version 4 has no field groupID'))
  expect(() => from({ ...heartbeat, groupInstanceId: 'i' }, 2)).toThrow(new Unsayable('version 2 has no field groupInstanceId'))
  expect(() => from({ ...heartbeat, constructor: 1 })).toThrow('version 4 has no field constructor')
  expect(() => from({ ...heartbeat, generationId: 2 ** 31 })).toThrow('generationId should be a whole number from -2147483648 to')
  expect(() => from({ ...heartbeat, generationId: 1.5 })).toThrow('generationId should be a whole number')
  expect(() => from({ ...heartbeat, generationId: '1' })).toThrow('generationId should be a whole number')
  expect(() => from({ ...heartbeat, memberId: 7 })).toThrow('memberId should be text')
  expect(() => from([])).toThrow('it should be an object')
  const offsets = (partition: Json) => fromJson(ListOffsets.request, 2, { topics: [{ name: 't', partitions: [partition] }] })
  expect(() => offsets({ timestamp: 'now' })).toThrow('topics[0].partitions[0].timestamp should be a whole number')
  expect(() => offsets({ timestamp: '9223372036854775808' })).toThrow('from -9223372036854775808 to 9223372036854775807')
  expect(() => offsets({ timestamp: 2 ** 60 })).toThrow('should be a whole number') // it may not be what was typed
  expect(() => offsets(null)).toThrow('topics[0].partitions[0] cannot be null in version 2')
})
