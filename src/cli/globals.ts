/** The options that every command has without declaring them. */
import type { Command } from './command'
import { type AnyOption, file, flag, Option, type OptionTable, text, type Voice } from './options'

const help = flag('Print usage information.').summed('Show this help')
const version = flag('Display Kafka version.').summed('Show the version')
const dataDir = file('directory', 'The data directory to work on').summed('Work on this data directory, with no server')

/** The command's own options and the global ones. */
export function tableOf(command: Command, voice: Voice): OptionTable {
  return voice === 'kt' ? ktTable(command) : kafkaTable(command)
}

function ktTable(command: Command): OptionTable {
  const table: Record<string, AnyOption> = { ...command.options }
  if (command.place !== 'none') {
    const { spec } = table['bootstrapServer'] ?? text('', '')
    const summed = new Option({ ...spec, argument: 'host:port', summary: 'Speak to this server or cluster' })
    table['bootstrapServer'] = command.legacy === 'broker-list' ? summed.was('broker-list', '') : summed
    table['dataDir'] = dataDir
  }
  return {
    ...table,
    ...(command.legacy === 'zookeeper' ? oldPlace('zookeeper') : {}),
    json: flag('').summed('Print JSON'),
    plain: flag('').summed("Print Kafka's plain text, also on a terminal"),
    noColor: flag('').summed('Print no colours'),
    help: help.letter('h'),
    version,
  }
}

function kafkaTable(command: Command): OptionTable {
  return {
    ...command.options,
    ...(command.place === 'none' ? {} : { dataDir: dataDir.hidden() }),
    ...(command.legacy === undefined ? {} : oldPlace(command.legacy)),
    ...(command.parser === 'argparse' ? { help: help.letter('h') } : { help, version, ...command.kafka.globals }),
  }
}

/** `--zookeeper` and `--broker-list` of old tutorials, in no help. */
const oldPlace = (name: string): OptionTable => ({ oldPlace: text('hosts', '').named(name).hidden() })
