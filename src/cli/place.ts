/** From options to a place: what where.ts is asked to open. */
import type { System } from '../system'
import type { Connecting } from './command'
import { logLine } from './log'
import type { OptionTable, Values, Voice } from './options'
import { readProperties } from './properties'
import type { Terminal } from './terminal'
import type { PlaceOptions, Where } from './where'

export type { Place, PlaceOptions, Where } from './where'

interface At {
  readonly terminal: Terminal
  readonly system: System
  readonly voice: Voice
}

/**
 * Whether a data directory or a server is named without --bootstrap-server: under Kafka's names a directory is used only then.
 * As kt there is always one, the user's own.
 */
export function isPlaceNamed({ terminal, system, voice }: At, isDirectoryGiven: boolean): boolean {
  if (voice === 'kt' || isDirectoryGiven) return true
  const { env, cwd } = terminal
  if (env['KT_DATA_DIR'] || env['KT_BOOTSTRAP_SERVERS']) return true
  const parts = cwd.split('/')
  return parts.some((_, i) => system.fs.stat(`${parts.slice(0, parts.length - i).join('/')}/.kt`)?.isDirectory === true)
}

/** As kt nobody waits a minute to hear that a port was mistyped. */
const PATIENCE_MS = 2000

/** What to open: the old option's place first, then what `--bootstrap-server`, `--data-dir` and `--command-config` say. */
export function placeOptions(
  { terminal, system, voice }: At,
  options: Values<OptionTable>,
  where: Where | undefined,
  more: Connecting,
): PlaceOptions {
  const word = (key: string): string | undefined => (typeof options[key] === 'string' ? options[key] : undefined)
  const config = word('commandConfig')
  const read = config === undefined ? new Map<string, string>() : readProperties(system, terminal, config)
  const properties = more.properties ?? read
  const bootstrapServer = where?.kind === 'server' ? where.servers : word('bootstrapServer')
  const dataDir = where?.kind === 'directory' ? where.directory : where ? undefined : word('dataDir')
  const clientId = more.clientId ?? properties.get('client.id') ?? 'adminclient-1'
  const warn = (words: string) => {
    const line = logLine(
      system.clock.now(),
      'WARN',
      `[${more.speaker ?? `AdminClient clientId=${clientId}`}] ${words}`,
      'org.apache.kafka.clients.NetworkClient',
    )
    terminal.stderr.write(`${line}\n`)
  }
  return {
    ...(bootstrapServer === undefined ? {} : { bootstrapServer }),
    ...(dataDir === undefined ? {} : { dataDir }),
    clientId,
    properties,
    // kt says it once, with the error, when time is up
    ...(voice === 'kafka' ? { onWarning: warn } : { patienceMs: PATIENCE_MS }),
  }
}
