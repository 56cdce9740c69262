/** kafka-storage.sh version-mapping and feature-dependencies: what a release begins with, and what hangs on what. */
import type { Context } from '../cli/command'
import { Failure } from '../cli/errors'
import {
  defaultLevels,
  isKnownFeature,
  levelNames,
  levelOfName,
  METADATA_VERSION,
  NEWEST,
  NEWEST_KNOWN,
  nameOfLevel,
  neededMetadataVersion,
  supports,
} from '../engine/metadata/features'

/** The level of '4.2' or '4.2-IV1'. Throws Failure, naming those up to `newest`. */
export function metadataLevel(release: string, newest: number): number {
  const level = levelOfName(release.split('.').slice(0, 2).join('.')) // of 4.2.1 it is 4.2's
  if (level !== undefined && level <= newest) return level
  throw new Failure(`Unknown metadata.version '${release}'. Supported metadata.version are: ${levelNames(newest).join(', ')}`)
}

export async function versionMapping(
  { out }: Context,
  { releaseVersion }: { readonly releaseVersion?: string | undefined },
): Promise<void> {
  const level = releaseVersion === undefined ? NEWEST : metadataLevel(releaseVersion, NEWEST_KNOWN)
  const others = defaultLevels(level)
  if (out.form === 'json') {
    out.json(Object.fromEntries([[METADATA_VERSION, level], ...others]))
    return
  }
  out.line(`${METADATA_VERSION}=${level} (${releaseVersion ?? nameOfLevel(level)})`)
  for (const [name, one] of others) out.line(`${name}=${one}`)
}

export async function featureDependencies({ out }: Context, { feature }: { readonly feature: readonly string[] }): Promise<void> {
  if (out.form === 'json') {
    out.json(feature.map(readFeature).map(([name, level]) => ({ feature: name, level, requires: requirements(name, level) })))
    return
  }
  for (const one of feature) {
    const [name, level] = readFeature(one)
    const label = name === METADATA_VERSION ? `${name}=${level} (${nameOfLevel(level)})` : `${name}=${level}`
    const needed = neededMetadataVersion(name, level)
    if (needed === undefined) out.line(`${label} has no dependencies.`)
    else out.line(`${label} requires:\n    ${METADATA_VERSION}=${needed} (${nameOfLevel(needed)})`)
  }
}

function requirements(name: string, level: number): Record<string, number> {
  const needed = neededMetadataVersion(name, level)
  return needed === undefined ? {} : { [METADATA_VERSION]: needed }
}

function readFeature(text: string): [name: string, level: number] {
  const equals = text.indexOf('=')
  if (equals < 0)
    throw new Failure(`Invalid feature format: ${text}. Expected format: 'feature=version' (e.g. 'group.version=1')`)
  const name = text.slice(0, equals).trim()
  const word = text.slice(equals + 1)
  if (!/^[+-]?\d{1,5}$/.test(word.trim()) || Math.abs(Number(word)) > 32767)
    throw new Failure(`Invalid version format: ${word} for feature ${name}`)
  const level = Number(word)
  if (name === METADATA_VERSION) {
    if (nameOfLevel(level) === undefined) throw new Failure(`Unknown metadata.version ${level}`)
  } else if (!isKnownFeature(name)) throw new Failure(`Unknown feature: ${name}`)
  else if (!supports(name, level)) throw new Failure(`Feature level ${level} is not supported for feature ${name}`)
  return [name, level]
}
