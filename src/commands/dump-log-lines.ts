/** The lines of kafka-dump-log about a log: one a batch, and one a record behind `|`. As kt with --json, an object a batch. */

import { Failure } from '../cli/errors'
import { messageText } from '../cli/message-text'
import type { Out } from '../cli/out'
import { Malformed } from '../protocol/reader'
import { controlTypes, decodeControl, decodeControlKey } from '../protocol/records/control'
import type { FoundBatch, FoundRecord } from './dump-log-batches'
import type { Decoder } from './dump-log-decoders'

export interface Wanted {
  /** The records too. */
  readonly deep: boolean
  /** What is in them; undefined: only that they are there. */
  readonly decoder: Decoder | undefined
  readonly skipsMetadata: boolean
  /** What the decoder gives is JSON, or words about why there is none. */
  readonly isJson: boolean
}

export function writeBatch(out: Out, file: string, batch: FoundBatch, wanted: Wanted): void {
  if (out.form === 'json')
    out.json({ file, ...batchJson(batch), ...(wanted.deep ? { records: recordsJson(batch, wanted) } : {}) })
  else writeBatchLine(out, batch)
}

/** In two steps, as Kafka prints it: what codec it is may turn out to be unknown in between. */
function writeBatchLine(
  out: Out,
  { header, lastOffset, position, timestampType, maxTimestamp, sizeInBytes, magic, codec, crc, isValid }: FoundBatch,
): void {
  const horizon = header?.deleteHorizonMs
  out.write(
    header
      ? `baseOffset: ${header.baseOffset} lastOffset: ${lastOffset} count: ${header.count} baseSequence: ${header.baseSequence} ` +
          `lastSequence: ${header.lastSequence} producerId: ${header.producerId} producerEpoch: ${header.producerEpoch} ` +
          `partitionLeaderEpoch: ${header.partitionLeaderEpoch} isTransactional: ${header.isTransactional} isControl: ${header.isControl} ` +
          `deleteHorizonMs: ${horizon === undefined ? 'OptionalLong.empty' : `OptionalLong[${horizon}]`}`
      : `offset: ${lastOffset}`,
  )
  if (/^\d/.test(codec)) {
    throw new Failure(`Unknown compression type id: ${codec}`, { javaClass: 'java.lang.IllegalArgumentException' })
  }
  out.line(
    ` position: ${position} ${timestampType}: ${maxTimestamp} size: ${sizeInBytes} magic: ${magic} ` +
      `compresscodec: ${codec} crc: ${crc} isvalid: ${isValid}`,
  )
}

function batchJson({ header, records: _records, ...batch }: FoundBatch) {
  return { ...batch, ...(header ? { ...header, deleteHorizonMs: header.deleteHorizonMs ?? null } : {}) }
}

/** The line of a record, in two steps: what is in it may turn out not to be readable when the first is printed. */
export function writeRecord(out: Out, batch: FoundBatch, record: FoundRecord, { decoder, skipsMetadata }: Wanted): void {
  const isControl = batch.header?.isControl ?? false
  if (!skipsMetadata) {
    out.write(metadataText(batch, record))
    if (isControl) out.write(controlText(record))
  }
  const { key, payload } = !decoder || isControl ? {} : decoder(record)
  if (key !== undefined) out.write(`${skipsMetadata ? '| ' : ' '}key: ${key}`)
  out.line(payload === undefined ? '' : ` payload: ${payload}`)
}

function metadataText({ header, timestampType }: FoundBatch, record: FoundRecord): string {
  const sizes = `keySize: ${record.key?.length ?? -1} valueSize: ${record.value?.length ?? -1}`
  const more = header
    ? `sequence: ${record.sequence} headerKeys: [${record.headers.map(({ key }) => key).join(',')}]`
    : `isValid: ${record.sound ?? true} crc: ${record.crc ?? 0}}` // the brace is Kafka's
  return `| offset: ${record.offset} ${timestampType}: ${record.timestamp} ${sizes} ${more}`
}

/** How Kafka's words for each kind begin. */
const TITLES = {
  LEADER_CHANGE: 'LeaderChange:',
  SNAPSHOT_HEADER: 'SnapshotHeader',
  SNAPSHOT_FOOTER: 'SnapshotFooter',
  KRAFT_VERSION: 'KRaftVersion',
  KRAFT_VOTERS: 'KRaftVoters',
}

function controlText(record: FoundRecord): string {
  try {
    return controlWords(record)
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    const sentence = `the control record of offset ${record.offset} cannot be read: ${error.message}`
    throw new Failure('', { javaClass: 'java.nio.BufferUnderflowException', sentence })
  }
}
function controlWords({ key, value }: FoundRecord): string {
  if (!key || !value) return ''
  const name = decodeControlKey(key)
  if (typeof name !== 'string') return ` controlType: UNKNOWN(${name.type})`
  const control = decodeControl(key, value)
  if (control.name === 'COMMIT' || control.name === 'ABORT') {
    return ` endTxnMarker: ${control.name} coordinatorEpoch: ${control.value.coordinatorEpoch}`
  }
  if (control.name === 'unknown') return ''
  return ` ${TITLES[control.name]} ${messageText(controlTypes[control.name].message.fields, 0, control.value)}`
}

function recordsJson(batch: FoundBatch, { decoder, isJson }: Wanted): unknown[] {
  const isControl = batch.header?.isControl ?? false
  return [...batch.records()].map((record) => {
    const { offset, timestamp, sequence, headers } = record
    const sizes = { keySize: record.key?.length ?? -1, valueSize: record.value?.length ?? -1 }
    const { key, payload } = !decoder || isControl ? {} : decoder(record)
    const shown = isControl
      ? { control: controlText(record).trim() }
      : { key: isJson ? parsed(key) : key, payload: isJson ? parsed(payload) : payload }
    return { offset, timestamp, sequence, ...sizes, headerKeys: headers.map(({ key }) => key), ...shown }
  })
}

/** The records of internal topics are objects in it, not texts of objects. */
function parsed(text: string | undefined): unknown {
  if (!text?.startsWith('{')) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
