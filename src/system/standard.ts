/**
 * Standard output and error without a stream around them: making process.stdout takes Node 3 ms. What goes through here is
 * written synchronously, so it must be little.
 */
import { fstatSync, statSync, writevSync } from 'node:fs'

/** False where the descriptor surely is no terminal: a file, a pipe, a socket, /dev/null. */
export function mayBeTerminal(fd: number): boolean {
  try {
    const found = fstatSync(fd)
    return found.isCharacterDevice() && found.rdev !== statSync('/dev/null').rdev
  } catch {
    return true // closed: let Node's stream say what that means
  }
}

/** Writes as much as is taken now and gives how many bytes that was. Throws Node's errors (EPIPE ...). */
export function writeNow(fd: number, bytes: Uint8Array): number {
  try {
    return writevSync(fd, [bytes]) // of Node's ways the one with least to compile
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0
    throw error
  }
}
