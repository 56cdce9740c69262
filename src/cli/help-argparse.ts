/** Usage and help as Kafka's argparse4j tools print them. */
import type { Command } from './command'

export function usageOf(command: Command, _subcommand: string | undefined): string {
  const program = command.kafka.program ?? command.script ?? command.name
  const names = Object.keys(command.subcommands ?? {})
  return `usage: ${program} [-h]${names.length > 0 ? ` {${names.join(',')}} ...` : ''}`
}

export function argparseHelp(command: Command, subcommand: string | undefined): string {
  return usageOf(command, subcommand)
}
