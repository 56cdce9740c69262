/** What holds for every API in every version, whatever is in it. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allApis } from '../../src/protocol/apis/all'
import { isFlexible } from '../../src/protocol/codecs'
import { interpret, interpretFill } from '../../src/protocol/interpret'
import { Malformed, Reader } from '../../src/protocol/reader'
import { clusterMetadata } from '../../src/protocol/records/cluster-metadata'
import { consumerOffsets } from '../../src/protocol/records/consumer-offsets'
import { ConsumerProtocolAssignment, ConsumerProtocolSubscription } from '../../src/protocol/records/consumer-protocol'
import { controlTypes } from '../../src/protocol/records/control'
import { shareGroupState } from '../../src/protocol/records/share-group-state'
import { transactionState } from '../../src/protocol/records/transaction-state'
import { type Codec, stage, stageFill } from '../../src/protocol/stage'
import type { Fields, Message } from '../../src/protocol/types'
import { Writer } from '../../src/protocol/writer'
import { arbitraryOf } from './arbitrary'

const coordinatorTypes = [...consumerOffsets.types, ...transactionState.types, ...shareGroupState.types]
const messages: readonly Message[] = [
  ...allApis.flatMap(({ name, request, response, ...api }) => [
    { ...api, name: `${name}Request`, fields: request },
    { ...api, name: `${name}Response`, fields: response },
  ]),
  ...coordinatorTypes.flatMap(({ key, value }) => [key, value]),
  ...clusterMetadata.types,
  ...Object.values(controlTypes).map(({ message }) => message),
  ConsumerProtocolSubscription,
  ConsumerProtocolAssignment,
]

interface Staged {
  readonly fields: Fields
  readonly version: number
  readonly label: string
  readonly codec: Codec<Fields>
  readonly interpreted: Codec<Fields>
}
const staged: readonly Staged[] = messages.flatMap((message) => {
  const [least, most] = message.versions
  return Array.from({ length: most - least + 1 }, (_, i) => {
    const version = least + i
    const codec = stage(message.fields, version, isFlexible(message, version))
    const interpreted = interpret(message.fields, version, isFlexible(message, version))
    return { fields: message.fields, version, label: `${message.name} v${version}`, codec, interpreted }
  })
})

type Value = Parameters<Codec<Fields>['write']>[1]
function encode(codec: Codec<Fields>, value: Value): Buffer {
  const writer = new Writer(16) // small, so that growing is tested too
  codec.write(writer, value)
  return writer.whole()
}
/** Decodes bytes that may be anything: whatever is wrong with them must be said as Malformed. */
function refusal({ codec, label }: Staged, bytes: Buffer): Malformed | undefined {
  try {
    codec.read(new Reader(bytes))
    return undefined
  } catch (error) {
    if (error instanceof Malformed) return error
    throw new Error(`${label}: ${bytes.toString('hex')} is not refused as malformed`, { cause: error })
  }
}
/** What came of it: a value, or which refusal; staged code looks at several fields at once, so not where. */
function outcome(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error instanceof Malformed ? 'malformed' : String(error)
  }
}
const seed = 42 // the same run for everybody; raise numRuns to search

describe('every message in every version', { timeout: 60_000 }, () => {
  test('there are some', () => expect(staged.length).toBeGreaterThan(650))

  test('is read as it was written', () => {
    for (const { fields, version, label, codec } of staged) {
      const holds = fc.property(arbitraryOf(fields, version), (value) => {
        const reader = new Reader(encode(codec, value))
        const again = codec.read(reader)
        if (!isDeepStrictEqual(again, value)) expect(again, label).toEqual(value)
        return reader.left === 0
      })
      fc.assert(holds, { seed, numRuns: 12 })
    }
  })

  test('is the same when handed over as an object', () => {
    for (const { fields, version, label, codec } of staged) {
      const fill = stageFill(fields)
      const holds = fc.property(arbitraryOf(fields, version), (value) => {
        if (!isDeepStrictEqual(fill(value), codec.read(new Reader(encode(codec, value)))))
          expect(fill(value), label).toEqual(value)
      })
      fc.assert(holds, { seed, numRuns: 4 })
    }
  })

  test('is refused wherever it is cut', () => {
    for (const one of staged) {
      const holds = fc.property(arbitraryOf(one.fields, one.version), (value) => {
        const bytes = encode(one.codec, value)
        for (let size = 0; size < bytes.length; size++) {
          if (!refusal(one, bytes.subarray(0, size)))
            throw new Error(`${one.label}: ${size} of ${bytes.toString('hex')} are taken`)
        }
      })
      fc.assert(holds, { seed, numRuns: 2 })
    }
  })

  test('is read or refused, and nothing else, when a byte of it is another', () => {
    for (const one of staged) {
      const damage = fc.record({
        value: arbitraryOf(one.fields, one.version),
        at: fc.nat(),
        byte: fc.integer({ min: 0, max: 255 }),
      })
      const holds = fc.property(damage, ({ value, at, byte }) => {
        const bytes = Buffer.from(encode(one.codec, value))
        if (bytes.length > 0) bytes[at % bytes.length] = byte
        refusal(one, bytes)
      })
      fc.assert(holds, { seed, numRuns: 12 })
    }
  })

  test('is read or refused, and nothing else, when its bytes are any', () => {
    for (const one of staged) {
      const holds = fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        refusal(one, Buffer.from(bytes))
      })
      fc.assert(holds, { seed, numRuns: 12 })
    }
  })

  test('is interpreted as it is staged: the same bytes, the same values, the same refusals', () => {
    for (const { fields, version, label, codec, interpreted } of staged) {
      const damage = fc.record({
        // values of no version in particular, so that some cannot be said in this one
        value: fc.oneof(arbitraryOf(fields, version), arbitraryOf(fields, 0), arbitraryOf(fields, 99), fc.constant({})),
        at: fc.nat(),
        byte: fc.integer({ min: 0, max: 255 }),
      })
      const holds = fc.property(damage, ({ value, at, byte }) => {
        const written = outcome(() => encode(codec, value))
        expect(
          outcome(() => encode(interpreted, value)),
          label,
        ).toEqual(written)
        expect(interpretFill(fields)(value), label).toEqual(stageFill(fields)(value))
        if (!Buffer.isBuffer(written)) return
        const read = (one: Codec<Fields>) => outcome(() => one.read(new Reader(written)))
        expect(read(interpreted), label).toEqual(read(codec))
        if (written.length > 0) written[at % written.length] = byte
        expect(read(interpreted), label).toEqual(read(codec))
      })
      fc.assert(holds, { seed, numRuns: 12 })
    }
  })
})
