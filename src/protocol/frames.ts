/**
 * A frame is what travels on a connection: a size, a header and a body.
 *
 *     request   size i32 | apiKey i16 | apiVersion i16 | correlationId i32 | clientId string? | [tags] | body
 *     response  size i32 | correlationId i32 | [tags] | body
 *
 * The tags (KIP-482) are there when the version of the API is flexible. Two things must be readable before the sides know
 * each other's versions: the client id, which is never compact, and the reply to ApiVersions, whose header never has tags
 * (KIP-511). Requests with header v0 and the API that had them are gone from Kafka.
 */
import { apiRow } from './apis/numbers'
import { isFlexible, requestCodec, responseCodec } from './codecs'
import type { Reader } from './reader'
import type { Api, Reply, ReplyIn, Request, RequestIn } from './types'
import { Writer } from './writer'

const API_VERSIONS = 18
const SIZE_BYTES = 4

export interface RequestHeader {
  readonly apiKey: number
  readonly apiVersion: number
  /** Chosen by the client; its reply carries the same. */
  readonly correlationId: number
  readonly clientId: string | null
}

/** A whole request, in pieces that follow each other; record batches are not copied. Throws Unsayable. */
export function encodeRequest<A extends Api>(
  api: A,
  version: number,
  correlationId: number,
  clientId: string | null,
  request: RequestIn<A>,
): Uint8Array[] {
  const writer = new Writer()
  writer.int32(0) // the size, known at the end
  writer.int16(api.key)
  writer.int16(version)
  writer.int32(correlationId)
  writer.stringOrNull(clientId)
  if (isFlexible(api, version)) writer.uvarint(0)
  requestCodec(api, version).write(writer, request)
  return withSize(writer)
}

/** A whole response, in pieces that follow each other; record batches are not copied. Throws Unsayable. */
export function encodeResponse<A extends Api>(api: A, version: number, correlationId: number, reply: ReplyIn<A>): Uint8Array[] {
  const writer = new Writer()
  writer.int32(0) // the size, known at the end
  writer.int32(correlationId)
  if (hasResponseTags(api, version)) writer.uvarint(0)
  responseCodec(api, version).write(writer, reply)
  return withSize(writer)
}

const hasResponseTags = (api: Api, version: number) => isFlexible(api, version) && api.key !== API_VERSIONS

/** Writes the size over the first four bytes, which the first piece always holds. */
function withSize(writer: Writer): Uint8Array[] {
  const size = writer.length - SIZE_BYTES
  if (size > 0x7fffffff) throw new RangeError(`a frame of ${size} bytes is longer than its size can say`)
  const pieces = writer.finish()
  const first = pieces[0] as Uint8Array
  first[0] = size >>> 24
  first[1] = size >>> 16
  first[2] = size >>> 8
  first[3] = size
  return pieces
}

const inTable = (apiKey: number) => apiRow(apiKey)?.flexible

/**
 * Reads the header of a request from a frame without its size, and leaves the reader at the body. `flexibleFrom` gives the
 * first flexible version of an API, null for none, undefined for an API that it does not know: then only the header's
 * fields are read, enough to say whose request it was. Throws Malformed.
 */
export function decodeRequestHeader(
  reader: Reader,
  flexibleFrom: (apiKey: number) => number | null | undefined = inTable,
): RequestHeader {
  const apiKey = reader.int16()
  const apiVersion = reader.int16()
  const correlationId = reader.int32()
  const clientId = reader.stringOrNull()
  const flexible = flexibleFrom(apiKey) ?? Number.POSITIVE_INFINITY
  if (apiVersion >= flexible) skipTags(reader)
  return { apiKey, apiVersion, correlationId, clientId }
}

/** What a request may take of the heap beyond four times its bytes: six times more, at least and at most. */
const SLACK_FACTOR = 6
const LEAST_SLACK = 64 << 10
const MOST_SLACK = 1 << 20

/**
 * Bytes of heap that a request of `size` bytes may take when it is decoded, for Reader.allowance. Thousands of topics to create take
 * nine times their bytes, and are honest; a request that is hollow on purpose takes up to fifty.
 */
export function requestAllowance(size: number): number {
  return size * 4 + Math.min(Math.max(size * SLACK_FACTOR, LEAST_SLACK), MOST_SLACK)
}

/** Reads the body of a request, behind its header. Throws Malformed. */
export function decodeRequest<A extends Api>(api: A, version: number, reader: Reader): Request<A> {
  return requestCodec(api, version).read(reader) as Request<A>
}

/** Which request the response in `frame` (without its size) answers; undefined if it is too short to say. */
export function correlationIdOf(frame: Buffer): number | undefined {
  return frame.length < 4 ? undefined : frame.readInt32BE(0)
}

/** Reads a response from a frame without its size: header and body. Throws Malformed. */
export function decodeResponse<A extends Api>(api: A, version: number, reader: Reader): Reply<A> {
  reader.skip(4) // the correlation id, by which the caller found api and version
  if (hasResponseTags(api, version)) skipTags(reader)
  return responseCodec(api, version).read(reader) as Reply<A>
}

/** No tagged field of a header is known yet. */
function skipTags(reader: Reader): void {
  const count = reader.uvarint()
  reader.room(count, 2)
  let last = -1
  for (let i = 0; i < count; i++) {
    const tag = reader.uvarint()
    if (tag <= last) reader.fail(`tagged field ${tag} out of order`)
    last = tag
    reader.position = reader.tagSize()
  }
}
