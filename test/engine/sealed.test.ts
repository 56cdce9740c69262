/** Records that were on disk and are damaged: nothing goes on over them unless somebody says so. */
import { readFileSync, rmSync, truncateSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startRecovery } from '../../src/engine/recovery'
import { errors } from '../../src/protocol/errors'
import { type TestEngine, testEngine } from '../support/engine'
import { create, remove, send, take } from '../support/requests'

const logOf = ({ folder }: TestEngine) => `${folder}/orders-0/${'0'.repeat(20)}.log`

/** An engine on a directory whose only log lost the last of three records. */
async function damaged(): Promise<TestEngine> {
  const kt = testEngine()
  await create(kt.call, 'orders', 'others')
  for (const value of ['a', 'b', 'c']) await send(kt.call, 'orders', [value])
  const clean = kt.reopen('clean') // it has vouched for all three
  const size = readFileSync(logOf(clean)).length
  truncateSync(logOf(clean), size - 5)
  return clean.reopen('killed')
}

test('the log is read as far as it is sound and takes nothing; other logs do', async () => {
  const kt = await damaged()
  expect((await take(kt.call, 'orders', 1)).values).toEqual(['b'])
  const refused = await send(kt.call, 'orders', ['d'])
  expect(refused.errorCode).toBe(errors.UNKNOWN_SERVER_ERROR)
  expect((await send(kt.call, 'others', ['d'])).errorCode).toBe(errors.NONE)
  expect(kt.findings.join('\n')).toContain('orders-0: record 2 was on disk once and cannot be read now')
  expect(kt.findings.join('\n')).toContain('kt.accept.loss=true')
  const again = kt.reopen('clean')
  expect((await send(again.call, 'orders', ['d'])).errorCode).toBe(errors.UNKNOWN_SERVER_ERROR)
})

test('with kt.accept.loss it goes on behind what is sound, and need not be told again', async () => {
  const kt = await damaged()
  const accepting = testEngine({ folder: kt.folder, properties: { 'kt.accept.loss': 'true' } })
  expect(await send(accepting.call, 'orders', ['d'])).toMatchObject({ errorCode: errors.NONE, baseOffset: 2 })
  expect(accepting.findings.join('\n')).toMatch(/were cut off and kept in .*corrupt-2/)
  const killed = testEngine({ folder: kt.folder })
  expect((await take(killed.call, 'orders', 2)).values).toEqual(['d'])
  expect((await send(killed.call, 'orders', ['e'])).errorCode).toBe(errors.NONE)
})

test('a folder that is gone is not taken for an empty log', async () => {
  const kt = await damaged()
  rmSync(`${kt.folder}/orders-0`, { recursive: true })
  const after = kt.reopen('killed')
  expect((await send(after.call, 'orders', ['d'])).errorCode).toBe(errors.UNKNOWN_SERVER_ERROR)
  expect(after.findings.join('\n')).toContain('orders-0: records 0 to 2 were on disk once and cannot be read now')
})

test('a new topic is not held to what a deleted one of its name had on disk', async () => {
  const kt = testEngine()
  await create(kt.call, 'orders')
  for (const value of ['a', 'b', 'c']) await send(kt.call, 'orders', [value])
  const clean = kt.reopen('clean')
  await remove(clean.call, 'orders')
  await create(clean.call, 'orders')
  const killed = clean.reopen('killed')
  expect(await send(killed.call, 'orders', ['d'])).toMatchObject({ errorCode: errors.NONE, baseOffset: 0 })
  expect(killed.findings).toEqual([])
})

test('a server that finds a folder gone after a crash says so before anybody asks, and once more at the next start', async () => {
  const kt = await damaged()
  rmSync(`${kt.folder}/orders-0`, { recursive: true })
  rmSync(`${kt.folder}/.kafka_cleanshutdown`)
  const served = kt.reopen('killed')
  startRecovery(served.engine, () => {})
  for (let i = 0; i < 100; i++) await new Promise((done) => setImmediate(done))
  expect(served.findings.join('\n')).toContain('orders-0: records 0 to 2 were on disk once and cannot be read now')
  const next = served.reopen('clean')
  expect(next.engine.directory.clean).toBe(false)
  expect((await send(next.call, 'orders', ['d'])).errorCode).toBe(errors.UNKNOWN_SERVER_ERROR)
})
