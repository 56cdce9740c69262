/**
 * The cases of a fuzzing run: case `index` of `seed` is always the same bytes, so that what a run has found can be looked at alone.
 * Requests and responses whole and damaged, batches whole and damaged with right checksums, records, and bytes of no kind at all.
 */
import { allApis } from '../../src/protocol/apis/all'
import { stampCrc } from '../../src/protocol/batch'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { isFlexible, requestCodec, responseCodec } from '../../src/protocol/codecs'
import { compress } from '../../src/protocol/compression/codec'
import { encodeRequest } from '../../src/protocol/frames'
import type { Api } from '../../src/protocol/types'
import { Writer } from '../../src/protocol/writer'
import { mutate } from './mutate'
import { type Chance, chance } from './random'
import { someValue } from './values'

/** Whom the bytes are for. */
export type Kind = 'request' | 'response' | 'batch' | 'record'
export interface Case {
  readonly kind: Kind
  readonly bytes: Buffer
  /** Of a response: what it answers. */
  readonly api?: Api
  readonly version?: number
}

const SIZE_BYTES = 4
const MOST_BYTES = 10 * 1024

/** Case `index`; requests are of `apis`. */
export function caseAt(seed: number, index: number, apis: readonly Api[] = allApis): Case {
  const luck = chance(seed, index)
  const kind = luck.pick<Kind>(['request', 'request', 'request', 'response', 'response', 'batch', 'record'])
  const found = KINDS[kind](luck, apis)
  return { ...found, kind, bytes: found.bytes.subarray(0, MOST_BYTES) }
}
/** A request alone, without its size: for a server. */
export function requestAt(seed: number, index: number, apis: readonly Api[]): Buffer {
  return request(chance(seed, index), apis).bytes.subarray(0, MOST_BYTES)
}

const versionOf = (api: Api, luck: Chance): number => api.versions[0] + luck.below(api.versions[1] - api.versions[0] + 1)

function wholeRequest(luck: Chance, apis: readonly Api[]): Buffer {
  const api = luck.pick(apis)
  const version = versionOf(api, luck)
  const value = someValue(api.request, version, luck)
  if (api.name === 'Produce' && luck.once(2)) fillIn(value, luck)
  try {
    return Buffer.concat(encodeRequest(api, version, luck.next() | 0, luck.pick([null, '', 'fuzz']), value)).subarray(SIZE_BYTES)
  } catch {
    return header(api, version) // a null where that version has none
  }
}
/** Gives the partitions of a Produce request batches. */
function fillIn(value: Record<string, unknown>, luck: Chance): void {
  for (const { partitionData } of (value['topicData'] ?? []) as { partitionData: { records: Buffer }[] }[])
    for (const data of partitionData) data.records = batch(luck)
}

function header(api: Api, version: number): Buffer {
  const writer = new Writer()
  writer.int16(api.key)
  writer.int16(version)
  writer.int32(1)
  writer.stringOrNull(null)
  if (isFlexible(api, version)) writer.uvarint(0)
  return writer.whole()
}

/** The same few bytes over and over: what is small on the wire and large in memory. */
const filler = (luck: Chance): Buffer => {
  const size = luck.once(4) ? MOST_BYTES : luck.below(2000)
  return Buffer.alloc(
    size,
    luck.pick([Buffer.of(0), Buffer.of(1), Buffer.of(1, 0), Buffer.of(2, 0x61), Buffer.of(0, 1, 0x61), Buffer.of(0xff)]),
  )
}
/** A count of so many that they might just fit. */
function hollow(luck: Chance, start: Buffer, isCompact: boolean): Buffer {
  const rest = filler(luck)
  const writer = new Writer()
  const count = luck.pick([1, 2, 4, 8, 16])
  if (isCompact) writer.uvarint(Math.floor(rest.length / count) + 1)
  else writer.int32(Math.floor(rest.length / count))
  return Buffer.concat([start, writer.whole(), rest])
}

function request(luck: Chance, apis: readonly Api[]): { bytes: Buffer } {
  const roll = luck.below(16)
  if (roll === 0) return { bytes: luck.bytes(luck.below(200)) }
  if (roll === 1) return { bytes: wholeRequest(luck, apis) }
  if (roll < 4) {
    const api = luck.pick(apis)
    const version = versionOf(api, luck)
    const start = header(api, version)
    if (roll === 2) return { bytes: Buffer.concat([start, luck.bytes(luck.below(300))]) }
    return { bytes: hollow(luck, start, isFlexible(api, version)) }
  }
  return { bytes: mutate(wholeRequest(luck, apis), luck, () => wholeRequest(luck, apis)) }
}

function response(luck: Chance): Omit<Case, 'kind'> {
  const api = luck.pick(allApis)
  const version = versionOf(api, luck)
  const whole = () => {
    const writer = new Writer()
    writer.int32(1)
    if (isFlexible(api, version) && api.name !== 'ApiVersions') writer.uvarint(0)
    try {
      responseCodec(api, version).write(writer, someValue(api.response, version, luck))
    } catch {
      // a null where that version has none
    }
    return writer.whole()
  }
  const start = whole()
  if (luck.once(12)) return { api, version, bytes: hollow(luck, start.subarray(0, luck.below(12)), isFlexible(api, version)) }
  return { api, version, bytes: mutate(start, luck, whole) }
}

/** A batch of any codec, whole or damaged, with a right checksum most of the time. */
function batch(luck: Chance): Buffer {
  const builder = new BatchBuilder()
  const count = luck.once(8) ? 200 : 1 + luck.below(5)
  for (let i = 0; i < count; i++) {
    const key = luck.once(3) ? null : luck.bytes(luck.below(8))
    const value = luck.once(5) ? null : Buffer.alloc(luck.below(luck.once(20) ? 20_000 : 60), 'v')
    const headers = luck.once(4) ? [{ key: luck.pick(['h', '', 'é']), value: luck.once(3) ? null : luck.bytes(3) }] : []
    builder.append({ timestamp: 1_700_000_000_000 + luck.below(1000), key, value, headers })
  }
  const producer = luck.once(3) ? { producerId: luck.below(10), producerEpoch: luck.below(3), baseSequence: luck.below(10) } : {}
  const codec = luck.below(5)
  const options = {
    ...producer,
    codec,
    transactional: luck.once(8),
    control: luck.once(20),
    partitionLeaderEpoch: luck.below(3) - 1,
  }
  const whole = builder.build(options)
  if (luck.once(4)) return whole
  return damaged(whole, codec, luck)
}

const HEADER_SIZE = 61
function damaged(whole: Buffer, codec: number, luck: Chance): Buffer {
  const start = Buffer.from(whole.subarray(0, HEADER_SIZE))
  const body = whole.subarray(HEADER_SIZE)
  if (luck.once(3)) start[luck.below(HEADER_SIZE)] = luck.next()
  const other = () => luck.bytes(luck.below(60))
  const bodies: (() => Buffer)[] = [
    () => body,
    () => mutate(body, luck, other),
    () => other(),
    () => compress(codec, mutate(luck.bytes(luck.below(100)), luck, other)),
    () => compress(codec, Buffer.alloc(luck.below(200_000), luck.pick([0, 2, 0x80]))), // a small bomb
  ]
  const batch = Buffer.concat([start, luck.pick(bodies)()])
  if (luck.once(8)) return batch
  batch.writeInt32BE(batch.length - 12, 8)
  stampCrc(batch, 0)
  return batch
}

/** Keys and values of internal topics, and the bytes inside other messages: whole or damaged by their first bytes alone. */
function record(luck: Chance): { bytes: Buffer } {
  const api = luck.pick(allApis)
  const version = versionOf(api, luck)
  const writer = new Writer()
  writer.int16(luck.below(30))
  try {
    requestCodec(api, version).write(writer, someValue(api.request, version, luck)) // fields of some kind
  } catch {
    // a null where that version has none
  }
  const bytes = writer.whole()
  return {
    bytes: luck.once(3)
      ? hollow(luck, bytes.subarray(0, 2 + luck.below(8)), luck.once(2))
      : mutate(bytes, luck, () => luck.bytes(20)),
  }
}

const KINDS: Record<Kind, (luck: Chance, apis: readonly Api[]) => Omit<Case, 'kind'>> = {
  request,
  response,
  batch: (luck) => ({ bytes: batch(luck) }),
  record,
}
