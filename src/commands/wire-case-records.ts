/**
 * Cases of golden/records: keys and values of the records of Kafka's internal topics, control records, and what clients embed in
 * the bytes of other messages.
 */
import { clusterMetadata } from '../protocol/records/cluster-metadata'
import { consumerOffsets } from '../protocol/records/consumer-offsets'
import { ConsumerProtocolAssignment, ConsumerProtocolSubscription } from '../protocol/records/consumer-protocol'
import { controlTypes, EndTxnMarker, encodeControlKey } from '../protocol/records/control'
import type { RecordTable, RecordType } from '../protocol/records/coordinator-record'
import { DefaultPrincipalData } from '../protocol/records/principal'
import { shareGroupState } from '../protocol/records/share-group-state'
import { transactionState } from '../protocol/records/transaction-state'
import type { Message } from '../protocol/types'
import { Writer } from '../protocol/writer'
import { bytesAt, type Case, Difference, numberAt, sameBytes, sameJson, textAt } from './wire-case'
import { checkBatches } from './wire-case-batches'
import { checkMessage } from './wire-case-messages'
import { readBatch } from './wire-exact'

const tables: readonly RecordTable<RecordType>[] = [consumerOffsets, transactionState, shareGroupState]
const coordinators = tables.flatMap(({ types }) => types)
const embedded: readonly Message[] = [ConsumerProtocolSubscription, ConsumerProtocolAssignment, DefaultPrincipalData]

function framing(write: (writer: Writer) => void): string {
  const writer = new Writer()
  write(writer)
  return writer.whole().toString('hex')
}
const int16 = (value: number): string => framing((writer) => writer.int16(value))

/** {type, id, part: key | value | bytes, version, name, json, hex} */
export function checkRecord(one: Case): void {
  const name = textAt(one, 'type')
  const part = textAt(one, 'part')
  const version = numberAt(one, 'version')
  if (part === 'bytes') {
    const declared = embedded.find((each) => each.name === name)
    if (!declared) throw new Difference(`type: nothing that is embedded is called ${name}`)
    checkMessage(declared, version, one, bytesAt(one), int16(version))
    return
  }
  if (part !== 'key' && part !== 'value') throw new Difference(`part: key, value or bytes expected, ${part} found`)
  const ofMetadata = clusterMetadata.types.find((each) => each.name === name)
  const ofCoordinator = coordinators.find((each) => each[part].name === name)
  const id = ofMetadata?.type ?? ofCoordinator?.type
  if (id === undefined) throw new Difference(`type: there is no record ${part} called ${name}`)
  sameJson(one['id'], id, 'id')
  if (ofCoordinator) {
    checkMessage(ofCoordinator[part], version, one, bytesAt(one), int16(part === 'key' ? id : version))
  } else if (ofMetadata) {
    const frame = framing((writer) => {
      for (const number of [1, id, version]) writer.uvarint(number)
    })
    checkMessage(ofMetadata, version, one, bytesAt(one), frame)
  }
}

/** {type, controlType, version, name, json, keyHex, valueHex, batchHex}; without a key the value of a marker alone. */
export function checkControl(one: Case): void {
  const type = textAt(one, 'type')
  const value = bytesAt(one, 'valueHex')
  const version = numberAt(one, 'version')
  if (type === EndTxnMarker.name) {
    checkMessage(EndTxnMarker, version, one, value, int16(version))
    return
  }
  const found = Object.entries(controlTypes).find(([name]) => name === type)
  if (!found) throw new Difference(`type: there is no control record called ${type}`)
  const [, declared] = found
  sameJson(one['controlType'], declared.type, 'controlType')
  if (one['message'] !== undefined) sameJson(one['message'], declared.message.name, 'message')
  const key = bytesAt(one, 'keyHex')
  sameBytes(key, encodeControlKey(type as keyof typeof controlTypes), 'keyHex') // it was found there
  const isMarker = declared.message === EndTxnMarker
  checkMessage(declared.message, version, one, value, isMarker ? int16(version) : '')
  if (one['batchHex'] !== undefined) checkControlBatch(bytesAt(one, 'batchHex'), key, value)
}

/** The batch around a control record has it as its only record. */
function checkControlBatch(bytes: Buffer, key: Buffer, value: Buffer): void {
  const batch = readBatch(bytes, 0)
  const records = batch.records.map((record) => ({ key: record.key, value: record.value }))
  sameJson([{ key: key.toString('hex'), value: value.toString('hex') }], records, 'batchHex: records')
  sameJson(true, batch.header.control, 'batchHex: control')
  checkBatches(bytes, [{ batch: { ...batch.header }, records: batch.records.map((record) => ({ ...record })) }])
}
