/** The real terminal: the process's own streams, environment and signals. */
import type { Input, Output, Signal, Terminal } from './terminal'

export function processTerminal(): Terminal {
  return {
    program: process.argv[1] ?? 'kt',
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    get stdin() {
      return input()
    },
    stdout: output(() => process.stdout),
    stderr: output(() => process.stderr),
    onSignal,
  }
}

const input = (): Input => ({ isTTY: process.stdin.isTTY === true, chunks: () => process.stdin })

/** A stream is made when it is first used: making one costs up to a millisecond. */
function output(stream: () => NodeJS.WriteStream): Output {
  let opened: NodeJS.WriteStream | undefined
  let isGone = false
  const listeners: (() => void)[] = []
  function open(): NodeJS.WriteStream {
    if (opened) return opened
    opened = stream()
    opened.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
      if (isGone) return
      isGone = true
      for (const listener of listeners) listener()
    })
    return opened
  }
  return {
    get isTTY() {
      return open().isTTY === true
    },
    get columns() {
      return open().columns ?? 80
    },
    write: (data) => isGone || open().write(data),
    drained: () =>
      new Promise((resolve) => {
        if (isGone || !open().writableNeedDrain) return resolve()
        listeners.push(resolve)
        open().once('drain', resolve)
      }),
    onGone: (listener) => void listeners.push(listener),
  }
}

/** The first signal is told; the second one, of either kind, ends the process at once. */
function onSignal(listener: (signal: Signal) => void): () => void {
  let count = 0
  const take = (signal: Signal) => {
    if (++count > 1) process.exit(signal === 'SIGINT' ? 130 : 143)
    listener(signal)
  }
  process.on('SIGINT', take)
  process.on('SIGTERM', take)
  return () => {
    process.off('SIGINT', take)
    process.off('SIGTERM', take)
  }
}
