/** What kafka-storage needs of a properties file: the directories, the node's id, its roles, and who votes. */
import type { Context } from '../cli/command'
import { Failure } from '../cli/errors'
import { readText } from '../cli/properties'
import { exceptionOf, readServerProperties } from '../engine/configs/server-properties'
import { realPath } from '../system/path'

export interface StorageConfig {
  readonly nodeId: number
  /** As they are written, sorted. */
  readonly directories: readonly string[]
  /** The one that holds the metadata log. */
  readonly metadataDirectory: string
  readonly isController: boolean
  /** controller.quorum.voters names voters. */
  readonly hasStaticVoters: boolean
  /** Where the controller says that it listens. */
  readonly controller: { readonly name: string; readonly host: string; readonly port: number }
}

/** Throws Failure in Kafka's words. */
export function readStorageConfig({ system, terminal }: Pick<Context, 'system' | 'terminal'>, path: string): StorageConfig {
  const read = readServerProperties(readText(system, terminal, path))
  if (read.errors) {
    const [first] = read.errors
    throw new Failure(first.replace(/ \(line \d+\)$/, ''), {
      javaClass: exceptionOf(first),
      sentence: `${path}: ${read.errors.join('; ')}`,
    })
  }
  const { settings } = read
  const { texts, metadataDir } = settings
  const listener = settings.controllerListeners[0]
  const name = listener?.name ?? 'CONTROLLER'
  // what is advertised for it, as Kafka's standalone quorum writes it down
  const told = new RegExp(`(?:^|,)\\s*${name}://\\[?([^\\]/,]*)\\]?:(\\d+)`, 'i').exec(texts.get('advertised.listeners') ?? '')
  const host = told?.[1] || listener?.host || 'localhost'
  return {
    nodeId: settings.nodeId,
    directories: [...new Set([...settings.dataDirs, metadataDir])].sort(),
    metadataDirectory: metadataDir,
    isController: (texts.get('process.roles') ?? '').split(',').some((role) => role.trim() === 'controller'),
    hasStaticVoters: (texts.get('controller.quorum.voters') ?? '').trim() !== '',
    controller: { name, host, port: told ? Number(told[2]) : (listener?.port ?? 9093) },
  }
}

/** A directory of the file, from where the command was called. */
export const absolute = ({ terminal }: Pick<Context, 'terminal'>, directory: string): string => realPath(terminal.cwd, directory)
