/** What kafka-dump-log says of a segment's other files, and whether .index and .timeindex agree with the log beside them. */
import { Failure } from '../cli/errors'
import type { Out } from '../cli/out'
import type { FileSystem } from '../system'
import { batchesOf, type FoundBatch } from './dump-log-batches'
import {
  type Entries,
  OFFSET_ENTRY,
  offsetEntries,
  positionFor,
  TIME_ENTRY,
  type TimeEntry,
  timeEntries,
} from './dump-log-entries'
import type { Long } from './dump-log-long'

export interface File {
  readonly fs: FileSystem
  /** As it was asked for, and where it is. */
  readonly name: string
  readonly path: string
}
export interface Checks {
  readonly verifyOnly: boolean
  readonly sanityOnly: boolean
}

/** What did not agree, by file, in Kafka's order. */
export class Mismatches {
  private readonly lists = new Map<string, Map<string, string[]>>()
  add(title: string, path: string, line: string): void {
    const byPath = this.lists.get(title) ?? new Map<string, string[]>()
    const lines = byPath.get(path) ?? []
    byPath.set(path, NEWEST_FIRST.has(title) ? [line, ...lines] : [...lines, line])
    this.lists.set(title, byPath)
  }
  print(out: Out): void {
    for (const title of TITLES) {
      for (const [path, lines] of this.lists.get(title) ?? []) {
        out.error(title.endsWith('.') ? title : `${title}${path}`)
        for (const line of lines) out.error(line)
      }
    }
  }
}
const INDEX = 'Mismatches in :'
const TIME = 'Found timestamp mismatch in :'
const ORDER = 'Found out of order timestamp in :'
const NOT_FOUND = 'The following indexed offsets are not found in the log.'
export const GAPS = 'Non-consecutive offsets in '
const TITLES = [INDEX, TIME, ORDER, NOT_FOUND, GAPS]
const NEWEST_FIRST = new Set([INDEX, GAPS])

const logPath = (path: string) => path.replace(/\.(time)?index$/, '.log')
const baseOf = (path: string) => Number(/(\d+)\.\w+$/.exec(path)?.[1] ?? 0)
const corrupt = (message: string) =>
  new Failure(message, { javaClass: 'org.apache.kafka.storage.internals.log.CorruptIndexException' })

export function dumpIndex(
  out: Out,
  file: File,
  { verifyOnly, sanityOnly }: Checks,
  largestMessage: number,
  mismatches: Mismatches,
): void {
  const { name, path } = file
  const bytes = readBeside(file)
  const base = baseOf(path)
  const entries = offsetEntries(bytes, base)
  if (entries.count === 0) {
    say(out, { file: name, entries: 0 }, `${name} is empty.`)
    return
  }
  if (sanityOnly) {
    const last = entries.at(entries.count - 1)
    if (last.offset < base) {
      throw corrupt(
        `Corrupt index found, index file ${path} has non-zero size but the last offset is ${last.offset} which is less than the base offset ${base}`,
      )
    }
    checkLength(bytes, OFFSET_ENTRY, 'Index', path)
    passed(out, name)
    return
  }
  for (let i = 0; i < entries.count; i++) {
    const { offset, position } = entries.at(i)
    if (offset === base && i > 0) return // zeros that Kafka laid out in advance
    const [first] = slice(file, position, largestMessage)
    if (!first) {
      const sentence = `${name} points to byte ${position} of its log, where no batch begins`
      throw new Failure('', { javaClass: 'java.util.NoSuchElementException', sentence })
    }
    if (first.lastOffset !== offset) mismatches.add(INDEX, path, `  Index offset: ${offset}, log offset: ${first.lastOffset}`)
    if (!verifyOnly) say(out, { file: name, offset, position }, `offset: ${offset} position: ${position}`)
  }
}

/** The batches of the index's log from `position` on (FileRecords.slice). */
function slice({ fs, name, path }: File, position: number, size?: number): Generator<FoundBatch> {
  const log = logPath(path)
  const end = fs.stat(log)?.size ?? 0
  if (position < 0 || position > end) {
    const records = `FileRecords(size=${end}, file=${log}, start=0, end=2147483647)`
    const words =
      position < 0
        ? `Invalid position: ${position} in read from ${records}`
        : `Slice from position ${position} exceeds end position of ${records}`
    const sentence = `${name} points to byte ${position} of its log, which has ${end}`
    throw new Failure(words, { javaClass: 'java.lang.IllegalArgumentException', sentence })
  }
  return batchesOf(fs, log, log, position, size)
}

export function dumpTimeIndex(out: Out, file: File, { verifyOnly, sanityOnly }: Checks, mismatches: Mismatches): void {
  const { fs, name, path } = file
  const bytes = readBeside(file)
  const base = baseOf(path)
  const entries = timeEntries(bytes, base)
  if (sanityOnly) {
    checkTimes(entries, base, path)
    checkLength(bytes, TIME_ENTRY, 'Time index', path)
    passed(out, name)
    return
  }
  const indexPath = path.replace(/\.timeindex$/, '.index')
  const positions = offsetEntries(fs.exists(indexPath) ? fs.readFile(indexPath) : Buffer.alloc(0), base)
  let previous: Long = -1
  for (let i = 0; i < entries.count; i++) {
    const { timestamp, offset } = entries.at(i)
    if (offset === base && i > 0) return
    checkTime(batchAt(file, positionFor(positions, offset), offset), path, timestamp, offset, previous, mismatches)
    if (!verifyOnly) say(out, { file: name, timestamp, offset }, `timestamp: ${timestamp} offset: ${offset}`)
    previous = timestamp
  }
}

/** The first batch behind `position` that ends at `offset` or behind it. */
function batchAt(file: File, position: number, offset: number): FoundBatch | undefined {
  for (const found of slice(file, position)) if (found.lastOffset >= offset) return found
  return undefined
}

function checkTimes(entries: Entries<TimeEntry>, base: number, path: string): void {
  if (entries.count === 0) return
  const [first, last] = [entries.at(0), entries.at(entries.count - 1)]
  const told = `Corrupt time index found, time index file (${path}) has non-zero size but the last`
  if (last.timestamp < first.timestamp) {
    throw corrupt(`${told} timestamp is ${last.timestamp} which is less than the first timestamp ${first.timestamp}`)
  }
  if (last.offset < base) throw corrupt(`${told} offset is ${last.offset} which is less than the first offset ${base}`)
}

function checkTime(
  found: FoundBatch | undefined,
  path: string,
  timestamp: Long,
  offset: number,
  previous: Long,
  mismatches: Mismatches,
): void {
  if (found?.lastOffset !== offset) {
    mismatches.add(NOT_FOUND, path, `Indexed offset: ${offset}, found log offset: ${found?.lastOffset ?? -1}`)
    return
  }
  let greatest: Long = -1
  for (const record of found.records()) if (record.timestamp > greatest) greatest = record.timestamp
  if (greatest !== timestamp) mismatches.add(TIME, path, `  Index timestamp: ${timestamp}, log timestamp: ${greatest}`)
  if (previous >= timestamp)
    mismatches.add(ORDER, path, `  Index timestamp: ${timestamp}, Previously indexed timestamp: ${previous}`)
}

function checkLength(bytes: Buffer, entry: number, what: string, path: string): void {
  if (bytes.length % entry === 0) return
  throw corrupt(
    `${what} file ${path} is corrupt, found ${bytes.length} bytes which is neither positive nor a multiple of ${entry}`,
  )
}

const passed = (out: Out, name: string) => say(out, { file: name, sane: true }, `${name} passed sanity check.`)
export const say = (out: Out, json: object, line: string) => (out.form === 'json' ? out.json(json) : out.line(line))

/** An index is read only beside its log. */
function readBeside({ fs, path }: File): Buffer {
  if (!fs.exists(logPath(path))) throw missing(logPath(path))
  if (!fs.exists(path)) throw missing(path)
  return fs.readFile(path)
}
export const missing = (path: string) =>
  new Failure(path, { javaClass: 'java.nio.file.NoSuchFileException', sentence: `there is no file ${path}` })
