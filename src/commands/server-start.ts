/**
 * kafka-server-start.sh (kafka.Kafka): serves a data directory on a port until it is told to stop. The directory is asked for if a
 * passing command holds it; one that another server holds is refused with that server's pid and address.
 */
import { command } from '../cli/command'
import { Failure, messageOf, OptionError, UsageError } from '../cli/errors'
import { file, flag, list, port, text } from '../cli/options'
import type { Out } from '../cli/out'
import type { Terminal } from '../cli/terminal'
import { realSystem } from '../system'
import { realPath } from '../system/path'
import { startInBackground } from '../system/processes'
import { serverLog } from './server-log'
import { defaultPlan, filePlan } from './server-plan'
import { reachable, runServer } from './server-run'

const NAMES = { port: '--port', host: '--host', dataDir: '--data-dir' }
const SETTINGS = { port: 'listeners=...', host: 'listeners=...', dataDir: 'log.dirs=...' }

export default command({
  name: 'server-start',
  script: 'kafka-server-start.sh',
  summary: 'Serve a data directory on a port, to any Kafka client',
  description:
    'Serves until it gets SIGINT or SIGTERM. acks=all is answered when the records are on disk, acks=1 when the operating system has them; ' +
    'kt.flush.on.acks=false makes it never wait for the disk, as Kafka does. Without a properties file it listens on this machine only.',
  examples: [
    ['Serve the data directory on port 9092', 'kt server-start'],
    ['On another port, with data of its own', 'kt server-start --port 19092 --data-dir /tmp/kt-demo'],
    ["With a properties file of Kafka's", 'kt server-start config/server.properties --override num.partitions=3'],
  ],
  place: 'none',
  positionals: 'server.properties',
  options: {
    override: list('', 'Optional property that should override values set in server.properties file').summed(
      'Set a property over the file',
    ),
    port: port('Integer', '').summed('The port to listen on, 9092 unless said').ktOnly(),
    host: text('String', '').summed('The address to listen on; this machine only unless said').ktOnly(),
    dataDir: file('directory', '').summed('The data directory to serve').ktOnly(),
    daemon: flag('').summed('Run in the background, with the output in a log file').hidden(),
  },
  kafka: {
    intro: 'USAGE: java [options] kafka.Kafka server.properties [--override property=value]*',
    noArguments: 'run',
    badOption: 'failed',
    globals: { help: flag('').hidden(), version: flag('Print version information and exit.') },
    failed: fatal,
  },
  async run(context, options) {
    const { terminal, system, voice, positionals, signal, out } = context
    if (options.daemon) return startDaemon(terminal, out)
    const [properties, ...others] = positionals
    if (voice === 'kafka' && properties === undefined) {
      out.line(`USAGE: ${terminal.program} [-daemon] server.properties [--override property=value]*`)
      return 1
    }
    const [first = ''] = terminal.argv
    if (voice === 'kafka' && first.startsWith('-')) throw new Failure(first, { javaClass: 'java.nio.file.NoSuchFileException' }) // it is read as the file
    if (others.length > 0) {
      const all = (voice === 'kafka' ? others : positionals).join(',')
      throw new UsageError(
        `Found non argument parameters: ${all}`,
        `only one properties file can be given, not ${positionals.join(', ')}`,
      )
    }
    const own = (['port', 'host', 'dataDir'] as const).find((name) => options[name] !== undefined)
    if (properties !== undefined && own) {
      throw new UsageError('', `${NAMES[own]} goes without a properties file; with one, --override ${SETTINGS[own]} says it`)
    }
    const log = serverLog(system.clock, (line) => (voice === 'kafka' ? out.line(line) : out.error(line)))
    const plan =
      properties === undefined
        ? defaultPlan(terminal, system, {
            port: options.port,
            host: options.host,
            dataDir: options.dataDir,
            override: options.override,
          })
        : filePlan(terminal, system, properties, options.override, voice === 'kt')
    for (const warning of plan.warnings) log('WARN', warning)
    if (voice === 'kt') await reachable(system, plan)
    await runServer(terminal, system, plan, log, signal, () => out.flush())
    if (voice === 'kafka') return signal.reason === 'SIGINT' ? 130 : 143 // as the JVM ends on a signal
    return 0
  },
})

/** As kafka-server-start.sh -daemon: the same command in the background, its output in $LOG_DIR/kafkaServer.out. */
function startDaemon(terminal: Terminal, out: Out): number {
  const { env, cwd, program, argv } = terminal
  const words = argv.filter((word) => !/^--?daemon$/.test(word))
  const path = realPath(cwd, `${env['LOG_DIR'] ?? 'logs'}/kafkaServer.out`)
  const pid = startInBackground(program, words, path)
  out.error(`Started in the background, pid ${pid}; its output goes to ${path}`)
  return 0
}

const wordsOf = (error: unknown): string => (error instanceof Failure ? error.toString() : messageOf(error))

const joptClass = ({ message }: OptionError): string =>
  message.endsWith('requires an argument') ? 'OptionMissingRequiredArgumentException' : 'UnrecognizedOptionException'

function fatal(error: unknown, out: { line(text: string): void }): number {
  const log = serverLog(realSystem.clock, (line) => out.line(line))
  log('ERROR', 'Exiting Kafka due to fatal exception', 'kafka.Kafka$')
  out.line(error instanceof OptionError ? `joptsimple.${joptClass(error)}: ${error.message}` : wordsOf(error))
  return 1
}
