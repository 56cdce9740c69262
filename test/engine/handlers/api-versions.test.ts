/** What a broker says it speaks. */
import { expect, test } from 'vitest'
import { ApiVersions } from '../../../src/protocol/apis/api-versions'
import { errors } from '../../../src/protocol/errors'
import { testEngine } from '../../support/engine'
import { create } from '../../support/requests'

const NAMED = { clientSoftwareName: 'apache-kafka-java', clientSoftwareVersion: '4.2.1' }

test('APIs are told with their versions; Produce from 0 on, InitProducerId without what is not stable', async () => {
  const { call } = testEngine()
  const { apiKeys, errorCode } = await call(ApiVersions, NAMED)
  expect(errorCode).toBe(0)
  const versions = (key: number) => apiKeys.filter(({ apiKey }) => apiKey === key).map((row) => [row.minVersion, row.maxVersion])
  expect(versions(0)).toEqual([[0, 13]])
  expect(versions(3)).toEqual([[0, 13]])
  expect(versions(18)).toEqual([[0, 4]])
  expect(versions(22)).toEqual([[0, 5]])
  expect(versions(71)).toEqual([])
})

test('a client that says its name oddly is refused from v3 on', async () => {
  const { call } = testEngine()
  for (const odd of ['', '-x', 'a b', 'x.']) {
    const reply = await call(ApiVersions, { ...NAMED, clientSoftwareName: odd }, 3)
    expect(reply).toMatchObject({ errorCode: errors.INVALID_REQUEST, apiKeys: [] })
  }
  expect((await call(ApiVersions, {}, 2)).errorCode).toBe(0)
})

test('features are told: those from 0 on only in v4, the levels of the cluster once it has any', async () => {
  const { call } = testEngine()
  await create(call, 'begun')
  const v3 = await call(ApiVersions, NAMED, 3)
  expect(v3.supportedFeatures).toEqual([{ name: 'metadata.version', minVersion: 7, maxVersion: 29 }])
  const v4 = await call(ApiVersions, NAMED, 4)
  expect(v4.supportedFeatures.map(({ name }) => name)).toContain('transaction.version')
  expect(v4.finalizedFeaturesEpoch).toBeGreaterThan(0)
  const level = (name: string) => v4.finalizedFeatures.find((feature) => feature.name === name)?.maxVersionLevel
  expect([level('metadata.version'), level('kraft.version'), level('group.version')]).toEqual([29, 1, 1])
})
