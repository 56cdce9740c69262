/**
 * Trouble with files that a broker outlives: it refuses the write, and goes on when the trouble is over. A full disk is the common one.
 * Whatever is not named here (EIO above all) ends the broker, for nobody knows then what is on disk.
 *
 * Kafka takes a log directory offline for any of them, and ends when it was the last one (LogDirFailureChannel); so does kt where there are
 * several, for what no waiting mends (watched-files.ts).
 */

/** Why the error of a write or of opening a file need not end the broker. */
const SENTENCES: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'this process has too many files open (see ulimit -n)',
  ENFILE: 'the machine has too many files open',
  ENOENT: 'a file or folder of the log is gone',
  ENOTDIR: 'a file is where a folder should be',
  EACCES: 'there is no permission for a file of the log',
  EPERM: 'there is no permission for a file of the log',
  EROFS: 'the file system is read-only',
  OFFLINE: 'the data directory is offline',
  SEALED: 'records that were on disk cannot be read, and the log takes no others (kt.accept.loss)',
}

/** Something was asked of a data directory that is offline. */
export class OfflineDirectory extends Error {
  readonly code = 'OFFLINE'
  /** EIO: whoever looks for errors of files finds one. */
  readonly errno = -5

  constructor(what: string, cause?: Error) {
    super(`${what} is offline${cause ? `: ${cause.message}` : ''}`, { cause })
  }
}
export const isOffline = (error: unknown): error is OfflineDirectory => error instanceof OfflineDirectory

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException | undefined)?.code)

/** There is no room now. It is the only error of fdatasync that passes: the file system allocates late (btrfs, NFS, quotas). */
export const isFull = (error: unknown): boolean => codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT'

/** The file may be read all the same. */
export const isForbidden = (error: unknown): boolean => ['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error))

/** The write did not happen, nothing that was there before is in doubt, and it may work another time. */
export const passes = (error: unknown): boolean => Object.hasOwn(SENTENCES, codeOf(error))

/** The operating system's word about a file, whatever it is. */
export const isFileError = (error: unknown): boolean => typeof (error as NodeJS.ErrnoException | undefined)?.errno === 'number'

/** What the matter is, for a person; the error's own words for one that does not pass. */
export const sayTrouble = (error: unknown): string => SENTENCES[codeOf(error)] ?? (error as Error).message
