/**
 * Everything that Kafka's generator has made a class of and kt a declaration: the class's name, the file of golden data that its cases
 * belong to, and what stands around its bytes there.
 */
import { allApis } from '../../src/protocol/apis/all'
import type { JsonObject } from '../../src/protocol/json'
import { clusterMetadata } from '../../src/protocol/records/cluster-metadata'
import { consumerOffsets } from '../../src/protocol/records/consumer-offsets'
import { ConsumerProtocolAssignment, ConsumerProtocolSubscription } from '../../src/protocol/records/consumer-protocol'
import { type ControlName, controlTypes, encodeControlKey } from '../../src/protocol/records/control'
import { DefaultPrincipalData } from '../../src/protocol/records/principal'
import { shareGroupState } from '../../src/protocol/records/share-group-state'
import { transactionState } from '../../src/protocol/records/transaction-state'
import type { Message } from '../../src/protocol/types'
import { Writer } from '../../src/protocol/writer'

export interface Judged {
  /** Simple name of Kafka's class. */
  readonly className: string
  readonly message: Message
  /** Within a folder of golden data. */
  readonly file: string
  /** The case of golden data with these bytes. */
  readonly golden: (version: number, name: string, json: JsonObject, hex: string) => JsonObject
}

function framing(write: (writer: Writer) => void): string {
  const writer = new Writer()
  write(writer)
  return writer.whole().toString('hex')
}
const int16 = (value: number): string => framing((writer) => writer.int16(value))

const ofApis: readonly Judged[] = allApis.flatMap((api) => {
  const { key, name: apiName, versions, flexible } = api
  return (['request', 'response'] as const).map((kind): Judged => {
    const className = `${apiName}${kind === 'request' ? 'Request' : 'Response'}Data`
    return {
      className,
      message: { name: className, versions, flexible, fields: api[kind] },
      file: `wire/${apiName}.json`,
      golden: (version, name, json, hex) => ({ api: apiName, key, kind, version, name, json, hex }),
    }
  })
})

const ofCoordinators: readonly Judged[] = Object.entries({
  consumer_offsets: consumerOffsets,
  transaction_state: transactionState,
  share_group_state: shareGroupState,
}).flatMap(([file, { types }]) =>
  types.flatMap(({ type: id, key, value }) =>
    (
      [
        ['key', key],
        ['value', value],
      ] as const
    ).map(
      ([part, message]): Judged => ({
        className: message.name,
        message,
        file: `records/${file}.json`,
        golden: (version, name, json, hex) => {
          const framed = int16(part === 'key' ? id : version) + hex
          return { type: message.name, id, part, version, name, json, hex: framed }
        },
      }),
    ),
  ),
)

const ofMetadata: readonly Judged[] = clusterMetadata.types.map((message) => ({
  className: message.name,
  message,
  file: 'records/cluster_metadata.json',
  golden: (version, name, json, hex) => {
    const frame = framing((writer) => {
      for (const number of [1, message.type, version]) writer.uvarint(number)
    })
    return { type: message.name, id: message.type, part: 'value', version, name, json, hex: frame + hex }
  },
}))

const embedded: readonly Message[] = [ConsumerProtocolSubscription, ConsumerProtocolAssignment, DefaultPrincipalData]
const ofClients: readonly Judged[] = embedded.map((message) => ({
  className: message.name,
  message,
  file: 'records/embedded.json',
  golden: (version, name, json, hex) => ({ type: message.name, part: 'bytes', version, name, json, hex: int16(version) + hex }),
}))

const ofControl: readonly Judged[] = (Object.keys(controlTypes) as ControlName[]).map((type) => {
  // its own keys
  const { type: controlType, message } = controlTypes[type]
  const isMarker = type === 'ABORT' || type === 'COMMIT'
  return {
    className: message.name,
    message,
    file: 'records/control.json',
    golden: (version, name, json, hex) => {
      const keyHex = encodeControlKey(type).toString('hex')
      return { type, controlType, version, name, json, keyHex, valueHex: (isMarker ? int16(version) : '') + hex }
    },
  }
})

export const judged: readonly Judged[] = [...ofApis, ...ofCoordinators, ...ofMetadata, ...ofClients, ...ofControl]
