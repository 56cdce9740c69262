/**
 * The golden batches, made by Kafka 4.2.1's own classes. In `broken`, `memory` is what MemoryRecords did batch by batch, and
 * `produce` (in `legacy` too) what a live broker answered to a Produce request with these bytes.
 */
import type { Record } from '../../../src/protocol/batch-reader'
import { readArchive } from '../archive'

export interface GoldenBatch {
  readonly baseOffset: string
  readonly lastOffset: string
  readonly sizeInBytes: number
  readonly magic: number
  readonly crc: string
  readonly compression: string
  readonly timestampType: string
  readonly maxTimestamp: string
  readonly [more: string]: unknown
}
export interface GoldenRecord {
  readonly offset: string
  readonly timestamp: string
  readonly sequence: number
  readonly size?: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [key: string, value: string | null])[]
}
export interface Golden {
  readonly name: string
  readonly hex: string
  readonly batches: readonly { readonly batch: GoldenBatch; readonly records: readonly GoldenRecord[] }[]
}
export interface Answer {
  /** The batch was sent with this base offset instead of its own. */
  readonly sentWithBaseOffset?: number
  readonly errorCode: number
  readonly message: string | null
}
export interface Broken {
  readonly name: string
  readonly hex: string
  readonly memory: readonly { readonly ensureValid?: string; readonly iterate?: string; readonly recordsRead?: number }[]
  readonly produce: Answer
}
/** What LogValidator said of a batch sent to a topic: the header that it made of it, or the exception. */
export interface Validated {
  readonly name: string
  readonly hex: string
  readonly compacted: boolean
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
  readonly now: number
  readonly from: number
  readonly to: number
  /** With base offset 100 and leader epoch 5. */
  readonly header?: string
  readonly exception?: string
  readonly message?: string
  readonly recordErrors?: readonly { readonly batchIndex: number; readonly batchIndexErrorMessage: string }[]
}
type Loose = Partial<Golden> & Partial<Golden['batches'][number]> & { readonly produce: Answer }
type Repeated = { readonly repeat: string; readonly length: number }

export const bytesOf = ({ hex }: { readonly hex: string }): Buffer => Buffer.from(hex, 'hex')

/** Long values that repeat themselves are told by their beginning and length. */
const unfold = (bytes: string | Repeated | null): string | null =>
  bytes === null || typeof bytes === 'string' ? bytes : bytes.repeat.repeat(Math.ceil((bytes.length * 2) / bytes.repeat.length))
const unfoldAll = (records: readonly GoldenRecord[]) =>
  records.map((record) => ({ ...record, key: unfold(record.key), value: unfold(record.value) }))

function load(file: string): (Golden & { readonly produce: Answer })[] {
  return (readArchive(`batches/${file}`) as Loose[]).map((found) => {
    const batches = found.batches ?? [{ batch: found.batch!, records: found.records! }]
    const unfolded = batches.map(({ batch, records }) => ({ batch, records: unfoldAll(records) }))
    return { name: found.name!, hex: found.hex!, batches: unfolded, produce: found.produce }
  })
}

export const goldenBatches = (): Golden[] => load('batches.json.gz')
export const legacyBatches = () => load('legacy.json.gz')
export const brokenBatches = () => readArchive('batches/broken.json.gz') as Broken[]

export const validatedBatches = () => readArchive('batches/validated.json.gz') as Validated[]

const hexOf = (bytes: Buffer | null): string | null => bytes?.toString('hex') ?? null

/** A record in the words of the golden cases. */
export const showRecord = ({ offset, timestamp, sequence, key, value, headers }: Record): Omit<GoldenRecord, 'size'> => ({
  offset: String(offset),
  timestamp: String(timestamp),
  sequence,
  key: hexOf(key),
  value: hexOf(value),
  headers: headers.map((header) => [header.key, hexOf(header.value)]),
})
