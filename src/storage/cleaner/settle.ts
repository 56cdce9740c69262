/**
 * What an opening makes of a folder in which compaction, or retention, was interrupted (LogLoader): what was complete takes its place,
 * what was not is deleted, for it is a copy; see swap.ts for the names.
 */
import { lastOffset } from '../../protocol/batch'
import type { FileSystem } from '../../system/system'
import { scanBatches } from '../scan'
import { segmentName } from '../segment'

export const CLEANED = '.cleaned'
export const SWAP = '.swap'
/** A file that was taken out of the log and waits for its removal. */
export const DELETED = '.deleted'

const KINDS = ['log', 'index', 'timeindex', 'txnindex'] as const

/** Gives the files of a segment another ending, the log first. */
export function renameSegment(fs: FileSystem, folder: string, base: number, from: string, to: string): void {
  for (const kind of KINDS) {
    const path = `${folder}/${segmentName(base)}.${kind}`
    if (fs.exists(path + from)) fs.rename(path + from, path + to)
  }
}

const baseOf = (name: string): number => Number(name.slice(0, 20))
/** A copy that a compaction was making of a segment. */
export const isHalfMade = (name: string): boolean => isOf(name, CLEANED)
const isOf = (name: string, end: string): boolean => name.endsWith(end) && /^\d{20}\./.test(name)

/** Tells of an undone deletion that a .txnindex is missing; stays until there is another (remakeAborted). */
export const isWanted = (name: string, names: readonly string[]): boolean => {
  const index = name.slice(0, -DELETED.length)
  return name.endsWith(`.txnindex${DELETED}`) && names.includes(index.replace('.txnindex', '.log')) && !names.includes(index)
}

/**
 * Ends what compaction and retention had begun when the last writer of a folder ended; gives the names that are there then. After a
 * `clean` end files that are in nobody's way, which a Kafka that is stopped leaves too, are left alone: reading writes nothing. Those of a
 * compaction are in the way of the next one, and go before the log is written (Log.halfMade).
 */
export function settleFolder(fs: FileSystem, folder: string, names: readonly string[], clean: boolean): readonly string[] {
  const isOver = (name: string) => isOf(name, DELETED) && !isWanted(name, names)
  const left = names.filter((name) => isHalfMade(name) || isOf(name, SWAP) || (!clean && isOver(name)))
  if (left.length === 0 || (clean && left.every(isHalfMade))) return names
  const cleaned = left.filter(isHalfMade)
  const firstCleaned = Math.min(...cleaned.map(baseOf))
  const swaps = left.filter((name) => name.endsWith(SWAP))
  const broken = swaps.filter((name) => baseOf(name) >= firstCleaned)
  // the .swap files first: without .cleaned ones beside them they would pass for complete
  for (const name of broken) fs.remove(`${folder}/${name}`)
  fs.syncFolder(folder)
  for (const name of left) if (!name.endsWith(SWAP)) fs.remove(`${folder}/${name}`)
  completeSwaps(
    fs,
    folder,
    swaps.filter((name) => !broken.includes(name)),
    names,
  )
  fs.syncFolder(folder)
  return fs.list(folder)
}

function completeSwaps(fs: FileSystem, folder: string, swaps: readonly string[], names: readonly string[]): void {
  if (swaps.length === 0) return
  const logs = swaps.filter((name) => name.endsWith(`.log${SWAP}`))
  const first = Math.min(...logs.map(baseOf))
  const end = Math.max(...logs.map((name) => endOf(fs, `${folder}/${name}`, baseOf(name))))
  const replaced = names.filter(
    (name) => KINDS.some((kind) => isOf(name, `.${kind}`)) && baseOf(name) >= first && baseOf(name) < end,
  )
  for (const name of replaced) fs.remove(`${folder}/${name}`)
  fs.syncFolder(folder)
  for (const name of swaps) fs.rename(`${folder}/${name}`, `${folder}/${name.slice(0, -SWAP.length)}`)
}

/** Offset behind the last batch of a file. */
function endOf(fs: FileSystem, path: string, base: number): number {
  let end = base
  const fd = fs.open(path, 'read')
  try {
    const read = (room: Buffer, length: number, position: number) => fs.read(fd, room, 0, length, position)
    scanBatches(read, 0, fs.size(fd), (bytes, at) => {
      end = lastOffset(bytes, at) + 1
    })
  } finally {
    fs.close(fd)
  }
  return end
}
