/** What counts when two brokers answer the same request: everything but what each of them makes up or measures for itself. */

/** Clocks, places and sizes of disks; ids of connections. */
const OWN = new Set(
  'throttleTimeMs timestampMs logAppendTimeMs host port clusterId totalBytes usableBytes sessionId logDir'.split(' '),
)
/** Lists whose order Kafka takes from a hash table. */
const UNORDERED = new Set(
  'configs topics partitions groups responses members synonyms results configResources supportedFeatures finalizedFeatures'.split(
    ' ',
  ),
)
const UUID = /^[A-Za-z0-9_-]{22}$/
/** Ids that the requests make up, which both are to give back as they are. */
const GIVEN = /^A{21}[AQ]$|^B{22}$/
const MEMBER = /[\w.-]+-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Names the ids that one broker has made up by the order in which they come. */
export class Names {
  ids = new Map()
  of(id) {
    if (!this.ids.has(id)) this.ids.set(id, `id ${this.ids.size + 1}`)
    return this.ids.get(id)
  }
}

/** The answer as text, the same for two that mean the same. */
export const textOf = (answer, names) => JSON.stringify(plain(answer, '', names), null, 1)

function plain(value, key, names) {
  if (Buffer.isBuffer(value)) return value.toString('hex')
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'string')
    return UUID.test(value) && !GIVEN.test(value) ? names.of(value) : value.replaceAll(MEMBER, '<member>')
  if (Array.isArray(value)) {
    const sorted = UNORDERED.has(key) ? [...value].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)) : value
    return sorted.map((one) => plain(one, key, names))
  }
  if (value === null || typeof value !== 'object') return value
  const own = Object.entries(value).filter(([name]) => !OWN.has(name))
  return Object.fromEntries(own.map(([name, one]) => [name, plain(one, name, names)]))
}
/** By what does not change from broker to broker. */
const orderOf = (one) => JSON.stringify(plain(one, '', { of: () => '' }))
