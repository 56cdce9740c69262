/** The real terminal: the process's own streams, environment and signals. */
import { soon } from '../system/alarms'
import { mayBeTerminal, writeNow } from '../system/standard'
import { exit, Failure } from './errors'
import type { Input, Output, Signal, Terminal } from './terminal'

export function processTerminal(argv: readonly string[]): Terminal {
  return {
    program: process.argv[1] ?? 'kt',
    argv,
    env: process.env,
    cwd: process.cwd(),
    get stdin() {
      return input()
    },
    stdout: output(1, () => process.stdout),
    stderr: output(2, () => process.stderr),
    get choose() {
      return process.stdin.isTTY && process.stderr.isTTY ? choose : undefined
    },
    onSignal,
  }
}

/** A list to choose from with the arrow keys, drawn on stderr by inquirer. */
async function choose(question: string, choices: readonly string[]): Promise<string> {
  const [{ default: inquirer }, { openKeyboard }] = await Promise.all([import('inquirer'), import('../system/processes')])
  const input = openKeyboard() // inquirer would leave stdin paused, with a line or two of it read
  const ask = inquirer.createPromptModule({ input, output: process.stderr })
  try {
    const { chosen } = await ask([{ type: 'select', name: 'chosen', message: question, choices: [...choices] }])
    return chosen
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ExitPromptError')) throw error
    throw new Failure('interrupted', { exitCode: exit.interrupted })
  } finally {
    input.destroy()
  }
}

const input = (): Input => ({ isTTY: process.stdin.isTTY === true, chunks: () => process.stdin })

const opened: NodeJS.WriteStream[] = []

/** What a pipe takes on every system although nobody reads: so much is written at once, without a stream. */
const AT_ONCE_BYTES = 16 * 1024
const NOTHING = new Uint8Array(0)
/** EIO: the terminal was closed; ENXIO, ENOTCONN: there never was one. */
const NOBODY_READS = ['EPIPE', 'EIO', 'ENXIO', 'ENOTCONN', 'ECONNRESET']

/** A stream is made when it is needed: for a terminal, and for more than the first few lines. Most commands need none. */
function output(fd: 1 | 2, stream: () => NodeJS.WriteStream): Output {
  let made: NodeJS.WriteStream | undefined
  let atOnce = AT_ONCE_BYTES
  let isGone = false
  const listeners: (() => void)[] = []
  function open(): NodeJS.WriteStream {
    if (made) return made
    made = stream()
    opened.push(made)
    made.on('error', failed)
    return made
  }
  function failed(error: NodeJS.ErrnoException): void {
    if (!NOBODY_READS.includes(error.code ?? '')) throw error
    if (isGone) return
    isGone = true
    for (const listener of listeners) listener()
  }
  /** Gives what was not taken. */
  function writeAtOnce(bytes: Uint8Array): Uint8Array {
    if (bytes.length > atOnce) return bytes
    atOnce -= bytes.length
    try {
      return bytes.subarray(writeNow(fd, bytes))
    } catch (error) {
      failed(error as NodeJS.ErrnoException)
      return NOTHING
    }
  }
  return {
    get isTTY() {
      return mayBeTerminal(fd) && open().isTTY === true
    },
    get columns() {
      return open().columns ?? 80
    },
    write(data) {
      if (isGone) return true
      const rest = made ? data : writeAtOnce(typeof data === 'string' ? Buffer.from(data) : data)
      return rest.length === 0 || open().write(rest)
    },
    drained: () =>
      new Promise((resolve) => {
        if (isGone || !made?.writableNeedDrain) return resolve()
        listeners.push(resolve)
        made.once('drain', resolve)
      }),
    onGone: (listener) => void listeners.push(listener),
  }
}

/** Calls `done` when everything that was written has left the process, which on Linux is at once. */
export function afterWrites(done: () => void): void {
  const late = opened.find((stream) => stream.writableLength > 0 && !stream.destroyed)
  if (late) late.write('', () => afterWrites(done))
  else done()
}

/**
 * The first signal is told; the second one, of either kind, ends the process at once. Nobody could be told before the event loop comes
 * round: until then a signal ends the process as ever, and a command that is over by then has no listeners to pay for.
 */
function onSignal(listener: (signal: Signal) => void): () => void {
  let count = 0
  let state: 'early' | 'listening' | 'over' = 'early'
  const take = (signal: Signal) => {
    count++
    if (count > 1) process.exit(signal === 'SIGINT' ? exit.interrupted : exit.terminated)
    listener(signal)
  }
  soon(() => {
    if (state === 'over') return
    state = 'listening'
    process.on('SIGINT', take)
    process.on('SIGTERM', take)
  })
  return () => {
    if (state === 'listening') {
      process.off('SIGINT', take)
      process.off('SIGTERM', take)
    }
    state = 'over'
  }
}
