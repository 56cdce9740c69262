/** What the files of a log that is not open tell without opening it: sizes, and when the oldest segment was written to last. */
import type { FileSystem } from '../system/system'

export interface Peek {
  /** Bytes of all segments. */
  readonly sizeBytes: number
  readonly segments: readonly { readonly base: number; readonly sizeBytes: number }[]
  /** Files that were taken out of the log and not removed. */
  readonly deleted: readonly string[]
}

const TIME_ENTRY = 12

export function peekLog(fs: FileSystem, folder: string): Peek {
  const names = fs.exists(folder) ? fs.list(folder) : []
  const segments = names
    .filter((name) => /^\d{20}\.log$/.test(name))
    .map((name) => ({ base: Number(name.slice(0, 20)), sizeBytes: fs.stat(`${folder}/${name}`)?.size ?? 0 }))
  const deleted = names.filter((name) => name.endsWith('.deleted')).map((name) => `${folder}/${name}`)
  return { sizeBytes: segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0), segments, deleted }
}

/** Greatest timestamp of a segment, by the last entry of its time index; undefined when that does not tell (an unclean end). */
export function peekNewest(fs: FileSystem, path: string): number | undefined {
  const size = fs.stat(path)?.size ?? 0
  if (size < TIME_ENTRY || size % TIME_ENTRY !== 0) return undefined
  const fd = fs.open(path, 'read')
  try {
    const entry = Buffer.alloc(TIME_ENTRY)
    fs.read(fd, entry, 0, TIME_ENTRY, size - TIME_ENTRY)
    const time = Number(entry.readBigInt64BE(0))
    return time > 0 ? time : undefined
  } finally {
    fs.close(fd)
  }
}
