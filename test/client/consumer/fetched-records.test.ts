/** What a consumer sees of the bytes of a partition: whole batches, no control batches, nothing of aborted transactions. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fetchedRanges } from '../../../src/client/consumer/fetched-records'
import { baseOffset } from '../../../src/protocol/batch'
import { BatchBuilder } from '../../../src/protocol/batch-builder'

function data(offset: number, values: readonly string[], transactionOf?: number): Buffer {
  const builder = new BatchBuilder()
  for (const value of values) builder.append({ timestamp: 1, value: Buffer.from(value) })
  const producer =
    transactionOf === undefined ? {} : { producerId: transactionOf, producerEpoch: 0, baseSequence: 0, transactional: true }
  return builder.build({ baseOffset: offset, ...producer })
}
function marker(offset: number, producerId: number, type: 'abort' | 'commit'): Buffer {
  const builder = new BatchBuilder()
  builder.append({ timestamp: 1, key: Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]), value: Buffer.from([0, 0, 0, 0, 0, 0]) })
  return builder.build({ baseOffset: offset, producerId, producerEpoch: 0, transactional: true, control: true })
}
const offsetsOf = (bytes: Buffer, from: number, aborted: Parameters<typeof fetchedRanges>[2] = null) => {
  const { batches, next } = fetchedRanges(bytes, from, aborted, true, 't-0')
  return { seen: batches.map(({ at, end }) => [baseOffset(bytes, at), end]), next }
}

test('batches are given in order, and the cut one at the end is left for later', () => {
  const whole = [data(5, ['a', 'b']), data(7, ['c']), data(8, ['d', 'e', 'f'])]
  const bytes = Buffer.concat([...whole, data(11, ['g']).subarray(0, 40)])
  expect(offsetsOf(bytes, 6)).toEqual({
    seen: [
      [5, 7],
      [7, 8],
      [8, 11],
    ],
    next: 11,
  })
})

test('a batch that ends before the position is passed over', () => {
  expect(offsetsOf(Buffer.concat([data(0, ['a', 'b']), data(2, ['c'])]), 2)).toEqual({ seen: [[2, 3]], next: 3 })
})

test('control batches are never seen, and the batch before them leads past them', () => {
  const bytes = Buffer.concat([
    marker(0, 1, 'commit'),
    data(1, ['a'], 1),
    marker(2, 1, 'commit'),
    marker(3, 2, 'abort'),
    data(4, ['b']),
  ])
  expect(offsetsOf(bytes, 0)).toEqual({
    seen: [
      [1, 4],
      [4, 5],
    ],
    next: 5,
  })
})

test('who reads uncommitted sees aborted transactions, who reads committed does not', () => {
  const bytes = Buffer.concat([
    data(0, ['a'], 1),
    data(1, ['x'], 2),
    data(2, ['b'], 1),
    marker(3, 2, 'abort'),
    data(4, ['c'], 2),
    marker(5, 1, 'commit'),
    data(6, ['d']),
  ])
  expect(offsetsOf(bytes, 0).seen.map(([base]) => base)).toEqual([0, 1, 2, 4, 6])
  expect(offsetsOf(bytes, 0, [{ producerId: 2, firstOffset: 1 }]).seen.map(([base]) => base)).toEqual([0, 2, 4, 6])
})

test('nothing to be seen still leads on', () => {
  const bytes = Buffer.concat([data(3, ['x'], 9), marker(4, 9, 'abort')])
  expect(offsetsOf(bytes, 3, [{ producerId: 9, firstOffset: 3 }])).toEqual({ seen: [], next: 5 })
})

test('what comes before a batch that is not what its checksum says is seen, and the batch is refused with its place', () => {
  const bytes = Buffer.concat([data(0, ['a']), data(1, ['b'])])
  bytes[bytes.length - 2]! ^= 1
  expect(offsetsOf(bytes, 0)).toEqual({ seen: [[0, 1]], next: 1 })
  const { error } = fetchedRanges(bytes, 0, null, true, 't-0')
  expect(error?.message).toContain('Received exception when fetching the next record from t-0.')
  expect(String(error?.cause)).toContain('Record batch for partition t-0 at offset 1 is invalid, cause: Record is corrupt')
  expect(fetchedRanges(bytes.subarray(bytes.length / 2), 1, null, true, 't-0')).toMatchObject({ batches: [], next: 1, error: {} })
  expect(fetchedRanges(bytes, 0, null, false, 't-0').batches.length).toBe(2)
})

test('bytes without one whole batch are an error, not a circle', () => {
  expect(() => offsetsOf(data(0, ['a']).subarray(0, 50), 7)).toThrow(
    'Failed to make progress reading messages at t-0=7. Received a non-empty fetch response from the server, but no complete ' +
      'records were found.',
  )
})

// A log of transactions of three producers, each batch one record; what a reader sees must not depend on where replies are cut.
const step = fc.record({
  producer: fc.integer({ min: 1, max: 3 }),
  what: fc.constantFrom('write', 'write', 'abort', 'commit', 'plain'),
})
test('committed records, and only those, are seen, wherever the log is cut into replies', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.infiniteStream(fc.integer({ min: 1, max: 5 })), (steps, cuts) => {
      const log: Buffer[] = []
      const fates: { offset: number; committed: boolean | undefined; producer: number }[] = []
      const aborted: { producerId: number; firstOffset: number; lastOffset: number }[] = []
      for (const { producer, what } of steps) {
        const offset = log.length
        const pending = fates.filter((each) => each.producer === producer && each.committed === undefined)
        if (what === 'plain') {
          log.push(data(offset, ['p']))
          fates.push({ offset, committed: true, producer: 0 })
        } else if (what === 'write') {
          log.push(data(offset, ['w'], producer))
          fates.push({ offset, committed: undefined, producer })
        } else {
          log.push(marker(offset, producer, what))
          for (const each of pending) each.committed = what === 'commit'
          const first = pending[0]
          if (what === 'abort' && first) aborted.push({ producerId: producer, firstOffset: first.offset, lastOffset: offset })
        }
      }
      // Readers of committed records get nothing from the first open transaction on.
      const stable = fates.find(({ committed }) => committed === undefined)?.offset ?? log.length
      const seen: number[] = []
      for (let from = 0; from < stable; ) {
        const until = Math.min(from + (cuts.next().value ?? 1), stable)
        const bytes = Buffer.concat(log.slice(from, until))
        const listed = aborted.filter(({ firstOffset, lastOffset }) => lastOffset >= from && firstOffset < until)
        const { batches, next } = fetchedRanges(bytes, from, listed, true, 't-0')
        seen.push(...batches.map(({ at }) => baseOffset(bytes, at)))
        expect(next).toBe(until)
        from = next
      }
      expect(seen).toEqual(fates.filter(({ offset, committed }) => committed && offset < stable).map(({ offset }) => offset))
    }),
  )
})
