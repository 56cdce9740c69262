/** kafka-storage.sh info: which directories are formatted, for what, and what is wrong with them. */
import type { Context } from '../cli/command'
import { UsageError } from '../cli/errors'
import { choosePlace } from '../cli/where'
import { type MetaProperties, readMetaProperties } from '../storage/meta-properties'
import { absolute, readStorageConfig } from './storage-config'

interface Findings {
  readonly found: readonly string[]
  readonly meta: MetaProperties | undefined
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
    const { clusterId, directoryId, nodeId } = meta ?? {}
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
    const directory = meta.directoryId === '' ? '' : `directory.id=${meta.directoryId}, `
    const node = meta.version === 0 ? `broker.id=${meta.nodeId}` : `node.id=${meta.nodeId}`
    out.line(`Found metadata: {cluster.id=${meta.clusterId}, ${directory}${node}, version=${meta.version ?? 1}}\n`)
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

function lookAt(context: Context, directories: readonly string[]): Findings {
  const { fs } = context.system
  const found: string[] = []
  const problems: string[] = []
  let meta: MetaProperties | undefined
  for (const directory of directories) {
    const path = absolute(context, directory)
    const stat = fs.stat(path)
    if (!stat?.isDirectory) {
      problems.push(stat ? `${directory} is not a directory` : `${directory} does not exist`)
      continue
    }
    found.push(directory)
    try {
      const own = readMetaProperties(fs, path)
      meta ??= own
      if (!own) problems.push(`${directory} is not formatted.`)
      else if (own.clusterId !== meta?.clusterId) problems.push('Mismatched cluster IDs between storage directories.')
      else if (own.nodeId !== meta.nodeId) problems.push('Mismatched node IDs between storage directories.')
    } catch (error) {
      problems.push(`Error loading ${directory}/meta.properties: ${(error as Error).message}`)
    }
  }
  return { found, meta, problems }
}
