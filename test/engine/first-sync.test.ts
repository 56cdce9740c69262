/** The first sync of a log writes files of its own in its folder: what else may happen to the log meanwhile does not get in its way. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadAll } from '../../src/engine/handlers/index'
import { DeleteRecords } from '../../src/protocol/apis/delete-records'
import { Produce } from '../../src/protocol/apis/produce'
import { errors } from '../../src/protocol/errors'
import { realSystem } from '../../src/system'
import type { FileSystem } from '../../src/system/system'
import { testEngine } from '../support/engine'
import { batchOf, create, remove, send, take } from '../support/requests'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A disk that syncs nothing until it is told to go on. */
function haltingDisk() {
  const waiting: (() => void)[] = []
  const state = { isHalted: false }
  const fs: FileSystem = {
    ...realSystem.fs,
    dataSync: () => (state.isHalted ? new Promise<void>((resolve) => void waiting.push(resolve)) : Promise.resolve()),
    syncFolderLater: async () => {},
    syncFolder: () => {},
  }
  const goOn = async () => {
    state.isHalted = false
    for (const one of waiting.splice(0)) one()
    for (let i = 0; i < 20; i++) await turn()
  }
  return { fs, state, goOn, waiting }
}

async function begun() {
  const disk = haltingDisk()
  const kt = testEngine({ system: { fs: disk.fs } })
  await loadAll(kt.engine)
  await create(kt.call, 't')
  disk.state.isHalted = true
  const answer = send(kt.call, 't', ['a', 'b'])
  while (!existsSync(`${kt.folder}/t-0/leader-epoch-checkpoint.later.tmp`)) {
    disk.waiting.shift()?.()
    await turn()
  }
  return { ...kt, answer, ...disk }
}

test('a topic that is deleted while its first records are put on disk is gone, and the broker goes on', async () => {
  const kt = await begun()
  const removed = remove(kt.call, 't')
  while (kt.engine.partition('t', 0)) await turn()
  for (let i = 0; i < 5; i++) await turn()
  await kt.goOn()
  expect((await removed)[0]?.errorCode).toBe(0)
  expect((await kt.answer).errorCode).toBe(errors.UNKNOWN_TOPIC_OR_PARTITION)
  expect(kt.findings).toEqual([])
  await create(kt.call, 'u')
  expect((await send(kt.call, 'u', ['x'])).errorCode).toBe(0)
})

test('records that are deleted while the first of their log are put on disk leave its epochs where its start is', async () => {
  const kt = await begun()
  const partitionData = [{ index: 0, records: batchOf(['c']) }]
  await kt.call(Produce, { acks: 1, timeoutMs: 1000, topicData: [{ name: 't', partitionData }] }, 9)
  const partitions = [{ partitionIndex: 0, offset: 2 }]
  const deleted = kt.call(DeleteRecords, { topics: [{ name: 't', partitions }], timeoutMs: 1000 })
  await turn()
  await kt.goOn()
  expect((await deleted).topics[0]?.partitions[0]).toEqual({ partitionIndex: 0, lowWatermark: 2, errorCode: 0 })
  expect((await kt.answer).errorCode).toBe(0)
  expect((await take(kt.call, 't', 2)).values).toEqual(['c'])
  expect(readFileSync(`${kt.folder}/t-0/leader-epoch-checkpoint`, 'utf8')).toBe('0\n1\n0 2\n')
  expect(kt.findings).toEqual([])
})
