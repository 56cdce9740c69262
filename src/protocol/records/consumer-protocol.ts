/**
 * What classic consumers put into the opaque bytes of JoinGroup and SyncGroup (Kafka's ConsumerProtocol). A broker only
 * looks inside to show an assignment, or to know to which topics a group still subscribes.
 *
 *     version i16 | the message
 *
 * New versions only append: a version to come is read as the newest known, and bytes behind the fields are let pass.
 */
import { decodeMessage, messageCodec } from '../codecs'
import { requestAllowance } from '../frames'
import { Malformed, Reader } from '../reader'
import { array, bytes, type Fields, type In, int32, type Message, message, type Out, string, struct } from '../types'
import { Writer } from '../writer'

const TopicPartition = struct({ topic: string, partitions: array(int32) })

/** What a member wants. v1 what it owns (KIP-429), v2 since which generation (KIP-792), v3 rack (KIP-881). */
export const ConsumerProtocolSubscription = message({
  name: 'ConsumerProtocolSubscription',
  versions: [0, 3],
  flexible: null,
  fields: {
    topics: array(string),
    userData: bytes.orNull().default(null), // the assignor's own
    ownedPartitions: array(TopicPartition).since(1).ignorable(),
    generationId: int32.since(2).default(-1).ignorable(),
    rackId: string.orNull().since(3).default(null).ignorable(),
  },
})

/** What a member gets. The same in all versions, which follow the subscription's. */
export const ConsumerProtocolAssignment = message({
  name: 'ConsumerProtocolAssignment',
  versions: [0, 3],
  flexible: null,
  fields: {
    assignedPartitions: array(TopicPartition),
    userData: bytes.orNull().default(null), // the assignor's own
  },
})

type Subscription = typeof ConsumerProtocolSubscription.fields
type Assignment = typeof ConsumerProtocolAssignment.fields

function encode<F extends Fields>(declared: Message<F>, version: number, value: In<F>): Buffer {
  const writer = new Writer(128)
  writer.int16(version)
  messageCodec(declared, version).write(writer, value)
  return writer.whole()
}
function decode<F extends Fields>(declared: Message<F>, from: Buffer): Out<F> {
  const reader = new Reader(from)
  reader.allowance = requestAllowance(from.length) // any client may have written it
  const version = reader.int16()
  if (version < 0) throw new Malformed(0, `a ${declared.name} of version ${version}`)
  return decodeMessage(declared, Math.min(version, declared.versions[1]), reader)
}

export const encodeSubscription = (version: number, value: In<Subscription>) =>
  encode(ConsumerProtocolSubscription, version, value)
/** Throws Malformed. */
export const decodeSubscription = (from: Buffer) => decode(ConsumerProtocolSubscription, from)
export const encodeAssignment = (version: number, value: In<Assignment>) => encode(ConsumerProtocolAssignment, version, value)
/** Throws Malformed. */
export const decodeAssignment = (from: Buffer) => decode(ConsumerProtocolAssignment, from)
