/** Markers of transactions that compaction has emptied: Kafka keeps the batch, without its record, while it is the last of its producer. */
import { expect, test } from 'vitest'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { Producers } from '../../src/storage/producers'

const empty = (producerEpoch: number) =>
  new BatchBuilder().build({
    producerId: 7,
    producerEpoch,
    baseOffset: 4,
    lastOffsetDelta: 0,
    transactional: true,
    control: true,
  })

function data(): Buffer {
  const builder = new BatchBuilder()
  builder.append({ timestamp: 0, key: null, value: Buffer.from('v') })
  return builder.build({ producerId: 7, producerEpoch: 8, baseSequence: 0, baseOffset: 3, transactional: true })
}

test('an empty marker leaves its producer as it was, as in Kafka', () => {
  const producers = new Producers()
  producers.take(data(), 0)
  producers.take(empty(9), 0)
  expect(producers.toEntries()).toMatchObject([{ producerId: 7, epoch: 8, lastSequence: 0, transactionStart: 3 }])
  expect(producers.endOffset).toBe(5)
})

test('an empty marker of a producer that nothing else is known of makes none known', () => {
  const producers = new Producers()
  producers.take(empty(9), 0)
  expect(producers.toEntries()).toEqual([])
  expect(producers.endOffset).toBe(5)
})
