/** What only shows when the engine goes on after a crash: retries, sequences, producer ids, members. Changes the state. */
import { Heartbeat } from '../../src/protocol/apis/heartbeat'
import { InitProducerId } from '../../src/protocol/apis/init-producer-id'
import { Produce } from '../../src/protocol/apis/produce'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { errors } from '../../src/protocol/errors'
import { type Asked, startsOf } from './judge'
import { numberOf, recordOf } from './ledger'
import type { BatchView, View } from './view'
import type { World } from './world'

export async function probe(world: World, view: View, asked: Asked): Promise<string[]> {
  const complaints: string[] = []
  for (const [name, { partitions }] of view.topics) {
    for (const [index, { batches }] of partitions.entries()) {
      const last = new Map<number, BatchView>()
      for (const batch of batches) if (batch.baseSequence >= 0 && !batch.transactional) last.set(batch.producerId, batch)
      for (const batch of last.values()) complaints.push(...(await probeProducer(world, name, index, batch, asked)))
    }
  }
  complaints.push(...(await probeMember(world, asked)), ...(await probeIds(world, asked)))
  return complaints
}

async function probeProducer(world: World, topic: string, partition: number, batch: BatchView, asked: Asked): Promise<string[]> {
  const send = async (numbers: readonly number[], timestamp: number, baseSequence: number) => {
    const builder = new BatchBuilder()
    for (const number of numbers) builder.append(recordOf(number, timestamp))
    const records = builder.build({ producerId: batch.producerId, producerEpoch: batch.producerEpoch, baseSequence })
    const topicData = [{ name: topic, partitionData: [{ index: partition, records }] }]
    const request = { acks: 1, timeoutMs: 1000, topicData }
    return (await world.call(Produce, request, 9)).responses[0]?.partitionResponses[0]
  }
  const first = numberOf(batch.records[0]?.value ?? null)
  const sent = asked.ledger.produced.find(({ numbers }) => numbers[0] === first)
  // of what may be deleted the rest tells nothing of what was sent last
  if (!sent || batch.baseOffset < startsOf(sent.topic, partition, asked).most) return []
  const place = `${topic}-${partition}, producer ${batch.producerId}`
  const again = await send(sent.numbers, sent.timestamp, batch.baseSequence)
  if (again?.errorCode === errors.RECORD_LIST_TOO_LARGE) return [] // it was compressed, and segments are smaller now
  if (again?.errorCode !== 0 || again.baseOffset !== batch.baseOffset) {
    return [`${place}: what is at ${batch.baseOffset}, sent again, is answered with ${again?.errorCode} and ${again?.baseOffset}`]
  }
  const next = batch.baseSequence + sent.numbers.length
  const gap = await send([1], sent.timestamp, next + 1)
  const on = await send([1], sent.timestamp, next)
  const complaints: string[] = []
  if (gap?.errorCode !== errors.OUT_OF_ORDER_SEQUENCE_NUMBER)
    complaints.push(`${place}: a gap is answered with ${gap?.errorCode}`)
  if (on?.errorCode !== 0) complaints.push(`${place}: what comes next is answered with ${on?.errorCode}`)
  return complaints
}

async function probeMember(world: World, { ledger, time }: Asked): Promise<string[]> {
  const begun = ledger.joins.filter(({ began }) => began <= time)
  const last = begun.at(-1)
  if (!last || last.ended > time) return []
  const { memberId, generation: generationId } = last
  const reply = await world.call(Heartbeat, { groupId: last.group, generationId, memberId, groupInstanceId: last.instance })
  return reply.errorCode === 0 ? [] : [`the member of generation ${generationId} is answered with ${reply.errorCode}`]
}

async function probeIds(world: World, { ledger, time }: Asked): Promise<string[]> {
  const known = ledger.producers.filter(({ ended }) => ended <= time).map(({ producerId }) => producerId)
  const pending = world.call(InitProducerId, { transactionalId: null, transactionTimeoutMs: 60_000 })
  const { producerId, errorCode } = await pending
  if (errorCode !== 0) return [`InitProducerId is answered with ${errorCode}`]
  return known.includes(producerId) ? [`producer id ${producerId} is given for a second time`] : []
}
