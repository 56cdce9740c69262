/**
 * The codecs of APIs and messages, one per version, made at first use and kept with the declaration. The first few messages are
 * interpreted, for staging a message costs a command that exchanges a dozen kinds of them a tenth of its time. Reading and writing are
 * staged each when it is worth it: who reads many of a kind seldom writes any.
 */
import { interpret, interpretFill } from './interpret'
import type { Reader } from './reader'
import { type Codec, stageFill, stageReader, stageWriter } from './stage'
import type { Api, Fields, In, Message, Out } from './types'
import { Writer } from './writer'

/** So many values are filled in, or bytes of messages interpreted, in about the time that staging takes. */
const STAGED_AFTER = 128
const STAGED_AFTER_BYTES = 16384

/** `cold` for the first uses, then `hot`. */
function warming<T>(cold: T, hot: () => T): () => T {
  let current = cold
  let left = STAGED_AFTER
  return () => {
    if (left >= 0 && left-- === 0) current = hot()
    return current
  }
}
/** So many elements of an array come to STAGED_AFTER_BYTES, more or less. */
const MANY = 250
/** As deep as the first of each array shows; bytes, which may come in pieces, are not looked into. */
const holdsMany = (value: object): boolean =>
  Object.values(value).some((one) => Array.isArray(one) && (one.length >= MANY || (isStruct(one[0]) && holdsMany(one[0]))))
const isStruct = (one: unknown): one is object => typeof one === 'object' && one !== null && !ArrayBuffer.isView(one)

/** Interprets until enough bytes have been read, or written; a large message is staged before. */
function codecOf<F extends Fields>(fields: F, version: number, flexible: boolean): Codec<F> {
  let { read, write } = interpret(fields, version, flexible)
  let toRead = STAGED_AFTER_BYTES
  let toWrite = STAGED_AFTER_BYTES
  const wrote = (bytes: number) => {
    toWrite -= bytes
    if (toWrite < 0) write = stageWriter(fields, version, flexible)
  }
  return {
    read(reader) {
      if (toRead >= 0) {
        toRead -= reader.left + 1
        if (toRead < 0) read = stageReader(fields, version, flexible)
      }
      return read(reader)
    },
    write(writer, value) {
      if (toWrite >= 0 && holdsMany(value)) wrote(toWrite + 1)
      if (toWrite < 0) {
        write(writer, value)
        return
      }
      const before = writer.length
      write(writer, value)
      wrote(writer.length - before + 1)
    },
  }
}
function fillOf<F extends Fields>(fields: F): (value: In<F>) => Out<F> {
  const current = warming(interpretFill(fields), () => stageFill(fields))
  return (value) => current()(value)
}

interface Shelf {
  readonly request: Codec<Fields>[]
  readonly response: Codec<Fields>[]
  fillRequest?: (value: never) => unknown
  fillResponse?: (value: never) => unknown
}
const shelves = new WeakMap<object, Shelf>()

function shelf(declaration: object): Shelf {
  let found = shelves.get(declaration)
  if (!found) {
    found = { request: [], response: [] }
    shelves.set(declaration, found)
  }
  return found
}

export const isFlexible = (api: Pick<Api, 'flexible'>, version: number): boolean =>
  api.flexible !== null && version >= api.flexible

/** Reads and writes requests of `api` at `version`. */
export function requestCodec<A extends Api>(api: A, version: number): Codec<A['request']> {
  const codecs = shelf(api).request
  codecs[version] ??= codecOf(api.request, version, isFlexible(api, version)) as Codec<Fields>
  return codecs[version] as unknown as Codec<A['request']>
}
/** Reads and writes replies of `api` at `version`. */
export function responseCodec<A extends Api>(api: A, version: number): Codec<A['response']> {
  const codecs = shelf(api).response
  codecs[version] ??= codecOf(api.response, version, isFlexible(api, version)) as Codec<Fields>
  return codecs[version] as unknown as Codec<A['response']>
}
/** Reads and writes a message that belongs to no API. */
export function messageCodec<F extends Fields>(message: Message<F>, version: number): Codec<F> {
  const codecs = shelf(message).request
  codecs[version] ??= codecOf(message.fields, version, isFlexible(message, version)) as Codec<Fields>
  return codecs[version] as unknown as Codec<F>
}

/** A message with no header around it, as bytes. Throws Unsayable. */
export function encodeMessage<F extends Fields>(message: Message<F>, version: number, value: In<F>): Buffer {
  const writer = new Writer(128)
  messageCodec(message, version).write(writer, value)
  return writer.whole()
}
export function decodeMessage<F extends Fields>(message: Message<F>, version: number, reader: Reader): Out<F> {
  return messageCodec(message, version).read(reader)
}

/** Fills in the defaults of a request that is handed over as an object. */
export function fillRequest<A extends Api>(api: A, request: In<A['request']>): Out<A['request']> {
  const kept = shelf(api)
  kept.fillRequest ??= fillOf(api.request) as (value: never) => unknown
  return kept.fillRequest(request as never) as Out<A['request']>
}
/** Fills in the defaults of a reply that is handed over as an object. */
export function fillResponse<A extends Api>(api: A, reply: In<A['response']>): Out<A['response']> {
  const kept = shelf(api)
  kept.fillResponse ??= fillOf(api.response) as (value: never) => unknown
  return kept.fillResponse(reply as never) as Out<A['response']>
}
