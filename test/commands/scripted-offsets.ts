/** Answers of a scripted broker to ListOffsets. */
import { ListOffsets } from '../../src/protocol/apis/list-offsets'
import type { Scripted } from '../client/scripted'

export function answerOffsets(
  scripted: Scripted,
  offsetOf: (topic: string, partition: number, timestamp: number) => number,
): void {
  scripted.on(ListOffsets, ({ topics }) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, timestamp }) => ({
        partitionIndex,
        errorCode: 0,
        offset: offsetOf(name, partitionIndex, timestamp),
        leaderEpoch: 0,
      })),
    })),
  }))
}
