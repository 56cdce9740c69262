/** Which feature levels a formatting begins with: those of a release, and single ones over them. Errors are the Formatter's. */
import { Failure } from '../cli/errors'
import {
  FEATURES,
  isKnownFeature,
  KRAFT_VERSION,
  METADATA_VERSION,
  NEWEST,
  NEWEST_KNOWN,
  nameOfLevel,
  neededMetadataVersion,
  OLDEST,
  supports,
} from '../engine/metadata/features'
import { metadataLevel } from './storage-features'

export interface Levels {
  /** Of metadata.version. */
  readonly level: number
  readonly levels: ReadonlyMap<string, number>
}

/** `dynamic`: the quorum's voters are not in the properties file. Throws Failure. */
export function chooseLevels(release: string | undefined, features: readonly string[], dynamic: boolean): Levels {
  const chosen = new Map(features.map(readFeature))
  if (release !== undefined && chosen.has(METADATA_VERSION)) {
    throw new Failure('Use --release-version instead of --feature metadata.version=X to avoid ambiguity.')
  }
  const fromRelease = release === undefined ? undefined : metadataLevel(release, NEWEST)
  for (const name of chosen.keys()) if (!isKnownFeature(name)) throw new Failure(unsupported(name))
  const level = fromRelease ?? chosenMetadataVersion(chosen.get(METADATA_VERSION))
  chosen.delete(METADATA_VERSION)
  checkKraftVersion(chosen.get(KRAFT_VERSION), dynamic)
  for (const [name, one] of chosen) {
    if (!supports(name, one)) throw new Failure(`No feature:${name} with feature level ${one}`)
    const needed = neededMetadataVersion(name, one)
    if (needed !== undefined && needed > level) {
      throw new Failure(`${name} could not be set to ${one} because it depends on ${METADATA_VERSION} level ${needed}`)
    }
  }
  return { level, levels: chosen }
}

function readFeature(text: string): [name: string, level: number] {
  const equals = text.indexOf('=')
  if (equals < 0) throw new Failure(`Can't parse feature=level string ${text}: equals sign not found.`)
  const word = text.slice(equals + 1).trim()
  if (!/^[+-]?\d{1,5}$/.test(word) || Math.abs(Number(word)) > 32767) {
    throw new Failure(`Can't parse feature=level string ${text}: unable to parse ${word} as a short.`)
  }
  return [text.slice(0, equals).trim(), Number(word)]
}

function unsupported(name: string): string {
  const names = FEATURES.map((feature) => feature.name).filter((one) => one !== METADATA_VERSION)
  return `Unsupported feature: ${name}. Supported features are: ${names.sort().join(', ')}`
}

function chosenMetadataVersion(level: number | undefined): number {
  if (level === undefined) return NEWEST
  const name = nameOfLevel(level)
  if (name === undefined) {
    throw new Failure(
      `No MetadataVersion with feature level ${level}. Valid feature levels are from ${OLDEST} to ${NEWEST_KNOWN}.`,
    )
  }
  if (level > NEWEST) throw new Failure(`metadata.version ${name} is not yet stable.`)
  return level
}

function checkKraftVersion(level: number | undefined, dynamic: boolean): void {
  const flags = 'one of the flags --standalone, --initial-controllers, or --no-initial-controllers is used'
  if (level === 0 && dynamic) {
    throw new Failure(
      `Cannot set kraft.version to 0 if controller.quorum.voters is empty and ${flags}. ` +
        'For dynamic controllers support, try removing the --feature flag for kraft.version.',
    )
  }
  if (level === 1 && !dynamic) {
    throw new Failure(
      `Cannot set kraft.version to 1 unless controller.quorum.voters is empty and ${flags}. For dynamic controllers support, try using ` +
        'one of --standalone, --initial-controllers, or --no-initial-controllers and removing controller.quorum.voters.',
    )
  }
}
