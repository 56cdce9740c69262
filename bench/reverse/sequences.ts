/** Idempotent producers that wrote to a Kafka and go on at kt: what was sent already is not written again, and nothing may be left out. */
import type { Link } from '../../src/client/link'
import { Produce } from '../../src/protocol/apis/produce'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import type { BatchView, ProducerView, View } from '../../test/crash/view'
import type { Chance } from '../../test/fuzz/random'

const NONE = 0
const RECORD_LIST_TOO_LARGE = 18
const OUT_OF_ORDER_SEQUENCE_NUMBER = 45

const lastSequence = ({ baseSequence, baseOffset, lastOffset }: BatchView) => baseSequence + lastOffset - baseOffset

/** The last batch that a producer wrote outside of a transaction, if it is the last thing that is known of it. */
function lastOf(batches: readonly BatchView[], producer: ProducerView): BatchView | undefined {
  const last = batches.findLast(({ producerId, baseSequence }) => producerId === producer.producerId && baseSequence >= 0)
  const isKnown = last?.producerEpoch === producer.producerEpoch && lastSequence(last) === producer.lastSequence
  return isKnown && !last.transactional && producer.currentTxnStartOffset < 0 ? last : undefined
}

/** The last batch is sent once more, then one that leaves out a record, then the next. Gives what was not answered as Kafka answers. */
export async function sequencesAmiss({ call }: Link, { topics }: View, dice: Chance): Promise<string[]> {
  const amiss: string[] = []
  for (const [name, { partitions }] of topics) {
    for (const [index, { batches, producers }] of partitions.entries()) {
      for (const producer of producers) {
        const last = lastOf(batches, producer)
        if (!last || dice.once(2)) continue
        const { producerId, producerEpoch } = producer
        const send = async (baseSequence: number, count: number) => {
          const builder = new BatchBuilder()
          for (let i = 0; i < count; i++) builder.append({ timestamp: Date.now(), key: Buffer.from('k'), value: null })
          const records = builder.build({ producerId, producerEpoch, baseSequence })
          const topicData = [{ name, partitionData: [{ index, records }] }]
          return (await call(Produce, { acks: -1, timeoutMs: 5000, topicData }, 9)).responses[0]?.partitionResponses[0]
        }
        const expect = async (what: string, answer: ReturnType<typeof send>, errorCode: number, baseOffset?: number) => {
          const said = await answer
          if (said?.errorCode === RECORD_LIST_TOO_LARGE) return
          if (said?.errorCode === errorCode && (baseOffset ?? said.baseOffset) === said.baseOffset) return
          amiss.push(`${name}-${index} producer ${producerId}: ${what}: error ${said?.errorCode}, offset ${said?.baseOffset}`)
        }
        const { baseOffset, baseSequence, lastOffset } = last
        await expect('the last batch once more', send(baseSequence, lastOffset - baseOffset + 1), NONE, baseOffset)
        await expect('a batch behind a gap', send(producer.lastSequence + 2, 1), OUT_OF_ORDER_SEQUENCE_NUMBER)
        await expect('the next batch', send(producer.lastSequence + 1, 1), NONE)
      }
    }
  }
  return amiss
}
