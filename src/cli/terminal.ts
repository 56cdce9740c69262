/**
 * What a command sees of the process around it: the words it was called with, the environment, three streams and the signals.
 * A record, so that a test can be the terminal.
 */

export interface Terminal {
  /** The path the program was called by; its last part chooses between Kafka's voice and kt's. */
  readonly program: string
  /** The words after the program's name. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
  /** Lets whoever sits there choose one of `choices`; undefined where nobody does. Rejects when they will not. */
  readonly choose?: ((question: string, choices: readonly string[]) => Promise<string>) | undefined
  /** Calls `listener` at every SIGINT and SIGTERM instead of ending the process; gives the function that undoes it. */
  onSignal(listener: (signal: Signal) => void): () => void
}

export type Signal = 'SIGINT' | 'SIGTERM'

export interface Input {
  readonly isTTY: boolean
  /** What is read, in pieces of up to 64 KiB, until the end of the input. */
  chunks(): AsyncIterable<Uint8Array>
}

export interface Output {
  readonly isTTY: boolean
  /** Width in characters; 80 where it is not known. */
  readonly columns: number
  /** False: the reader is slow; wait for `drained` before writing much more. */
  write(data: Uint8Array | string): boolean
  drained(): Promise<void>
  /** Called once when nobody reads any more (EPIPE); what is written later is dropped. */
  onGone(listener: () => void): void
}
