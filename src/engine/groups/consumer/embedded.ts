/**
 * The two languages in which one assignment is said: topic ids among members of the consumer protocol, and the bytes of the
 * classic consumer protocol, with topic names, among the others.
 */

import { Malformed } from '../../../protocol/reader'
import { decodeAssignment, decodeSubscription, encodeAssignment } from '../../../protocol/records/consumer-protocol'
import { asBuffer } from '../classic/protocols'
import type { Topics } from '../topics'
import { type Assignment, NO_PARTITIONS, toAssignment } from './assignment'

export interface Subscription {
  readonly topics: readonly string[]
  readonly rackId: string | null
  /** Ids of what the member says it owns. */
  readonly owned: readonly { readonly topicId: string; readonly partitions: readonly number[] }[]
}

type Named = readonly { readonly topic: string; readonly partitions: readonly number[] }[]

const withIds = (topics: Topics, named: Named) =>
  named.flatMap(({ topic, partitions }) => {
    const topicId = topics.idOf(topic)
    return topicId === undefined ? [] : [{ topicId, partitions }]
  })

/** Undefined: the bytes are none of the consumer protocol. */
export function readSubscription(metadata: Uint8Array, topics: Topics): Subscription | undefined {
  return unlessMalformed(() => {
    const read = decodeSubscription(asBuffer(metadata))
    return { topics: read.topics, rackId: read.rackId || null, owned: withIds(topics, read.ownedPartitions) }
  })
}

/** 'custom': an assignor of the client's own left data in it, which would be lost. Undefined: malformed. */
export function readAssignment(bytes: Uint8Array, topics: Topics): Assignment | 'custom' | undefined {
  if (bytes.length === 0) return NO_PARTITIONS
  return unlessMalformed(() => {
    const { assignedPartitions, userData } = decodeAssignment(asBuffer(bytes))
    if (userData !== null && userData.length > 0) return 'custom'
    return toAssignment(withIds(topics, assignedPartitions))
  })
}

/** In the version in which the member speaks. Topics that are gone are left out. */
export function writeAssignment(assignment: Assignment, metadata: Uint8Array, topics: Topics): Buffer {
  const version = metadata.length < 2 ? 0 : asBuffer(metadata).readInt16BE(0)
  const assignedPartitions = [...assignment].flatMap(([topicId, partitions]) => {
    const topic = topics.nameOf(topicId)
    return topic === undefined ? [] : [{ topic, partitions: [...partitions] }]
  })
  return encodeAssignment(Math.min(Math.max(version, 0), 3), { assignedPartitions })
}

function unlessMalformed<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}
