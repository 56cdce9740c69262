/** Reading for a check: a file that cannot be read is a finding, not the end of the check. */
import type { FileSystem } from '../../system/system'
import type { Findings } from './finding'

/** Where a check looks and what it finds. */
export interface At {
  readonly fs: FileSystem
  /** The data directory. */
  readonly root: string
  readonly findings: Findings
}

const UNREADABLE = 'See who may read it, and look at the disk: the system log has its errors.'

/** A finding of an error of the disk; any other error is thrown on. */
export function unreadable({ findings }: At, file: string, error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException // System's files throw Node's errors
  if (code === undefined) throw error
  findings.error(file, `it cannot be read: ${code}`, UNREADABLE)
  return undefined
}

/** The whole of a file; undefined, with a finding, when it cannot be read. */
export function readWhole(at: At, file: string): Buffer | undefined {
  try {
    return at.fs.readFile(`${at.root}/${file}`)
  } catch (error) {
    return unreadable(at, file, error)
  }
}
const CHUNK_BYTES = 64 * 1024
/** Entries of 8 bytes and of 12 both end here. */
const ENTRIES = 24

/** An index file without the megabytes of zeros that Kafka lays out in advance behind its entries. */
export function readIndex(at: At, file: string): Buffer | undefined {
  const fd = openToRead(at, file)
  if (fd === undefined) return undefined
  const chunks: Buffer[] = []
  try {
    const size = at.fs.size(fd)
    for (let position = 0; position < size; position += CHUNK_BYTES) {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, size - position))
      at.fs.read(fd, chunk, 0, chunk.length, position)
      if (chunk.length === CHUNK_BYTES && chunk.equals(ZEROS)) {
        chunks.push(ZEROS.subarray(0, ENTRIES - (position % ENTRIES))) // an entry may reach in here
        break
      }
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } catch (error) {
    return unreadable(at, file, error)
  } finally {
    at.fs.close(fd)
  }
}
const ZEROS = Buffer.alloc(CHUNK_BYTES)

/** The names in a folder; none, with a finding, when it cannot be read. */
export function namesIn(at: At, folder: string): string[] {
  try {
    return at.fs.list(folder === '' ? at.root : `${at.root}/${folder}`)
  } catch (error) {
    return unreadable(at, folder, error) ?? []
  }
}
/** Opens a file for reading; undefined, with a finding, when it cannot be. */
export function openToRead(at: At, file: string): number | undefined {
  try {
    return at.fs.open(`${at.root}/${file}`, 'read')
  } catch (error) {
    return unreadable(at, file, error)
  }
}
