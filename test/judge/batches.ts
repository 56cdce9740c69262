/**
 * Batches as chance will have them: what is in them, for kt or Kafka's MemoryRecordsBuilder to build; damaged ones; and message sets
 * of magic 0 and 1 that no builder makes.
 */
import { stampCrc } from '../../src/protocol/batch'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { compress } from '../../src/protocol/compression/codec'
import { legacyCrc } from '../../src/protocol/legacy'
import { mutate } from '../fuzz/mutate'
import type { Chance } from '../fuzz/random'

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/** Bytes are hexadecimal. */
export interface RecordSpec {
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [key: string, value: string | null])[]
}
export interface BatchSpec {
  readonly magic: number
  readonly codec: (typeof CODECS)[number]
  readonly level?: number
  readonly baseOffset: number
  readonly logAppendTime?: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly transactional: boolean
  readonly partitionLeaderEpoch: number
  readonly records: readonly RecordSpec[]
}

const LEVELS: Readonly<Record<string, readonly number[]>> = {
  gzip: [1, 5, 9],
  lz4: [1, 9, 17],
  zstd: [-131_072, -5, 1, 3, 12, 22],
}
const NOW = 1_700_000_000_000

function someBytes(chance: Chance): string | null {
  if (chance.once(5)) return null
  if (chance.once(20))
    return Buffer.alloc(chance.pick([600, 8_000, 70_000]), chance.pick(['kt', 'a', 'Apache Kafka '])).toString('hex')
  return chance.bytes(chance.once(10) ? 300 : chance.below(20)).toString('hex')
}

/** What a batch of `magic` may hold. */
export function someBatch(magic: number, chance: Chance): BatchSpec {
  const codec = chance.pick(magic === 2 ? CODECS : CODECS.slice(0, 4))
  const levels = LEVELS[codec]
  const baseOffset = chance.pick([0, 1, 1000, 2 ** 40])
  const isIdempotent = magic === 2 && chance.once(2)
  const records: RecordSpec[] = []
  let offset = baseOffset
  for (let count = chance.once(15) ? 300 : 1 + chance.below(5); count > 0; count--) {
    const headers = Array.from({ length: magic === 2 && chance.once(3) ? 1 + chance.below(3) : 0 }, () => {
      return [chance.pick(['', 'h', 'é😀', 'a-longer-name']), someBytes(chance)] as const
    })
    const timestamp = chance.once(12) ? -1 : NOW + chance.below(100_000) - 50_000
    records.push({ offset, timestamp, key: someBytes(chance), value: someBytes(chance), headers })
    offset += chance.once(6) ? 1 + chance.below(70) : 1
  }
  return {
    magic,
    codec,
    ...(levels && chance.once(2) && { level: chance.pick(levels) }),
    baseOffset,
    ...(magic > 0 && chance.once(4) && { logAppendTime: NOW + 77 }),
    producerId: isIdempotent ? chance.pick([0, 7, 2 ** 40]) : -1,
    producerEpoch: isIdempotent ? chance.pick([0, 3, 32_767]) : -1,
    baseSequence: isIdempotent ? chance.pick([0, 5, 2_147_483_646]) : -1,
    transactional: isIdempotent && chance.once(2),
    partitionLeaderEpoch: chance.pick([-1, 0, 9]),
    records,
  }
}

const bytesOf = (hex: string | null): Buffer | null => (hex === null ? null : Buffer.from(hex, 'hex'))

/** kt builds it; magic 2 only. */
export function buildBatch(spec: BatchSpec): Buffer {
  const builder = new BatchBuilder(256)
  const { magic: _, codec, level, records, ...options } = spec
  for (const { offset, timestamp, key, value, headers } of records) {
    const pairs = headers.map(([name, bytes]) => ({ key: name, value: bytesOf(bytes) }))
    builder.append({ timestamp, key: bytesOf(key), value: bytesOf(value), headers: pairs }, offset - spec.baseOffset)
  }
  const codecLevel = codec === 'gzip' || codec === 'zstd' ? level : undefined
  return builder.build({ ...options, codec: CODECS.indexOf(codec), codecLevel })
}

const HEADER_SIZE = 61
/** A batch with changes in its header, its records, its checksum, or what its records were before they were compressed. */
export function damagedBatch(chance: Chance): Buffer {
  const whole = buildBatch({ ...someBatch(2, chance), codec: 'none' })
  const codec = chance.once(2) ? 0 : 1 + chance.below(4)
  const header = Buffer.from(whole.subarray(0, HEADER_SIZE))
  const plain = whole.subarray(HEADER_SIZE)
  const other = () => chance.bytes(chance.below(40))
  let body = compress(codec, chance.once(2) ? mutate(plain, chance, other) : plain)
  if (chance.once(4)) body = mutate(body, chance, other)
  header.writeInt16BE((header.readInt16BE(21) & ~7) | codec, 21)
  if (chance.once(3)) header[chance.below(HEADER_SIZE)] = chance.next()
  header[16]! &= 0x7f // what Java makes of a magic below 0 hangs on what is behind it
  const batch = Buffer.concat([header, body])
  if (chance.once(8)) return batch
  batch.writeInt32BE(batch.length - 12, 8)
  if (!chance.once(8)) stampCrc(batch, 0)
  return chance.once(6) ? Buffer.concat([batch, whole]) : batch
}

/** A message as it stands in a set of magic 0 or 1. */
function oldMessage(offset: number, magic: number, attributes: number, key: Buffer | null, value: Buffer | null): Buffer {
  const timestamp = Buffer.alloc(magic === 1 ? 8 : 0)
  if (magic === 1) timestamp.writeBigInt64BE(BigInt(NOW + offset))
  const sized = (bytes: Buffer | null) => {
    const size = Buffer.alloc(4)
    size.writeInt32BE(bytes === null ? -1 : bytes.length)
    return Buffer.concat([size, bytes ?? Buffer.alloc(0)])
  }
  const head = Buffer.alloc(18)
  head.writeBigInt64BE(BigInt(offset))
  head[16] = magic
  head[17] = attributes
  const message = Buffer.concat([head, timestamp, sized(key), sized(value)])
  message.writeInt32BE(message.length - 12, 8)
  message.writeUInt32BE(legacyCrc(message, 0, message.length), 12)
  return message
}

/** A message set with a wrapper: empty, nested, of another magic inside, with offsets of any kind, or damaged. */
export function oddMessageSet(chance: Chance): Buffer {
  const magic = chance.below(2)
  const codec = 1 + chance.below(3)
  const innerMagic = chance.once(8) ? 1 - magic : magic
  const first = chance.pick([0, 0, 5, 1000])
  const step = chance.pick([1, 1, 1, 3])
  const inner = Array.from({ length: chance.below(4) }, (_, i) => {
    const value = bytesOf(someBytes(chance))
    const nested = chance.once(10) ? compress(codec, oldMessage(0, innerMagic, 0, null, value)) : undefined
    return oldMessage(
      first + i * step,
      innerMagic,
      nested ? codec : chance.pick([0, 0, 0, 8]),
      bytesOf(someBytes(chance)),
      nested ?? value,
    )
  })
  const cut = (bytes: Buffer) => bytes.subarray(0, chance.below(bytes.length + 1))
  const packed = compress(codec, chance.once(6) ? cut(Buffer.concat(inner)) : Buffer.concat(inner))
  const content = chance.once(10) ? null : chance.once(10) ? cut(packed) : packed
  const attributes = codec | (chance.once(3) ? 8 : 0)
  const outer = oldMessage(
    first + Math.max(inner.length - 1, 0) * step + chance.pick([0, 0, 7, -1]),
    magic,
    attributes,
    null,
    content,
  )
  const behind = chance.once(4) ? oldMessage(9000, magic, 0, null, Buffer.from('v')) : Buffer.alloc(0)
  const set = Buffer.concat([outer, behind])
  if (chance.once(12)) return cut(set)
  if (chance.once(6)) set[8 + chance.below(10)]! ^= 1 << chance.below(7) // size, checksum, magic, attributes
  return set
}
