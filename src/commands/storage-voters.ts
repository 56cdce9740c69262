/** `id@host:port:directoryId,...`: the voters that --initial-controllers names (KIP-853, DynamicVoters). */
import { Failure } from '../cli/errors'
import type { Voter } from '../engine/metadata/format'

const bad = (message: string) => new Failure(message)

/** `listener`: the name of the controllers' listener. Throws Failure in Kafka's words. */
export function parseVoters(text: string, listener: string): readonly Voter[] {
  const parts = text.split(',').map((part) => part.trim())
  const voters = parts.filter((part) => part !== '').map((part) => parseVoter(part, listener))
  if (voters.length === 0) throw bad('No voters given.')
  const seen = new Set<number>()
  for (const { id } of voters) {
    if (seen.has(id)) throw bad(`Node id ${id} was specified more than once.`)
    seen.add(id)
  }
  return voters.sort((a, b) => a.id - b.id)
}

function parseVoter(text: string, listener: string): Voter {
  const at = text.indexOf('@')
  if (at < 0) throw bad('No @ found in dynamic voter string.')
  if (at === 0) throw bad('Invalid @ at beginning of dynamic voter string.')
  const id = javaInt(text.slice(0, at))
  if (id === undefined) throw bad('Failed to parse node id in dynamic voter string.')
  if (id < 0) throw bad(`Invalid negative node id ${id} in dynamic voter string.`)
  const place = text.slice(at + 1)
  if (place === '') throw bad('No hostname found after node id.')
  // an address of IPv6 stands in brackets
  const host = place.startsWith('[') ? place.slice(1, place.indexOf(']')) : place.slice(0, Math.max(place.indexOf(':'), 0))
  const rest = place.slice(place.startsWith('[') ? host.length + 2 : host.length)
  if (place.startsWith('[') && !place.includes(']'))
    throw bad('Hostname began with left bracket, but no right bracket was found.')
  if (!rest.startsWith(':'))
    throw bad(place.startsWith('[') ? 'Port section must start with a colon.' : 'No colon following hostname could be found.')
  const colon = rest.indexOf(':', 1)
  if (colon < 0) throw bad('No colon following port could be found.')
  const port = javaInt(rest.slice(1, colon))
  if (port === undefined) throw bad('Failed to parse port in dynamic voter string.')
  if (port < 0 || port > 65535) throw bad(`Invalid port ${port} in dynamic voter string.`)
  const uuid = rest.slice(colon + 1)
  if (!/^[A-Za-z0-9_-]{22}(==)?$/.test(uuid)) throw bad('Failed to parse directory ID in dynamic voter string.')
  // written anew, since its last letter has bits that do not count
  return { id, directoryId: Buffer.from(uuid, 'base64url').toString('base64url'), name: listener, host, port }
}

/** As Integer.parseInt reads it. */
function javaInt(text: string): number | undefined {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
  return value >= -(2 ** 31) && value < 2 ** 31 ? value : undefined
}
