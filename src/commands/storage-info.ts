/** kafka-storage.sh info: which directories are formatted, for what, and what is wrong with them. */
import type { Context } from '../cli/command'
import { Failure, UsageError } from '../cli/errors'
import { choosePlace } from '../cli/where'
import { ForeignDirectory, type MetaText, readMetaText } from '../storage/meta-properties'
import { absolute, readStorageConfig } from './storage-config'
import { wordsOf } from './storage-ensemble'

interface Findings {
  readonly found: readonly string[]
  readonly meta: MetaText | undefined
  readonly problems: readonly string[]
}

interface Words {
  readonly config?: string | undefined
  readonly dataDir?: string | undefined
}

export function info(context: Context, words: Words): number {
  const { out } = context
  const directories = words.config === undefined ? [own(context, words)] : readStorageConfig(context, words.config).directories
  if (words.config !== undefined && words.dataDir !== undefined) throw new UsageError('', '--data-dir does not go with --config')
  const { found, meta, problems } = lookAt(context, directories)
  const code = problems.length > 0 ? 1 : 0
  if (out.form === 'json') {
    const { clusterId, directoryId = '', nodeId } = meta ?? {}
    out.json({ directories: found, metadata: meta ? { clusterId, directoryId, nodeId } : null, problems })
    return code
  }
  const list = (one: string, several: string, lines: readonly string[]) => {
    if (lines.length === 0) return
    out.line(lines.length === 1 ? one : several)
    for (const line of lines) out.line(`  ${line}`)
    out.line('')
  }
  list('Found log directory:', 'Found log directories:', found)
  if (meta) {
    out.line(`Found metadata: {${metaText(meta)}}\n`)
  }
  list('Found problem:', 'Found problems:', problems)
  return code
}

/** The data directory that kt would use here. */
function own({ terminal, system }: Context, { dataDir }: Words): string {
  const where = choosePlace(terminal, system, dataDir === undefined ? {} : { dataDir })
  if (where.kind === 'server')
    throw new UsageError('', '--config is needed: KT_BOOTSTRAP_SERVERS names a server, not a directory')
  return where.directory
}

/** What is said, by name. */
function metaText({ version, clusterId, directoryId, nodeId }: MetaText): string {
  const said = {
    'broker.id': version === 0 ? nodeId : undefined,
    'cluster.id': clusterId,
    'directory.id': directoryId,
    'node.id': version === 1 ? nodeId : undefined,
    version,
  }
  return Object.entries(said)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
}

function lookAt(context: Context, directories: readonly string[]): Findings {
  const { fs } = context.system
  const found: string[] = []
  const problems: string[] = []
  let meta: MetaText | undefined
  for (const written of directories) {
    const directory = tidied(written)
    const path = absolute(context, directory)
    const stat = fs.stat(path)
    if (!stat?.isDirectory) {
      problems.push(stat ? `${directory} is not a directory` : `${directory} does not exist`)
      continue
    }
    found.push(directory)
    try {
      const own = readMetaText(fs, path)
      meta ??= own
      if (!own) problems.push(`${directory} is not formatted.`)
      else if (own.clusterId !== meta?.clusterId) problems.push('Mismatched cluster IDs between storage directories.')
      else if (own.nodeId !== meta?.nodeId) problems.push('Mismatched node IDs between storage directories.')
    } catch (error) {
      if (!(error instanceof ForeignDirectory)) throw new Failure(wordsOf(error, path), { javaClass: 'java.io.IOException' })
      problems.push(`Error loading ${directory}/meta.properties: ${error.kafkaWords}`)
    }
  }
  if (meta?.version === 0) problems.push(LEGACY)
  return { found, meta, problems }
}
const LEGACY =
  'The kafka configuration file appears to be for a cluster in KRaft mode, but the directories are formatted for legacy mode.'

/** As java.nio.file.Path writes it. */
const tidied = (path: string): string => path.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')
