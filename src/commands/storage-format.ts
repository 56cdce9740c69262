/**
 * kafka-storage.sh format (org.apache.kafka.metadata.storage.Formatter): makes data directories of the directories that a properties
 * file names. Everything is checked before the first byte is written.
 */
import type { Context } from '../cli/command'
import { Failure } from '../cli/errors'
import { change, type MetadataChange, records } from '../engine/metadata/changes'
import { bootstrapLevels, METADATA_VERSION, nameOfLevel, SINCE_SCRAM } from '../engine/metadata/features'
import { formatDirectory, levelRecords, type Voter } from '../engine/metadata/format'
import { BadScram, parseScram, type ScramCredential, scramText } from '../engine/metadata/scram'
import type { MetaProperties } from '../storage/meta-properties'
import { randomUuid } from '../system'
import { absolute, readStorageConfig, type StorageConfig } from './storage-config'
import { loadEnsemble, verifyEnsemble } from './storage-ensemble'
import { chooseLevels } from './storage-levels'
import { parseVoters } from './storage-voters'

interface Options {
  readonly config?: string | undefined
  readonly clusterId?: string | undefined
  readonly addScram: readonly string[]
  readonly ignoreFormatted: boolean
  readonly releaseVersion?: string | undefined
  readonly feature: readonly string[]
  readonly standalone: boolean
  readonly noInitialControllers: boolean
  readonly initialControllers?: string | undefined
}

export async function format(context: Context, options: Options): Promise<void> {
  const { out, system } = context
  const config = readStorageConfig(context, options.config ?? '')
  const voters = readVoters(config, options)
  const dynamic = voters !== undefined || options.standalone || (options.noInitialControllers && !config.hasStaticVoters)
  const { level, levels } = chooseLevels(options.releaseVersion, options.feature, dynamic)
  const scrams = options.addScram.map((one) => readScram(one, context))
  if (scrams.length > 0 && level < SINCE_SCRAM) {
    throw new Failure('SCRAM is only supported in metadata.version 3.5-IV2 or later.')
  }
  const todo = unformatted(context, config, options)
  if (todo.length === 0) {
    out.form === 'json' ? out.json({ formatted: [] }) : out.line('All of the log directories are already formatted.')
    return
  }
  const begin = bootstrapLevels(level, levels)
  if (out.form !== 'json') out.line(bootstrapText(begin, scrams, level))
  const bootstrap: MetadataChange[] = [
    ...levelRecords(begin),
    ...scrams.map((one) => change(records.UserScramCredentialRecord, one)),
  ]
  for (const directory of todo) {
    const kind = kindOf(directory, config, voters, options)
    if (out.form !== 'json') out.line(`Formatting ${kind} ${directory} with ${METADATA_VERSION} ${nameOfLevel(level)}.`)
    const isMetadata = directory === config.metadataDirectory
    const own = isMetadata ? voters?.find(({ id }) => id === config.nodeId) : undefined
    const meta = {
      clusterId: options.clusterId ?? '',
      nodeId: config.nodeId,
      directoryId: own?.directoryId ?? randomUuid(system.random),
    }
    write(context, directory, meta, isMetadata ? quorumOf(voters, config, meta, options) : undefined, bootstrap)
  }
  if (out.form === 'json') out.json({ formatted: todo, clusterId: options.clusterId, metadataVersion: nameOfLevel(level) })
}

function readVoters(config: StorageConfig, options: Options): readonly Voter[] | undefined {
  const { standalone, initialControllers, noInitialControllers } = options
  if (initialControllers === undefined && !standalone) {
    if (config.isController && !config.hasStaticVoters && !noInitialControllers) {
      throw new Failure(
        'Because controller.quorum.voters is not set on this controller, you must specify one of the following: ' +
          '--standalone, --initial-controllers, or --no-initial-controllers.',
      )
    }
    return undefined
  }
  if (config.hasStaticVoters) {
    throw new Failure(
      'You cannot specify controller.quorum.voters and format the node with --initial-controllers or --standalone. ' +
        'If you want to use dynamic quorum, please remove controller.quorum.voters and specify controller.quorum.bootstrap.servers instead.',
    )
  }
  if (standalone && !config.isController) throw new Failure('You can only use --standalone on a controller.')
  return initialControllers === undefined ? undefined : parseVoters(initialControllers, config.controller.name)
}

/** The voters that the snapshot of a metadata directory names. */
function quorumOf(voters: readonly Voter[] | undefined, config: StorageConfig, meta: MetaProperties, { standalone }: Options) {
  if (!standalone) return voters
  return [{ id: config.nodeId, directoryId: meta.directoryId, ...config.controller }]
}

function kindOf(directory: string, config: StorageConfig, voters: readonly Voter[] | undefined, { standalone }: Options): string {
  if (directory !== config.metadataDirectory) return 'data directory'
  if (standalone || voters?.some(({ id }) => id === config.nodeId)) return 'dynamic metadata voter directory'
  return voters ? 'dynamic metadata directory' : 'metadata directory'
}

function readScram(text: string, { system }: Context): ScramCredential {
  try {
    return parseScram(text, system.random)
  } catch (error) {
    if (error instanceof BadScram) throw new Failure(error.message)
    throw error
  }
}

/** The directories without meta.properties. One that has it must be of this cluster and node, and may be left as it is only if that was asked. */
function unformatted(context: Context, config: StorageConfig, { clusterId = '', ignoreFormatted }: Options): readonly string[] {
  const { out } = context
  const found = loadEnsemble(context, config.directories)
  for (const [directory, words] of found.unreadable) {
    out.error(words)
    const line = `I/O error trying to read log directory ${directory}. Ignoring...`
    out.form === 'json' ? out.error(line) : out.line(line)
  }
  if (found.empty.length === 0 && found.formatted.size === 0) throw new Failure('No available log directories to format.')
  verifyEnsemble(found, clusterId, config.nodeId)
  const [first] = found.formatted.keys()
  if (first !== undefined && !ignoreFormatted) {
    throw new Failure(
      `Log directory ${first} is already formatted. Use --ignore-formatted to ignore this directory and format the others.`,
    )
  }
  return found.empty
}

function write(
  context: Context,
  directory: string,
  meta: MetaProperties,
  voters: readonly Voter[] | undefined,
  bootstrap: readonly MetadataChange[],
): void {
  try {
    formatDirectory(context.system, absolute(context, directory), { meta, voters, bootstrap })
  } catch (error) {
    throw new Failure(`Error while writing meta.properties file ${directory}: ${(error as Error).message}`)
  }
}

function bootstrapText(
  levels: readonly (readonly [string, number])[],
  scrams: readonly ScramCredential[],
  level: number,
): string {
  const all = [
    ...levels.map(([name, one]) => `FeatureLevelRecord(name='${name}', featureLevel=${one})`),
    ...scrams.map(scramText),
  ]
  const shown = all.map((record) => `ApiMessageAndVersion(${record} at version 0)`).join(', ')
  return `Bootstrap metadata: BootstrapMetadata(records=[${shown}], metadataVersionLevel=${level}, source=format command)`
}
