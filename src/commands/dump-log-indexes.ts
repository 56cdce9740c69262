/** What kafka-dump-log says of a segment's other files, and whether .index and .timeindex agree with the log beside them. */
import { Failure } from '../cli/errors'
import type { Out } from '../cli/out'
import { Malformed } from '../protocol/reader'
import { decodeSnapshot } from '../storage/snapshot'
import type { FileSystem } from '../system'
import { batchesOf, type FoundBatch } from './dump-log-batches'

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

/** What did not agree, by file; the newest first, as Kafka prints it. */
export class Mismatches {
  private readonly lists = new Map<string, Map<string, string[]>>()
  add(title: string, path: string, line: string): void {
    const byPath = this.lists.get(title) ?? new Map<string, string[]>()
    byPath.set(path, [line, ...(byPath.get(path) ?? [])])
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

const logPath = (path: string) => path.replace(/\.(time)?index$/, '.log')
const baseOf = (path: string) => Number(/(\d+)\.\w+$/.exec(path)?.[1] ?? 0)
const corrupt = (message: string) =>
  new Failure(message, { javaClass: 'org.apache.kafka.storage.internals.log.CorruptIndexException' })

/** Entries read when they are wanted: Kafka lays out millions of zeros in advance. */
interface Entries<T> {
  readonly count: number
  at(i: number): T
}
const offsetEntries = (bytes: Buffer, base: number): Entries<{ offset: number; position: number }> => ({
  count: Math.floor(bytes.length / 8),
  at: (i) => ({ offset: base + bytes.readInt32BE(i * 8), position: bytes.readInt32BE(i * 8 + 4) }),
})
interface TimeEntry {
  readonly timestamp: number
  readonly offset: number
}
const timeEntries = (bytes: Buffer, base: number): Entries<TimeEntry> => ({
  count: Math.floor(bytes.length / 12),
  at: (i) => ({ timestamp: Number(bytes.readBigInt64BE(i * 12)), offset: base + bytes.readInt32BE(i * 12 + 8) }),
})

export function dumpIndex(out: Out, file: File, { verifyOnly, sanityOnly }: Checks, mismatches: Mismatches): void {
  const { fs, name, path } = file
  const bytes = readBeside(file)
  const base = baseOf(path)
  const entries = offsetEntries(bytes, base)
  if (sanityOnly) {
    const last = entries.count > 0 ? entries.at(entries.count - 1) : undefined
    if (last && last.offset <= base) {
      throw corrupt(
        `Corrupt index found, index file (${path}) has non-zero size but the last offset is ${last.offset} which is no greater than the base offset ${base}.`,
      )
    }
    checkLength(bytes, 8, 'Index', path)
    passed(out, name)
    return
  }
  if (entries.count === 0) say(out, { file: name, entries: 0 }, `${name} is empty.`)
  for (let i = 0; i < entries.count; i++) {
    const { offset, position } = entries.at(i)
    if (offset === base && i > 0) return // zeros that Kafka laid out in advance
    if (position < 0) {
      throw new Failure(`Invalid position: ${position} in read from ${logPath(path)}`, {
        javaClass: 'java.lang.IllegalArgumentException',
        sentence: `${name} points to byte ${position} of its log`,
      })
    }
    const [first] = batchesOf(fs, logPath(path), logPath(path), position)
    if (!first) {
      throw new Failure(`${name} points to byte ${position} of its log, where no batch begins`, {
        javaClass: 'java.util.NoSuchElementException',
      })
    }
    if (first.lastOffset !== offset) mismatches.add(INDEX, path, `  Index offset: ${offset}, log offset: ${first.lastOffset}`)
    if (!verifyOnly) say(out, { file: name, offset, position }, `offset: ${offset} position: ${position}`)
  }
}

export function dumpTimeIndex(out: Out, file: File, { verifyOnly, sanityOnly }: Checks, mismatches: Mismatches): void {
  const { fs, name, path } = file
  const bytes = readBeside(file)
  const base = baseOf(path)
  const entries = timeEntries(bytes, base)
  if (sanityOnly) {
    checkTimes(entries, base, path)
    checkLength(bytes, 12, 'Time index', path)
    passed(out, name)
    return
  }
  let previous = -1
  const finger = new Finger(fs, logPath(path))
  try {
    for (let i = 0; i < entries.count; i++) {
      const { timestamp, offset } = entries.at(i)
      if (offset === base && i > 0) return
      checkTime(finger.find(offset), path, timestamp, offset, previous, mismatches)
      if (!verifyOnly) say(out, { file: name, timestamp, offset }, `timestamp: ${timestamp} offset: ${offset}`)
      previous = timestamp
    }
  } finally {
    finger.close()
  }
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

/** Finds batches in a log; where the offsets asked for ascend, as they should, it reads the log once. */
class Finger {
  private batches: Generator<FoundBatch> | undefined
  private found: FoundBatch | undefined
  private before = Number.POSITIVE_INFINITY

  constructor(
    private readonly fs: FileSystem,
    private readonly path: string,
  ) {}

  /** The first batch that ends at `offset` or behind it. */
  find(offset: number): FoundBatch | undefined {
    if (!this.batches || offset < this.before) {
      this.close()
      this.batches = batchesOf(this.fs, this.path, this.path)
      this.step()
    }
    this.before = offset
    while (this.found && this.found.lastOffset < offset) this.step()
    return this.found
  }
  private step(): void {
    const next = this.batches?.next()
    this.found = next?.done ? undefined : next?.value
  }
  close(): void {
    this.batches?.return(undefined)
  }
}

function checkTime(
  found: FoundBatch | undefined,
  path: string,
  timestamp: number,
  offset: number,
  previous: number,
  mismatches: Mismatches,
): void {
  if (found?.lastOffset !== offset) {
    mismatches.add(NOT_FOUND, path, `Indexed offset: ${offset}, found log offset: ${found?.lastOffset ?? -1}`)
    return
  }
  let greatest = -1
  for (const record of found.records()) greatest = Math.max(greatest, record.timestamp)
  if (greatest !== timestamp) mismatches.add(TIME, path, `  Index timestamp: ${timestamp}, log timestamp: ${greatest}`)
  if (previous >= timestamp)
    mismatches.add(ORDER, path, `  Index timestamp: ${timestamp}, Previously indexed timestamp: ${previous}`)
}

function checkLength(bytes: Buffer, entry: number, what: string, path: string): void {
  if (bytes.length % entry === 0) return
  throw corrupt(
    `${what} file ${path} is corrupt, found ${bytes.length} bytes which is neither positive nor a multiple of ${entry}.`,
  )
}

const passed = (out: Out, name: string) => say(out, { file: name, sane: true }, `${name} passed sanity check.`)
const say = (out: Out, json: object, line: string) => (out.form === 'json' ? out.json(json) : out.line(line))

/** An index is read only beside its log. */
function readBeside({ fs, path }: File): Buffer {
  if (!fs.exists(logPath(path))) throw missing(logPath(path))
  if (!fs.exists(path)) throw missing(path)
  return fs.readFile(path)
}
export const missing = (path: string) =>
  new Failure(path, { javaClass: 'java.nio.file.NoSuchFileException', sentence: `there is no file ${path}` })

export function dumpAborted(out: Out, { fs, name, path }: File): void {
  const bytes = fs.readFile(path)
  for (let at = 0; at + 34 <= bytes.length; at += 34) {
    const version = bytes.readInt16BE(at)
    const [producerId, firstOffset, lastOffset, lastStableOffset] = [2, 10, 18, 26].map((field) =>
      bytes.readBigInt64BE(at + field),
    )
    const line = `producerId: ${producerId} firstOffset: ${firstOffset} lastOffset: ${lastOffset} lastStableOffset: ${lastStableOffset}`
    say(out, { file: name, version, producerId, firstOffset, lastOffset, lastStableOffset }, `version: 0 ${line}`) // Kafka reads whatever there is as version 0
  }
}

export function dumpSnapshot(out: Out, { fs, name, path }: File): void {
  if (!fs.exists(path)) throw missing(name)
  try {
    for (const entry of decodeSnapshot(fs.readFile(path))) {
      const { producerId, epoch, coordinatorEpoch, transactionStart, timestamp, lastSequence, lastOffset, offsetDelta } = entry
      const open = transactionStart < 0 ? 'OptionalLong.empty' : `OptionalLong[${transactionStart}]`
      const line = `producerId: ${producerId} producerEpoch: ${epoch} coordinatorEpoch: ${coordinatorEpoch} currentTxnFirstOffset: ${open} lastTimestamp: ${timestamp} `
      const firstSequence = (lastSequence - offsetDelta + 0x80000000) % 0x80000000
      const last =
        lastSequence < 0
          ? ''
          : `firstSequence: ${firstSequence} lastSequence: ${lastSequence} lastOffset: ${lastOffset} offsetDelta: ${offsetDelta} timestamp: ${timestamp}`
      say(out, { file: name, ...entry }, line + last)
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    out.error(`Snapshot is damaged: ${error.message}`)
  }
}
