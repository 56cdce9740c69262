/**
 * The records of control batches, which say something about the log itself and are never given to a consumer.
 *
 *     key            version i16, 0 | type i16
 *     value, marker  version i16, 0 | coordinatorEpoch i32                  (ABORT, COMMIT; KIP-98)
 *     value, other   the message, whose first field repeats its version     (KRaft: KIP-595, KIP-630, KIP-853)
 *
 * Kafka 4.2.1 writes all of them in version 0, LeaderChange too, and reads them so.
 */
import { decodeMessage, encodeMessage } from '../codecs'
import { Malformed, Reader } from '../reader'
import {
  array,
  type Fields,
  type In,
  int16,
  int32,
  int64,
  type Message,
  message,
  type Out,
  string,
  struct,
  uint16,
  uuid,
} from '../types'
import { Writer } from '../writer'

const VERSION = 0

/** Ends a transaction in a partition. */
export const EndTxnMarker = message({
  name: 'EndTxnMarker',
  versions: [0, 0],
  flexible: null,
  fields: { coordinatorEpoch: int32 },
})

const Voter = struct({ voterId: int32, voterDirectoryId: uuid.since(1) })

/** A leader of the metadata log took over; the first record of its epoch. */
export const LeaderChange = message({
  name: 'LeaderChangeMessage',
  versions: [0, 1],
  flexible: 0,
  fields: { version: int16.default(0), leaderId: int32, voters: array(Voter), grantingVoters: array(Voter) },
})

/** The first record of a snapshot. */
export const SnapshotHeader = message({
  name: 'SnapshotHeaderRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { version: int16.default(0), lastContainedLogTimestamp: int64 },
})

/** The last record of a snapshot; one without it is not whole. */
export const SnapshotFooter = message({
  name: 'SnapshotFooterRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { version: int16.default(0) },
})

/** The level of kraft.version from here on. */
export const KRaftVersion = message({
  name: 'KRaftVersionRecord',
  versions: [0, 0],
  flexible: 0,
  fields: { version: int16.default(0), kRaftVersion: int16 },
})

/** The voters of the metadata log from here on. */
export const KRaftVoters = message({
  name: 'VotersRecord',
  versions: [0, 0],
  flexible: 0,
  fields: {
    version: int16.default(0),
    voters: array(
      struct({
        voterId: int32,
        voterDirectoryId: uuid,
        endpoints: array(struct({ name: string, host: string, port: uint16 })),
        kRaftVersionFeature: struct({ minSupportedVersion: int16, maxSupportedVersion: int16 }),
      }),
    ),
  },
})

/** Every kind of control record: its number and its message. */
export const controlTypes = {
  ABORT: { type: 0, message: EndTxnMarker },
  COMMIT: { type: 1, message: EndTxnMarker },
  LEADER_CHANGE: { type: 2, message: LeaderChange },
  SNAPSHOT_HEADER: { type: 3, message: SnapshotHeader },
  SNAPSHOT_FOOTER: { type: 4, message: SnapshotFooter },
  KRAFT_VERSION: { type: 5, message: KRaftVersion },
  KRAFT_VOTERS: { type: 6, message: KRaftVoters },
} as const

export type ControlName = keyof typeof controlTypes
type FieldsOf<N extends ControlName> = (typeof controlTypes)[N]['message']['fields']
export type ControlRecord = { [N in ControlName]: { readonly name: N; readonly value: Out<FieldsOf<N>> } }[ControlName]
/** A kind that this table lacks; consumers skip it all the same. */
export interface UnknownControl {
  readonly name: 'unknown'
  readonly type: number
}

const byType = new Map<number, ControlName>(Object.entries(controlTypes).map(([name, { type }]) => [type, name as ControlName]))
const isMarker = (name: ControlName) => name === 'ABORT' || name === 'COMMIT'

/** The key of a control record. */
export function encodeControlKey(name: ControlName): Buffer {
  const key = Buffer.alloc(4)
  key.writeInt16BE(VERSION, 0)
  key.writeInt16BE(controlTypes[name].type, 2)
  return key
}
/** The value of a control record. Throws Unsayable. */
export function encodeControlValue<N extends ControlName>(name: N, value: In<FieldsOf<N>>): Buffer {
  const declared: Message = controlTypes[name].message
  const bytes = encodeMessage(declared, VERSION, value as In<Fields>) // the message and the value are both N's
  if (!isMarker(name)) return bytes
  const writer = new Writer(8)
  writer.int16(VERSION)
  writer.raw(bytes)
  return writer.whole()
}

/** Which kind of control record has this key. Throws Malformed. */
export function decodeControlKey(key: Buffer): ControlName | UnknownControl {
  const reader = new Reader(key)
  const version = reader.int16()
  if (version < 0) throw new Malformed(0, `a control record's key of version ${version}`)
  const type = reader.int16()
  return byType.get(type) ?? { name: 'unknown', type }
}

/** Reads a control record. Versions to come are taken to begin like this one, as in Kafka. Throws Malformed. */
export function decodeControl(key: Buffer, value: Buffer): ControlRecord | UnknownControl {
  const name = decodeControlKey(key)
  if (typeof name !== 'string') return name
  const reader = new Reader(value)
  if (isMarker(name)) {
    const version = reader.int16()
    if (version < 0) throw new Malformed(0, `a transaction marker of version ${version}`)
  }
  const declared: Message = controlTypes[name].message
  return { name, value: decodeMessage(declared, VERSION, reader) } as ControlRecord // read by the message of that name
}
