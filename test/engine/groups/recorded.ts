/**
 * Requests and replies as a recording has them: bytes as 0x..., ids that differ from run to run under names, unordered lists
 * sorted.
 */

/** What a recording stands for: `names` gives the name of each id. */
export function fill(value: unknown, names: ReadonlyMap<string, string>): unknown {
  const ids = new Map([...names].map(([id, name]) => [name, id]))
  const walk = (part: unknown): unknown => {
    if (typeof part === 'string') return part.startsWith('0x') ? Buffer.from(part.slice(2), 'hex') : (ids.get(part) ?? part)
    if (Array.isArray(part)) return part.map(walk)
    if (part === null || typeof part !== 'object') return part
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, walk(inner)]))
  }
  return walk(value)
}

const UNORDERED = new Set(['groups', 'results', 'members', 'topicPartitions', 'subscribedTopicNames', 'topics'])

/** What a recording would hold of a reply. */
export function plain(value: unknown, names: ReadonlyMap<string, string>): unknown {
  const walk = (part: unknown, key = ''): unknown => {
    if (part instanceof Uint8Array) return `0x${Buffer.from(part).toString('hex')}`
    if (typeof part === 'string') return named(part, names)
    if (Array.isArray(part)) {
      const list = part.map((one) => walk(one))
      return UNORDERED.has(key) ? list.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : list
    }
    if (part === null || typeof part !== 'object') return part
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, walk(inner, name)]))
  }
  return walk(value)
}

/** Ids stand alone, or in a sentence. */
function named(text: string, names: ReadonlyMap<string, string>): string {
  for (const [id, name] of names) text = text.replaceAll(id, name)
  return text
}
