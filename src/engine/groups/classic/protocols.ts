/**
 * Which protocol a classic group uses: one that every member offers; of these the one that most members like best. And what
 * the members of a consumer group subscribe to, read from the metadata that they send along.
 */
import { decodeMessage } from '../../../protocol/codecs'
import { Malformed, Reader } from '../../../protocol/reader'
import { ConsumerProtocolSubscription } from '../../../protocol/records/consumer-protocol'
import type { ClassicGroup, ClassicMember, Protocol } from './state'

const offers = (member: ClassicMember, name: string) => member.protocols.some((protocol) => protocol.name === name)

function everybodyOffers(group: ClassicGroup, name: string): boolean {
  for (const member of group.members.values()) if (!offers(member, name)) return false
  return true
}

/** Whether somebody who offers `protocols` can be a member. */
export function supports(group: ClassicGroup, protocolType: string, protocols: readonly Protocol[]): boolean {
  if (group.state === 'Empty') return protocolType !== '' && protocols.length > 0
  return group.protocolType === protocolType && protocols.some(({ name }) => everybodyOffers(group, name))
}

/** Every member votes for the first of its protocols that all support; most votes win. Null: there is none, or nobody. */
export function selectProtocol(group: ClassicGroup): string | null {
  const first: ClassicMember | undefined = group.members.values().next().value
  const candidates = new Set(first?.protocols.map(({ name }) => name).filter((name) => everybodyOffers(group, name)))
  const votes = new Map<string, number>()
  for (const { protocols } of group.members.values()) {
    const choice = protocols.find(({ name }) => candidates.has(name))?.name
    if (choice !== undefined) votes.set(choice, (votes.get(choice) ?? 0) + 1)
  }
  let best: string | null = null
  for (const [name, count] of votes) if (best === null || count > (votes.get(best) as number)) best = name
  return best
}

/** What the member has to say about `protocol`; undefined: it does not offer it. */
export function metadataOf(member: ClassicMember, protocol: string | null): Uint8Array | undefined {
  return member.protocols.find(({ name }) => name === protocol)?.metadata
}

/** A copy of what a request brought along: its bytes belong to the connection. */
export const keepProtocols = (protocols: readonly Protocol[]): Protocol[] =>
  protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) }))

/** The same protocols with the same metadata, in the same order. */
export function sameProtocols(a: readonly Protocol[], b: readonly Protocol[]): boolean {
  return a.length === b.length && a.every(({ name, metadata }, i) => name === b[i]?.name && sameBytes(metadata, b[i].metadata))
}
const sameBytes = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0

/** Topics that the members subscribe to; null: the group does not speak the consumer protocol, or not in a way we can read. */
export function subscribedTopics(group: ClassicGroup): ReadonlySet<string> | null {
  if (group.protocolType !== 'consumer') return null
  const topics = new Set<string>()
  if (group.members.size === 0) return topics
  for (const member of group.members.values()) {
    const read = readTopics(metadataOf(member, group.protocol))
    if (!read) return null
    for (const topic of read) topics.add(topic)
  }
  return topics
}

/** The topics stand first in every version, so that the oldest form is enough. */
function readTopics(metadata: Uint8Array | undefined): readonly string[] | undefined {
  if (!metadata) return undefined
  try {
    const reader = new Reader(asBuffer(metadata))
    reader.int16()
    return decodeMessage(ConsumerProtocolSubscription, 0, reader).topics
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}

export const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
