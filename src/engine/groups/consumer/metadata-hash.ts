/**
 * One number that says which topics a consumer group was last assigned by: when it differs, the group begins a new epoch. Kafka
 * writes it into the group's record (Utils.computeTopicHash, computeGroupHash, since 4.1), so that the same number means that
 * neither needs a rebalance when it takes over from the other.
 *
 *     of a topic   0 i8 | id, each half i64 | name, string | partitions i32 | and for each of them:
 *                  its number i32 | for each rack: its length i32, string
 *     of a group   the hashes of its topics i64, by name
 *
 * Integers are little-endian; a string is its UTF-16 units, followed by their count as i32.
 */
import type { Topics } from '../topics'
import { xxh3 } from './xxh3'

const kept = new WeakMap<Topics, { version: number; readonly hashes: Map<string, bigint> }>()

function text(value: string): Buffer {
  const count = Buffer.alloc(4)
  count.writeInt32LE(value.length)
  return Buffer.concat([Buffer.from(value, 'utf16le'), count])
}
function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

/** Undefined: there is no such topic. */
function topicHash(topics: Topics, name: string): bigint | undefined {
  const id = topics.idOf(name)
  if (id === undefined) return undefined
  const halves = Buffer.from(id, 'base64url')
  halves.swap64()
  const count = topics.partitionCount(name)
  const pieces = [Buffer.from([0]), halves, text(name), int32(count)]
  for (let partition = 0; partition < count; partition++) {
    pieces.push(int32(partition))
    for (const rack of [...(topics.racksOf?.(name, partition) ?? [])].sort()) pieces.push(int32(rack.length), text(rack))
  }
  return xxh3(Buffer.concat(pieces))
}

function keptHash(topics: Topics, name: string): bigint | undefined {
  let shelf = kept.get(topics)
  if (shelf?.version !== topics.version) {
    shelf = { version: topics.version, hashes: new Map() }
    kept.set(topics, shelf)
  }
  const known = shelf.hashes.get(name)
  if (known !== undefined) return known
  const hash = topicHash(topics, name)
  if (hash !== undefined) shelf.hashes.set(name, hash)
  return hash
}

/** 0 when none of the topics exists. */
export function metadataHash(topics: Topics, names: Iterable<string>): bigint {
  const hashes = [...names].sort().flatMap((name) => keptHash(topics, name) ?? [])
  if (hashes.length === 0) return 0n
  const bytes = Buffer.alloc(8 * hashes.length)
  for (const [i, hash] of hashes.entries()) bytes.writeBigInt64LE(hash, 8 * i)
  return xxh3(bytes)
}
