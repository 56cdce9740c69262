/** Processes beside this one, loaded when first used. */
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'

/** The keyboard of the terminal that this process belongs to, beside stdin, so that who asks a question leaves stdin as it was. */
export function openKeyboard(): NodeJS.ReadStream {
  const { ReadStream } = process.getBuiltinModule('node:tty')
  return new ReadStream(openSync('/dev/tty', 'r')) as NodeJS.ReadStream
}

/**
 * Starts this program again with `words`, in the background, with no input and its output at the end of `logPath` (which is made);
 * it outlives this process. Gives its pid.
 */
export function startInBackground(program: string, words: readonly string[], logPath: string): number {
  mkdirSync(dirname(logPath), { recursive: true })
  const log = openSync(logPath, 'a', 0o600)
  try {
    const { spawn } = process.getBuiltinModule('node:child_process')
    const child = spawn(process.execPath, [program, ...words], { detached: true, stdio: ['ignore', log, log] })
    child.unref()
    return child.pid ?? 0
  } finally {
    closeSync(log)
  }
}
