/** Ids for producers: never one twice, also not after a restart. */
import { expect, test } from 'vitest'
import { InitProducerId } from '../../../src/protocol/apis/init-producer-id'
import type { Call } from '../../../src/protocol/call'
import { errors } from '../../../src/protocol/errors'
import { testEngine } from '../../support/engine'

const init = (call: Call, more: object = {}) => call(InitProducerId, { transactionalId: null, transactionTimeoutMs: 0, ...more })
const idOf = async (call: Call) => (await init(call)).producerId

test('ids count up within a block of 1000, and a restart takes the next block', async () => {
  const first = testEngine()
  expect(await init(first.call)).toMatchObject({ errorCode: 0, producerId: 0, producerEpoch: 0 })
  expect(await Promise.all([idOf(first.call), idOf(first.call), idOf(first.call)])).toEqual([1, 2, 3])
  const second = first.reopen('killed')
  expect(await idOf(second.call)).toBe(1000)
  const third = second.reopen('clean')
  const ids = await Promise.all(Array.from({ length: 1001 }, () => idOf(third.call)))
  expect([ids[0], ids[999], ids[1000]]).toEqual([2000, 2999, 3000])
})

test('a producer that had an id gets a new one; odd requests and transactions are refused', async () => {
  const { call } = testEngine()
  expect(await init(call, { producerId: 7, producerEpoch: 3 })).toMatchObject({ errorCode: 0, producerId: 0, producerEpoch: 0 })
  const code = async (more: object) => (await init(call, more)).errorCode
  expect(await code({ producerId: 7 })).toBe(errors.INVALID_REQUEST)
  expect(await code({ transactionalId: '' })).toBe(errors.INVALID_REQUEST)
  expect(await code({ transactionalId: 'x', transactionTimeoutMs: 900_001 })).toBe(errors.INVALID_TRANSACTION_TIMEOUT)
  expect(await code({ transactionalId: 'x', transactionTimeoutMs: 60_000 })).toBe(errors.UNSUPPORTED_VERSION)
})
