/** What several producers wait for is written at once, with their sync, and nothing is written behind it before. */
import { expect, test } from 'vitest'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import type { Log } from '../../src/storage/log'
import { writeMetaProperties } from '../../src/storage/meta-properties'
import { Disk, worldOn } from './disk'
import { openDirectory } from './golden'

const FILE = '/data/t-0/00000000000000000000.log'
const batch = (value: string) => {
  const builder = new BatchBuilder()
  builder.append({ timestamp: 1000, key: null, value: Buffer.from(value) })
  return builder.build({})
}

/** A log with one batch on disk, and how often its file was written to since. */
async function world() {
  const disk = new Disk()
  disk.makeFolder('/data')
  writeMetaProperties(disk, '/data', { clusterId: 'c', nodeId: 1, directoryId: 'AAAAAAAAAAAAAAAAAAAAEQ' }, 0)
  const log: Log = openDirectory('/data', worldOn(disk)).log('t-0', {})
  log.append(batch('first'), 0, 0)
  await log.flush()
  const writes: number[] = []
  const { write } = disk
  disk.write = (fd, bytes, position) => {
    writes.push(bytes.length)
    write.call(disk, fd, bytes, position)
  }
  return { disk, log, writes }
}

test('five batches are one write and one sync', async () => {
  const { disk, log, writes } = await world()
  const [syncs, before] = [disk.syncs, disk.readFile(FILE).length]
  const all = ['a', 'b', 'c', 'd', 'e'].map(batch)
  for (const one of all) log.append(one, 0, 0, 'with-the-sync')
  expect(disk.readFile(FILE).length).toBe(before)
  await log.flush()
  expect(writes).toEqual([all.reduce((sum, { length }) => sum + length, 0)])
  expect(disk.syncs).toBe(syncs + 1)
  expect(disk.readFile(FILE).subarray(before)).toEqual(Buffer.concat(all))
})

test('a batch that nobody waits for is written behind what is held, which somebody may read, too', async () => {
  const { disk, log, writes } = await world()
  const [held, plain] = [batch('held'), batch('plain')]
  log.append(held, 0, 0, 'with-the-sync')
  log.append(plain, 0, 0)
  expect(writes).toEqual([held.length, plain.length])
  log.append(batch('again'), 0, 0, 'with-the-sync')
  expect(log.read(3, 4, 1 << 20, 'one-at-least').bytes.includes('again')).toBe(true)
  await log.flush()
  expect(disk.readFile(FILE).includes('again')).toBe(true)
})

test('whose sync failed may use the bytes again: what is written later is what was appended', async () => {
  const { disk, log } = await world()
  const mine = batch('precious')
  log.append(mine, 0, 0, 'with-the-sync')
  disk.capacity = disk.used
  await expect(log.flush()).rejects.toThrow('ENOSPC')
  mine.fill(0)
  disk.capacity = Number.POSITIVE_INFINITY
  await log.flush()
  expect(disk.readFile(FILE).includes('precious')).toBe(true)
})
