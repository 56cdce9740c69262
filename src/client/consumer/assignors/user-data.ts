/**
 * What the sticky assignors keep in a member's subscription for the next leader to read.
 *
 *     sticky              [topic string | [partition i32]] | generation i32 (absent in the oldest form)
 *     cooperative-sticky  generation i32, for members whose subscription is too old to say it (what they own stands there too)
 *
 * Arrays have i32 counts. Source: StickyAssignor, CooperativeStickyAssignor.
 */
import { Malformed, Reader } from '../../../protocol/reader'
import { Writer } from '../../../protocol/writer'
import { byTopic, type TopicPartition } from '../../topic-partition'

export interface Remembered {
  readonly owned: readonly TopicPartition[]
  /** -1: unknown. */
  readonly generation: number
}

export function encodeUserData(assignor: string, { owned, generation }: Remembered): Buffer | null {
  const writer = new Writer(128)
  if (assignor === 'cooperative-sticky') {
    writer.int32(generation)
    return writer.whole()
  }
  if (assignor !== 'sticky') return null
  const topics = byTopic(owned)
  writer.int32(topics.length)
  for (const [topic, rows] of topics) {
    writer.string(topic)
    writer.int32(rows.length)
    for (const { partition } of rows) writer.int32(partition)
  }
  writer.int32(generation)
  return writer.whole()
}

/** What a member remembers by its user data; nothing, if that is not to be read. */
export function decodeUserData(assignor: string, data: Uint8Array | null): Remembered {
  const nothing = { owned: [], generation: -1 }
  if (data === null || data.length === 0) return nothing
  const reader = new Reader(Buffer.from(data.buffer, data.byteOffset, data.length))
  try {
    if (assignor === 'cooperative-sticky') return { owned: [], generation: reader.int32() }
    if (assignor !== 'sticky') return nothing
    const owned: TopicPartition[] = []
    const topics = reader.int32()
    reader.room(topics, 6)
    for (let i = 0; i < topics; i++) {
      const topic = reader.string()
      const partitions = reader.int32()
      reader.room(partitions, 4)
      for (let place = 0; place < partitions; place++) owned.push({ topic, partition: reader.int32() })
    }
    return { owned, generation: reader.left >= 4 ? reader.int32() : -1 }
  } catch (error) {
    if (error instanceof Malformed) return nothing // some other assignor of the same name
    throw error
  }
}
