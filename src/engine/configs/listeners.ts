/**
 * Where a server listens and what it tells its clients: `PLAINTEXT://localhost:9092,CONTROLLER://:9093`. Names are the
 * administrator's; a map says which protocol each name speaks (SocketServerConfigs, KIP-103, KIP-291). The words of the errors
 * are Kafka's.
 */
export interface Listener {
  /** In capitals. */
  readonly name: string
  /** null where none was given: Kafka listens everywhere, kt on this machine only; advertised, it is what the client came by. */
  readonly host: string | null
  readonly port: number
  readonly protocol: Protocol
}

export type Protocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'

type Result<T> = { readonly value: T; readonly error?: undefined } | { readonly error: string }

/** Protocols by listener name, of `CONTROLLER:PLAINTEXT,EXTERNAL:SSL`. */
export function parseProtocolMap(text: string): Result<Map<string, Protocol>> {
  const setting = 'listener.security.protocol.map'
  const protocols = new Map<string, Protocol>()
  for (const [name, word] of parsePairs(text) ?? []) {
    const protocol = protocolNamed(word.toUpperCase())
    if (protocol === null) return { error: `Invalid security protocol \`${word}\` defined in ${setting}` }
    protocols.set(name.toUpperCase(), protocol)
  }
  const wrong = firstWithoutColon(text)
  return wrong === null ? { value: protocols } : { error: pairError(setting, wrong) }
}

export function protocolNamed(word: string): Protocol | null {
  return word === 'PLAINTEXT' || word === 'SSL' || word === 'SASL_PLAINTEXT' || word === 'SASL_SSL' ? word : null
}

/** `a:1,b:2`, split at the last colon of each part; null if a part has none. */
export function parsePairs(text: string): [string, string][] | null {
  if (firstWithoutColon(text) !== null) return null
  return partsOf(text).map((part) => {
    const colon = part.lastIndexOf(':')
    return [part.slice(0, colon).trim(), part.slice(colon + 1).trim()]
  })
}

/** What Kafka says of a pair without a colon; the end of the sentence is Java's. */
export function pairError(setting: string, part: string): string {
  return `Error parsing configuration property '${setting}': begin 0, end -1, length ${part.length}`
}

export function firstWithoutColon(text: string): string | null {
  return partsOf(text).find((part) => !part.includes(':')) ?? null
}

function partsOf(text: string): string[] {
  return text.trim() === '' ? [] : text.trim().split(/\s*,\s*/)
}

/** Parses and checks listeners; advertised ones may share ports. */
export function parseListeners(entries: readonly string[], protocols: ReadonlyMap<string, Protocol>): Result<Listener[]> {
  const shown = `[${entries.join(', ')}]`
  const listeners: Listener[] = []
  for (const entry of entries) {
    const listener = parseListener(entry, protocols)
    if (typeof listener === 'string') return { error: `Error creating broker listeners from '${shown}': ${listener}` }
    listeners.push(listener)
  }
  if (new Set(listeners.map((listener) => listener.name)).size < listeners.length) {
    return { error: `requirement failed: Each listener must have a different name, listeners: ${shown}` }
  }
  return { value: listeners }
}

function parseListener(entry: string, protocols: ReadonlyMap<string, Protocol>): Listener | string {
  const parts = /^(.*):\/\/\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)$/.exec(entry)
  if (!parts) return `Unable to parse ${entry} to a broker endpoint`
  const [, name = '', host = '', port = ''] = parts
  const protocol = protocols.get(name.toUpperCase())
  if (!protocol) return `No security protocol defined for listener ${name.toUpperCase()}`
  return { name: name.toUpperCase(), host: host === '' ? null : host, port: Number(port), protocol }
}

/**
 * Says if two listeners would take the same port, or null. One with an IPv4 and one with an IPv6 address may (KIP-797). Port 0
 * is any free one.
 */
export function portClash(listeners: readonly Listener[], entries: readonly string[]): string | null {
  const shown = `listeners: [${entries.join(', ')}]`
  const ports = new Map<number, Listener[]>()
  for (const listener of listeners) {
    if (listener.port !== 0) ports.set(listener.port, [...(ports.get(listener.port) ?? []), listener])
  }
  for (const [port, sharing] of ports) {
    const numeric = sharing.filter((listener) => familyOf(listener.host) !== 0)
    if (sharing.length - numeric.length > 1) return `requirement failed: Each listener must have a different port, ${shown}`
    if (sharing.length === 1) continue
    const families = new Set(numeric.map((listener) => familyOf(listener.host)))
    const pair = 'If you have two listeners on the same port then one needs to be IPv4 and the other IPv6'
    if (numeric.length === 2 && families.size === 1) return `requirement failed: ${pair}, ${shown}, port: ${port}`
    if (numeric.length === 2 && sharing.length > 2) return `${pair}, ${shown}, port: ${port}`
    if (numeric.length > 2) {
      const exactlyOne = 'Each listener must have a different port unless exactly one listener has an IPv4 address and the other'
      return `${exactlyOne} IPv6 address, ${shown}, port: ${port}`
    }
  }
  return null
}

/** 4 or 6 for a numeric address, 0 for a name. */
function familyOf(host: string | null): 0 | 4 | 6 {
  if (host === null) return 0
  if (host.includes(':')) return 6
  return /^(\d{1,3}\.){3}\d{1,3}$/.test(host) ? 4 : 0
}
