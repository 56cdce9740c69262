/** A console consumer and the broker that it reads from. */
import command from '../../src/commands/console-consumer'
import { Fetch } from '../../src/protocol/apis/fetch'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { harness, type Setup } from '../cli/harness'
import { Scripted } from '../client/scripted'
import { answerOffsets } from './scripted-offsets'

export const B = '--bootstrap-server x:1'
export const TIME = 1_769_860_800_123

export interface Given {
  key?: string | Buffer | null
  value?: string | Buffer | null
  headers?: { key: string; value: Buffer | null }[]
  timestamp?: number
  /** Its batch is not what its checksum says. */
  isDamaged?: boolean
}

const bytes = (text: string | Buffer | null | undefined) => (typeof text === 'string' ? Buffer.from(text) : (text ?? null))

function batchOf(records: readonly Given[], baseOffset: number): Buffer {
  const builder = new BatchBuilder()
  for (const { key, value, headers = [], timestamp = TIME } of records) {
    builder.append({ timestamp, key: bytes(key), value: bytes(value), headers })
  }
  return builder.build({ baseOffset })
}

/** In one batch up to the first that is damaged, which has its own. */
function bytesOf(records: readonly Given[], baseOffset: number): Buffer {
  const damaged = records.findIndex(({ isDamaged }) => isDamaged)
  const bad = records[damaged]
  if (!bad) return batchOf(records, baseOffset)
  const batch = batchOf([bad], baseOffset + damaged)
  batch[batch.length - 1]! ^= 1
  return Buffer.concat(damaged === 0 ? [batch] : [batchOf(records.slice(0, damaged), baseOffset), batch])
}

/** A broker whose topics have these records, each list in one partition. */
export function world(logs: Record<string, Given[][]>, setup: Setup = {}) {
  const scripted = new Scripted()
  for (const [topic, partitions] of Object.entries(logs))
    scripted.topic(
      topic,
      partitions.map(() => 1),
    )
  const nameOf = (topic: string, topicId: string) =>
    topic || ([...scripted.topics].find(([, { id }]) => id === topicId)?.[0] ?? '')
  answerOffsets(scripted, (topic, partition, timestamp) => (timestamp === -2 ? 0 : (logs[topic]?.[partition]?.length ?? 0)))
  scripted.on(Fetch, async ({ topics, maxWaitMs }, { version }) => {
    const responses = topics.map(({ topic, topicId, partitions }) => ({
      ...(version >= 13 ? { topicId } : { topic }),
      partitions: partitions.map(({ partition, fetchOffset }) => {
        const records = logs[nameOf(topic, topicId)]?.[partition] ?? []
        const from = Number(fetchOffset)
        const rest = records.slice(from)
        return {
          partitionIndex: partition,
          errorCode: from > records.length ? 1 : 0,
          highWatermark: records.length,
          abortedTransactions: null,
          records: rest.length > 0 ? bytesOf(rest, from) : null,
        }
      }),
    }))
    const isEmpty = responses.every(({ partitions }) => partitions.every(({ records }) => records === null))
    if (isEmpty) await new Promise<void>((resolve) => scripted.clock.after(maxWaitMs, resolve))
    return { errorCode: 0, sessionId: 0, responses }
  })
  const running = harness({ clock: scripted.clock, ...setup, cluster: scripted.cluster() })
  const words = (line: string) => `${B} ${line}`.split(' ').filter((word) => word !== '')
  return {
    scripted,
    harness: running,
    kafka: (line: string) => scripted.outcome(running.kafka(command, ...words(line))),
    kt: (line: string) => scripted.outcome(running.run(command, ...words(line))),
  }
}
