/** Settings are described, altered and felt at once, through the door. */
import { expect, test } from 'vitest'
import { AlterConfigs } from '../../../src/protocol/apis/alter-configs'
import { DescribeConfigs } from '../../../src/protocol/apis/describe-configs'
import { IncrementalAlterConfigs } from '../../../src/protocol/apis/incremental-alter-configs'
import { ListConfigResources } from '../../../src/protocol/apis/list-config-resources'
import type { Call } from '../../../src/protocol/call'
import { errors } from '../../../src/protocol/errors'
import { testEngine } from '../../support/engine'
import { create, send, topicOf } from '../../support/requests'

const TOPIC = 2
const BROKER = 4
const GROUP = 32
const SET = 0
const DELETE = 1
const APPEND = 2

const describeOne = async (
  call: Call,
  resourceType: number,
  resourceName: string,
  keys: string[] | null = null,
  more: object = {},
) => {
  const [result] = (
    await call(DescribeConfigs, { resources: [{ resourceType, resourceName, configurationKeys: keys }], ...more })
  ).results
  return result
}
const settingOf = async (call: Call, name: string, key: string) =>
  (await describeOne(call, TOPIC, name, [key]))?.configs[0]?.value
const alter = async (
  call: Call,
  resourceType: number,
  resourceName: string,
  ...ops: [name: string, op: number, value: string | null][]
) => {
  const configs = ops.map(([name, configOperation, value]) => ({ name, configOperation, value }))
  const [result] = (
    await call(IncrementalAlterConfigs, { resources: [{ resourceType, resourceName, configs }], validateOnly: false })
  ).responses
  return [result?.errorCode, result?.errorMessage]
}

test('single settings are set, extended and taken away, and hold after a restart', async () => {
  const first = testEngine()
  await create(first.call, topicOf('t', { configs: [{ name: 'retention.ms', value: '5' }] }))
  expect(await alter(first.call, TOPIC, 't', ['max.message.bytes', SET, '200'], ['cleanup.policy', APPEND, 'compact'])).toEqual([
    0,
    null,
  ])
  expect(await alter(first.call, TOPIC, 't', ['retention.ms', DELETE, null])).toEqual([0, null])
  for (const { call } of [first, first.reopen('killed')]) {
    expect(await settingOf(call, 't', 'max.message.bytes')).toBe('200')
    expect(await settingOf(call, 't', 'cleanup.policy')).toBe('delete,compact')
    expect(await settingOf(call, 't', 'retention.ms')).toBe('604800000')
  }
})

test('a changed limit is felt at once, and only validating changes nothing', async () => {
  const { call, engine } = testEngine()
  await create(call, 't')
  const long = ['x'.repeat(500)]
  const resources = [
    { resourceType: TOPIC, resourceName: 't', configs: [{ name: 'max.message.bytes', configOperation: SET, value: '200' }] },
  ]
  const end = engine.metadata.endOffset
  expect((await call(IncrementalAlterConfigs, { resources, validateOnly: true })).responses[0]?.errorCode).toBe(0)
  expect(engine.metadata.endOffset).toBe(end)
  expect((await send(call, 't', long)).errorCode).toBe(0)
  await call(IncrementalAlterConfigs, { resources, validateOnly: false })
  expect((await send(call, 't', long)).errorCode).toBe(errors.MESSAGE_TOO_LARGE)
})

test('AlterConfigs replaces all; what is refused is refused on its own', async () => {
  const { call } = testEngine()
  await create(call, topicOf('t', { configs: [{ name: 'retention.ms', value: '5' }] }), 'u')
  const resource = (resourceName: string, name: string, value: string) => ({
    resourceType: TOPIC,
    resourceName,
    configs: [{ name, value }],
  })
  const resources = [
    resource('t', 'segment.ms', '1000'),
    resource('none', 'segment.ms', '1000'),
    resource('u', 'segment.ms', 'soon'),
  ]
  const { responses } = await call(AlterConfigs, { resources, validateOnly: false })
  expect(responses.map(({ errorCode }) => errorCode)).toEqual([0, errors.UNKNOWN_TOPIC_OR_PARTITION, errors.INVALID_CONFIG])
  expect(responses[2]?.errorMessage).toBe('Invalid value soon for configuration segment.ms: Not a number of type LONG')
  expect([await settingOf(call, 't', 'segment.ms'), await settingOf(call, 't', 'retention.ms')]).toEqual(['1000', '604800000'])
  const twice = [resource('u', 'segment.ms', '1000'), resource('u', 'segment.ms', '2000')]
  const both = (await call(AlterConfigs, { resources: twice, validateOnly: false })).responses
  expect(both.map(({ errorCode, errorMessage }) => [errorCode, errorMessage])).toEqual([
    [errors.INVALID_REQUEST, 'Each resource must appear at most once.'],
    [errors.INVALID_REQUEST, 'Each resource must appear at most once.'],
  ])
  expect(await settingOf(call, 'u', 'segment.ms')).toBe('604800000')
})

test('a setting for all brokers holds for topics that do not set it', async () => {
  const { call, engine } = testEngine()
  await create(call, 't')
  await send(call, 't', ['a'])
  expect(await alter(call, BROKER, '', ['log.segment.bytes', SET, '2097152'])).toEqual([0, null])
  expect(engine.partition('t', 0)?.log.settings.segmentBytes).toBe(2097152)
  const [row] = (await describeOne(call, TOPIC, 't', ['segment.bytes'], { includeSynonyms: true }))?.configs ?? []
  expect(row).toMatchObject({ value: '2097152', configSource: 3, documentation: null })
  expect(row?.synonyms[0]).toEqual({ name: 'log.segment.bytes', value: '2097152', source: 3 })
  expect(await alter(call, BROKER, '1', ['node.id', SET, '9'])).toEqual([
    errors.INVALID_REQUEST,
    'Cannot update these configs dynamically: Set(node.id)',
  ])
})

test('resources that have settings are listed by type, in v0 client metrics alone', async () => {
  const { call } = testEngine()
  await create(call, 't')
  await alter(call, GROUP, 'g', ['consumer.session.timeout.ms', SET, '50000'])
  await alter(call, 16, 'm', ['interval.ms', SET, '1000'])
  const listed = async (resourceTypes: number[], version = 1) => {
    const { errorCode, configResources } = await call(ListConfigResources, { resourceTypes }, version)
    return errorCode || configResources.map((one) => `${one.resourceType} ${one.resourceName}`)
  }
  expect(await listed([])).toEqual(['32 g', '16 m', '8 1', '4 1', '2 t'])
  expect(await listed([TOPIC, GROUP])).toEqual(['32 g', '2 t'])
  expect(await listed([], 0)).toEqual(['16 m'])
  await alter(call, GROUP, 'g', ['consumer.session.timeout.ms', DELETE, null])
  await alter(call, 16, 'm', ['interval.ms', DELETE, null])
  expect(await listed([GROUP, 16])).toEqual(['32 g'])
  expect(await listed([99])).toBe(errors.UNSUPPORTED_VERSION)
})

test('synonyms and explanations are told only when asked for', async () => {
  const { call } = testEngine()
  await create(call, 't')
  const bare = (await describeOne(call, TOPIC, 't', ['cleanup.policy']))?.configs[0]
  expect(bare).toMatchObject({ value: 'delete', configSource: 5, configType: 7, synonyms: [], documentation: null })
  const full = (await describeOne(call, TOPIC, 't', ['cleanup.policy'], { includeSynonyms: true, includeDocumentation: true }))
    ?.configs[0]
  expect(full?.synonyms).toEqual([{ name: 'log.cleanup.policy', value: 'delete', source: 5 }])
  expect(full?.documentation).toMatch(/compact/)
  expect((await describeOne(call, TOPIC, 'none'))?.errorCode).toBe(errors.UNKNOWN_TOPIC_OR_PARTITION)
})
