/** How kafka-consumer-groups.sh prints: columns as printf fills them, and errors in the wrappings of Java's futures. */
import type { Context } from '../cli/command'
import type { Cluster } from '../client/cluster'
import { KafkaError } from '../client/kafka-error'

/** What an action works with. */
export interface At extends Context {
  readonly cluster: Cluster
  /** Milliseconds for each request. */
  readonly timeoutMs: number
}

/** One column: its name, and the least width it is filled up to; 0: it is the last, and is not filled. */
export type Column = readonly [name: string, width: number]

/** Widens a column to its longest value. */
export const wide = (name: string, least: number, values: Iterable<string>): Column => {
  let width = least
  for (const value of values) width = Math.max(width, value.length)
  return [name, width]
}

/** Lines of a table, the head first, without newlines; cells are parted by one blank. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => columns.map(([, width], i) => (cells[i] ?? '').padEnd(width)).join(' ')
  return [columns.map(([name]) => name), ...rows].map(line)
}

/**
 * An error as a Java exception around it prints it: `java.util.concurrent.ExecutionException: <class>: <message>`. Kafka's tool
 * prints whatever wrapping an error comes in; kt only the error.
 */
export class Wrapped extends Error {
  constructor(
    private readonly wrapping: string,
    override readonly cause: unknown,
  ) {
    super(String(cause))
  }
  override toString(): string {
    return `${this.wrapping}: ${this.message}`
  }
}

/** The error of a future; as kt the error itself. */
export const ofFuture = ({ voice }: Pick<At, 'voice'>, error: unknown): unknown =>
  voice === 'kafka' && error instanceof KafkaError ? new Wrapped('java.util.concurrent.ExecutionException', error) : error

/** The error, wrapped in Java's unchecked exception; as kt the error itself. */
export const unchecked = ({ voice }: Pick<At, 'voice'>, error: unknown): unknown =>
  voice === 'kafka' ? new Wrapped('java.lang.RuntimeException', error) : error

/** Kafka prints its tool's errors on stdout; kt on stderr, and remembers that there was one. */
export function complain({ out, voice }: At, text: string): void {
  if (voice === 'kafka') out.line(`\nError: ${text}`)
  else out.error(text)
}

/** What the group's state means for a reader of tables; true: there is something to show. */
export function noteState(at: At, group: string, state: string): boolean {
  const { out } = at
  if (state === 'Dead') {
    complain(at, `Consumer group '${group}' does not exist.`)
    return false
  }
  if (out.form === 'table') return true // drawn tables say the state themselves
  switch (state) {
    case 'Empty':
      out.error(`\nConsumer group '${group}' has no active members.`)
      return true
    case 'PreparingRebalance':
    case 'CompletingRebalance':
    case 'Assigning':
    case 'Reconciling':
      out.error(`\nWarning: Consumer group '${group}' is rebalancing.`)
      return true
    default:
      return true
  }
}
