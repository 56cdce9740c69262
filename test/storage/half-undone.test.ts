/** Retention takes a segment away file by file, and a power cut may undo a part of that: what was aborted in the segment stays known. */
import { expect, test } from 'vitest'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { encodeControlKey, encodeControlValue } from '../../src/protocol/records/control'
import { writeMetaProperties } from '../../src/storage/meta-properties'
import { Disk, worldOn } from './disk'
import { openDirectory } from './golden'

const TRANSACTIONS = 6
const MARKER = '/data/.kafka_cleanshutdown'

function batch(baseSequence: number): Buffer {
  const builder = new BatchBuilder()
  builder.append({ timestamp: 1000, key: null, value: Buffer.alloc(130) })
  return builder.build({ producerId: 5, producerEpoch: 0, baseSequence, transactional: true })
}
function abort(): Buffer {
  const builder = new BatchBuilder()
  const value = encodeControlValue('ABORT', { coordinatorEpoch: 0 } as never)
  builder.append({ timestamp: 1000, key: encodeControlKey('ABORT'), value })
  return builder.build({ producerId: 5, producerEpoch: 0, transactional: true, control: true })
}

const opened = (disk: Disk) => openDirectory('/data', worldOn(disk)).log('t-0')
const abortedIn = (disk: Disk) => opened(disk).abortedBetween(0, 2 * TRANSACTIONS)

/** A log of aborted transactions in several segments, on a disk that is at rest. */
function aborted() {
  const disk = new Disk()
  disk.makeFolder('/data')
  writeMetaProperties(disk, '/data', { clusterId: 'c', nodeId: 1, directoryId: 'AAAAAAAAAAAAAAAAAAAAEQ' }, 0)
  const { directory, log } = openDirectory('/data', worldOn(disk))
  const one = log('t-0', { segmentBytes: 700 })
  for (let i = 0; i < TRANSACTIONS; i++) {
    one.append(batch(i), 0, 0)
    one.append(abort(), 0, 0)
  }
  const wanted = one.abortedBetween(0, 2 * TRANSACTIONS)
  directory.close(false)
  disk.remove(MARKER)
  const indexes = disk.list('/data/t-0').filter((name) => name.endsWith('.txnindex'))
  return { disk, wanted, indexes: indexes.map((name) => `/data/t-0/${name}`) }
}

test('aborted transactions are found again when a power cut undid the renaming of a segment and not that of its .txnindex', () => {
  const { disk, wanted, indexes } = aborted()
  expect(wanted.length).toBe(TRANSACTIONS)
  expect(indexes.length).toBeGreaterThan(1)
  for (const index of indexes) {
    const left = disk.copy()
    const before = left.readFile(index)
    left.rename(index, `${index}.deleted`)
    expect(abortedIn(left)).toEqual(wanted)
    expect(left.readFile(index)).toEqual(before)
  }
})

test('the next power cut, during that opening or behind it, hides none of them either', () => {
  const { disk, wanted, indexes } = aborted()
  const [index = ''] = indexes
  disk.rename(index, `${index}.deleted`)
  disk.settle()
  for (const below of [() => 0, (n: number) => n - 1, (n: number) => n >> 1]) {
    const left = disk.copy()
    expect(abortedIn(left)).toEqual(wanted)
    left.cutPower(below)
    expect(abortedIn(left)).toEqual(wanted)
  }
  for (let changes = 0, isOver = false; !isOver; changes++) {
    const left = disk.copy()
    left.left = changes
    try {
      opened(left)
      isOver = true
    } catch {
      // the power went
    }
    left.cutPower(() => 0)
    left.kill()
    expect(abortedIn(left)).toEqual(wanted)
  }
})
