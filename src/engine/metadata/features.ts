/**
 * The features of Kafka 4.2.1 (KIP-584, KIP-1022): what versions it knows, what each release begins with, what hangs on what. The
 * version of the metadata log is one of them and goes by names.
 */

export interface Feature {
  readonly name: string
  readonly min: number
  readonly max: number
}

export const METADATA_VERSION = 'metadata.version'
export const KRAFT_VERSION = 'kraft.version'

/** What a broker and a controller of this release support. */
export const FEATURES: readonly Feature[] = [
  { name: 'group.version', min: 0, max: 1 },
  { name: 'transaction.version', min: 0, max: 2 },
  { name: 'eligible.leader.replicas.version', min: 0, max: 1 },
  { name: KRAFT_VERSION, min: 0, max: 1 },
  { name: METADATA_VERSION, min: 7, max: 29 },
  { name: 'share.version', min: 0, max: 1 },
  { name: 'streams.version', min: 0, max: 1 },
]

/** Names of metadata.version 7 and up (MetadataVersion). */
const NAMES = [
  ...['3.3-IV3', '3.4-IV0', '3.5-IV0', '3.5-IV1', '3.5-IV2', '3.6-IV0', '3.6-IV1', '3.6-IV2'],
  ...['3.7-IV0', '3.7-IV1', '3.7-IV2', '3.7-IV3', '3.7-IV4', '3.8-IV0', '3.9-IV0'],
  ...['4.0-IV0', '4.0-IV1', '4.0-IV2', '4.0-IV3', '4.1-IV0', '4.1-IV1', '4.2-IV0', '4.2-IV1', '4.3-IV0'],
]
export const OLDEST = 7
/** The newest that is stable. */
export const NEWEST = 29
/** The newest that has a name. */
export const NEWEST_KNOWN = OLDEST + NAMES.length - 1
/** The first that has SCRAM credentials. */
export const SINCE_SCRAM = 11

/** '4.2-IV1' of 29; undefined for a level that is none. */
export const nameOfLevel = (level: number): string | undefined => NAMES[level - OLDEST]
export const levelNames = (newest: number): readonly string[] => NAMES.slice(0, newest - OLDEST + 1)

/** The level that '4.2-IV1' names, or the last one of a release: '4.2'. */
export function levelOfName(name: string): number | undefined {
  const exact = NAMES.indexOf(name)
  if (exact >= 0) return OLDEST + exact
  const last = NAMES.findLastIndex((one) => one.startsWith(`${name}-IV`))
  return /^\d+\.\d+$/.test(name) && last >= 0 && OLDEST + last <= NEWEST ? OLDEST + last : undefined
}

/** The levels that the other features begin at, by the metadata.version since when; in the order in which tools name them. */
const BEGINNINGS: readonly (readonly [name: string, since: number, level: number])[] = [
  [KRAFT_VERSION, 21, 1],
  ['transaction.version', 24, 2],
  ['group.version', 22, 1],
  ['eligible.leader.replicas.version', 26, 1],
  ['share.version', 28, 1],
  ['streams.version', 29, 1],
]
/** What a cluster of this metadata.version begins with, in the order in which tools name it. */
export const defaultLevels = (metadataVersion: number): readonly (readonly [name: string, level: number])[] =>
  BEGINNINGS.map(([name, since, level]) => [name, metadataVersion >= since ? level : 0])

export const isKnownFeature = (name: string): boolean => FEATURES.some((feature) => feature.name === name)
export const supports = (name: string, level: number): boolean =>
  FEATURES.some((feature) => feature.name === name && level >= feature.min && level <= feature.max)
/** The metadata.version that a feature's level needs; undefined: none. */
export const neededMetadataVersion = (name: string, level: number): number | undefined =>
  name === 'eligible.leader.replicas.version' && level === 1 ? 23 : undefined

/** What bootstrap.checkpoint says: metadata.version, then the others by name, without those at 0 and kraft.version. */
export function bootstrapLevels(
  metadataVersion: number,
  chosen: ReadonlyMap<string, number> = new Map(),
): [name: string, level: number][] {
  const others = defaultLevels(metadataVersion)
    .map(([name, level]): [string, number] => [name, chosen.get(name) ?? level])
    .filter(([name, level]) => name !== KRAFT_VERSION && level > 0)
  return [[METADATA_VERSION, metadataVersion], ...others.sort(([a], [b]) => (a < b ? -1 : 1))]
}
