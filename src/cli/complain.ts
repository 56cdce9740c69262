/**
 * What is said when something is wrong, in both voices. Kafka's tools differ in where their words go and what they exit with;
 * that is in each command's manners. kt says one sentence on stderr, a hint where there is one, and exits with 2 for wrong
 * usage, 124 when time ran out, 1 otherwise. No stack trace, but for KT_DEBUG.
 */
import { exit, Failure, messageOf, OptionError, UsageError } from './errors'
import type { Out } from './out'
import type { Terminal } from './terminal'
import type { Speaker } from './understand'

export interface Complaint extends Speaker {
  readonly program: string
  readonly terminal: Terminal
  readonly argv: readonly string[]
}

/** What the parser refused. */
export async function complainOfOptions(at: Complaint, error: unknown, out: Out): Promise<number> {
  if (!(error instanceof OptionError)) return complain(at, error, out, 'line')
  if (at.voice === 'kt') return complainOfUsage(at, error.sentence, out)
  if (at.command.parser === 'argparse') {
    const { errorText, usageOf } = await import('./help-argparse')
    out.error(usageOf(at.command, error.subcommand))
    out.error(errorText(at.command, error.subcommand, error.message, error.unknown))
    return exit.failed
  }
  const { badOption = 'table', failed } = at.command.kafka
  if (badOption === 'failed' && failed) return failed(error, out, at.argv)
  if (badOption === 'table') return printUsage(at, error.message, out)
  out.error(typeof badOption === 'function' ? badOption(error.message) : error.message)
  return exit.failed
}

/** What came out of the command itself, or, at stage 'line', out of the checks before it. */
export async function complain(at: Complaint, error: unknown, out: Out, stage: 'line' | 'run' = 'run'): Promise<number> {
  if (at.terminal.env['KT_DEBUG'] && error instanceof Error) out.error(error.stack ?? String(error))
  if (at.voice === 'kt') return complainAsKt(at, error, out)
  if (error instanceof UsageError && at.command.parser === 'argparse') {
    out.error(error.message)
    return exit.failed
  }
  if (error instanceof UsageError) return printUsage(at, error.message, out)
  const { failed } = at.command.kafka
  if (failed && stage === 'run') return failed(error, out, at.argv)
  if (error instanceof OptionError) return complainOfOptions(at, error, out)
  out.error(error instanceof Failure ? error.message : String(error))
  return error instanceof Failure ? error.exitCode : exit.failed
}

async function complainAsKt(at: Complaint, error: unknown, out: Out): Promise<number> {
  if (error instanceof UsageError || error instanceof OptionError) return complainOfUsage(at, error.sentence, out)
  out.error(`${at.program}: ${error instanceof Failure ? error.sentence : messageOf(error)}`)
  if (error instanceof Failure) {
    if (error.hint !== undefined) out.error(error.hint)
    return error.exitCode
  }
  const { TimeoutException } = await import('../client/kafka-error')
  if (!(error instanceof TimeoutException)) return exit.failed
  for (const { address, reason } of error.tried) out.error(`  ${address}: ${reason}`)
  return exit.timedOut
}

function complainOfUsage(at: Complaint, sentence: string, out: Out): number {
  out.error(`${at.program}: ${sentence}`)
  out.error(`Try '${at.program} --help'.`)
  return exit.usage
}

/** A message and Kafka's table of options, on stderr (CommandLineUtils.printUsageAndExit). */
export async function printUsage({ command }: Speaker, message: string, out: Out): Promise<number> {
  const { joptHelp } = await import('./help-kafka')
  out.error(message)
  out.error(joptHelp(command))
  return command.kafka.helpExit ?? exit.failed
}
