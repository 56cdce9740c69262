/**
 * A partition leader as far as a producer can tell: appends batches in order, and checks sequence numbers as Kafka's
 * ProducerStateManager does (a window of 5 batches; a new epoch begins at 0).
 */

import type { Produce } from '../../../src/protocol/apis/produce'
import { baseSequence, checkCrc, lastSequence, producerEpoch, producerId, recordCount } from '../../../src/protocol/batch'
import { readRecords } from '../../../src/protocol/batch-reader'
import type { ReplyIn, Request } from '../../../src/protocol/types'

interface Remembered {
  epoch: number
  batches: { first: number; last: number; offset: number }[]
}

const NONE = 0
const CORRUPT = 2
const OUT_OF_ORDER = 45
const OLD_EPOCH = 47

export class PartitionModel {
  readonly values: string[] = []
  readonly batchSizes: number[] = []
  private readonly producers = new Map<number, Remembered>()

  append(batch: Buffer): { errorCode: number; baseOffset: number } {
    const refuse = (errorCode: number) => ({ errorCode, baseOffset: -1 })
    if (!checkCrc(batch, 0)) return refuse(CORRUPT)
    const id = producerId(batch, 0)
    const write = () => {
      const baseOffset = this.values.length
      for (const { value } of readRecords(batch, 0)) this.values.push(String(value))
      this.batchSizes.push(recordCount(batch, 0))
      return { errorCode: NONE, baseOffset }
    }
    if (id < 0) return write()
    const epoch = producerEpoch(batch, 0)
    const first = baseSequence(batch, 0)
    const last = lastSequence(batch, 0)
    const known = this.producers.get(id)
    if (known && epoch < known.epoch) return refuse(OLD_EPOCH)
    if (!known || epoch > known.epoch) {
      if (known && first !== 0) return refuse(OUT_OF_ORDER)
      const result = write()
      this.producers.set(id, { epoch, batches: [{ first, last, offset: result.baseOffset }] })
      return result
    }
    const same = known.batches.find((each) => each.first === first && each.last === last)
    if (same) return { errorCode: NONE, baseOffset: same.offset }
    if (first !== (known.batches.at(-1)?.last ?? -1) + 1) return refuse(OUT_OF_ORDER)
    const result = write()
    known.batches = [...known.batches, { first, last, offset: result.baseOffset }].slice(-5)
    return result
  }
  /** Retention took it all. */
  forget(): void {
    this.producers.clear()
  }
}

export class BrokerModel {
  private readonly partitions = new Map<string, PartitionModel>()

  partition(topicId: string, index: number): PartitionModel {
    const key = `${topicId} ${index}`
    let found = this.partitions.get(key)
    if (!found) {
      found = new PartitionModel()
      this.partitions.set(key, found)
    }
    return found
  }
  produce(request: Request<typeof Produce>): ReplyIn<typeof Produce> {
    return {
      responses: request.topicData.map(({ topicId, partitionData }) => ({
        topicId,
        partitionResponses: partitionData.map(({ index, records }) => ({
          index,
          ...this.partition(topicId, index).append(Buffer.from(records ?? [])),
        })),
      })),
    }
  }
}
