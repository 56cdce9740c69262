/**
 * What can go wrong before and while a command runs. An error carries Kafka's own words for the `kafka-*.sh` names and, where
 * Kafka's words would not help, a sentence of kt's; who is speaking is decided where it is printed (run.ts).
 */

/** An option that the parser cannot take: jopt-simple's OptionException, argparse4j's ArgumentParserException. */
export class OptionError extends Error {
  /** The sub-command whose parser it was, where it was not the command's own (argparse4j prints that one's usage). */
  subcommand: string | undefined
  constructor(
    message: string,
    /** The sentence as `kt`. */
    readonly sentence: string = message,
    /** The word that was not known, for argparse4j's list of similar ones. */
    readonly unknown?: string,
  ) {
    super(message)
  }
}

/** Options that are well formed and do not fit together; Kafka prints them with the table of options and exits with 1. */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly sentence: string = message,
  ) {
    super(message)
  }
}

/**
 * The command was understood and could not be done. `javaClass` is the exception that Kafka's tool would have raised, where
 * its name is part of what Kafka prints; `sentence` is the message as `kt` and `hint` a second line there.
 */
export class Failure extends Error {
  readonly sentence: string
  readonly hint: string | undefined
  readonly javaClass: string | undefined
  readonly exitCode: number
  constructor(message: string, more: { sentence?: string; hint?: string; javaClass?: string; exitCode?: number } = {}) {
    super(message)
    this.sentence = more.sentence ?? message
    this.hint = more.hint
    this.javaClass = more.javaClass
    this.exitCode = more.exitCode ?? 1
  }
  /** As Java prints it. */
  override toString(): string {
    if (this.javaClass === undefined) return this.message
    return this.message === '' ? this.javaClass : `${this.javaClass}: ${this.message}`
  }
}

export const exit = { done: 0, failed: 1, usage: 2, timedOut: 124, interrupted: 130, terminated: 143 } as const

/** The words of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
