/**
 * Kafka's small text files of offsets (CheckpointFile): a version, a count, one entry a line.
 *
 *     0                      version
 *     2                      entries
 *     orders 0 1024          topic partition offset      (recovery point, high watermark, log start, cleaner)
 *     orders 1 77
 *
 * leader-epoch-checkpoint has `epoch startOffset` instead. Written to a temporary file, synced and renamed.
 */
import type { FileSystem } from '../system/system'
import { type Syncs, syncNow } from './syncs'
import { passes } from './trouble'

/**
 * Replaces a small file as a whole: after a crash, and after an error, there is the old one or the new one. Throws the disk's error, with
 * nothing left of the attempt.
 */
export function replaceFile(fs: FileSystem, path: string, content: string | Uint8Array, permissions?: number): void {
  syncNow(fs, replacing(fs, path, content, permissions))
}
export function* replacing(fs: FileSystem, path: string, content: string | Uint8Array, permissions?: number): Syncs {
  const temporary = `${path}.tmp`
  fs.remove(temporary)
  const fd = fs.open(temporary, 'new', permissions)
  try {
    fs.write(fd, typeof content === 'string' ? Buffer.from(content) : content, 0)
    yield fd
    fs.rename(temporary, path)
  } catch (error) {
    tryToRemove(fs, temporary)
    throw error
  } finally {
    fs.close(fd)
  }
}
/**
 * The same in the background, with nothing of it on the loop: a new name waits for the file system's journal. Under another temporary name,
 * for somebody may want the same here and now. `wanted` is asked between the steps, for the folder may go meanwhile.
 */
export async function replaceLater(fs: FileSystem, path: string, content: string, wanted: () => boolean): Promise<void> {
  const temporary = `${path}.later.tmp`
  const fd = await fs.openLater(temporary, 'create')
  try {
    if (!wanted()) return
    if (fs.size(fd) > 0) fs.truncate(fd, 0) // a kill left it
    fs.write(fd, Buffer.from(content), 0)
    await fs.dataSync(fd)
    if (wanted()) await fs.renameLater(temporary, path)
    else tryToRemove(fs, temporary)
  } catch (error) {
    if (wanted()) tryToRemove(fs, temporary)
    throw error
  } finally {
    fs.close(fd)
  }
}
/** For what is removed because something else went wrong, which is what counts. */
function tryToRemove(fs: FileSystem, path: string): void {
  try {
    fs.remove(path)
  } catch {
    // it is replaced the next time
  }
}

/** The lines of entries of a checkpoint file, split at blanks; undefined when it is absent or not of that form. */
export function readEntries(fs: FileSystem, path: string, columns: number): string[][] | undefined {
  if (!fs.exists(path)) return undefined
  const [version, count, ...lines] = fs.readText(path).split('\n')
  if (version?.trim() !== '0') return undefined
  const entries = lines.map((line) => wordsOf(line, columns)).filter(([first]) => first !== '')
  const sound = entries.length === Number(count) && entries.every((entry) => entry.length === columns)
  return sound ? entries : undefined
}

/** Almost always there is one blank between them, which is several times as quick to see. */
function wordsOf(line: string, columns: number): string[] {
  if (line === '') return [line]
  const words = line.split(' ')
  return words.length === columns && !words.includes('') ? words : line.trim().split(/\s+/)
}

/** Offsets by 'topic-partition'. */
export type Offsets = Map<string, number>

/** Reads an offset checkpoint; empty when it is absent, empty (the cleaner's before its first run) or damaged. */
export function readOffsets(fs: FileSystem, path: string): Offsets {
  const entries = readEntries(fs, path, 3) ?? []
  return new Map(entries.map(([topic, partition, offset]) => [`${topic}-${partition}`, Number(offset)]))
}
export function writeOffsets(fs: FileSystem, path: string, offsets: ReadonlyMap<string, number>): void {
  replaceFile(fs, path, offsetText(offsets))
}
/** The same without holding everything else up for the disk. The file is replaced only if the writing is still wanted then. */
export async function writeOffsetsLater(
  fs: FileSystem,
  path: string,
  offsets: ReadonlyMap<string, number>,
  wanted: () => boolean,
): Promise<void> {
  const temporary = `${path}.tmp`
  fs.remove(temporary)
  const fd = fs.open(temporary, 'new')
  let written = false
  try {
    fs.write(fd, Buffer.from(offsetText(offsets)), 0)
    await fs.dataSync(fd)
    written = true
  } finally {
    fs.close(fd)
    if (!written) tryToRemove(fs, temporary)
  }
  if (wanted()) fs.rename(temporary, path)
  else fs.remove(temporary)
}
function offsetText(offsets: ReadonlyMap<string, number>): string {
  const lines = [...offsets].map(([name, offset]) => {
    const dash = name.lastIndexOf('-')
    return `${name.slice(0, dash)} ${name.slice(dash + 1)} ${offset}\n`
  })
  return `0\n${offsets.size}\n${lines.join('')}`
}

export interface EpochStart {
  readonly epoch: number
  readonly startOffset: number
}
/** The epochs of a log that starts at `startOffset`: the one that it lies in begins there, older ones are forgotten. */
export function epochsFrom(epochs: EpochStart[], startOffset: number): EpochStart[] {
  const first = epochs.findLastIndex((entry) => entry.startOffset <= startOffset)
  if (first < 0 || (first === 0 && epochs[0]?.startOffset === startOffset)) return epochs
  return epochs.slice(first).map((entry, index) => (index === 0 ? { epoch: entry.epoch, startOffset } : entry))
}
/** Reads a leader-epoch-checkpoint; undefined when it is absent or damaged. */
export function readEpochs(fs: FileSystem, path: string): EpochStart[] | undefined {
  return readEntries(fs, path, 2)?.map(([epoch, start]) => ({ epoch: Number(epoch), startOffset: Number(start) }))
}
/** Writes what the log itself can tell again: without room the file stays as it is, and the next writing has it all. */
export function tryToWriteEpochs(fs: FileSystem, path: string, epochs: readonly EpochStart[]): void {
  try {
    writeEpochs(fs, path, epochs)
  } catch (error) {
    if (!passes(error)) throw error
  }
}
export function writeEpochs(fs: FileSystem, path: string, epochs: readonly EpochStart[]): void {
  replaceFile(fs, path, epochsText(epochs))
}
export function epochsText(epochs: readonly EpochStart[]): string {
  const lines = epochs.map(({ epoch, startOffset }) => `${epoch} ${startOffset}\n`)
  return `0\n${epochs.length}\n${lines.join('')}`
}
