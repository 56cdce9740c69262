/**
 * Whether a segment's .index and .timeindex say of the log what is there. Both lists and the log ascend, so each index is followed with
 * one finger while the log is walked (OffsetIndex and TimeIndex.sanityCheck, DumpLogSegments).
 */

/** A thing that is wrong, and the byte of the index file where it is. */
export interface IndexFlaw {
  readonly position: number
  readonly what: string
}

/** Follows an index; what it finds wrong it tells at once. */
export interface IndexCheck {
  /** A batch of the log, in its order. */
  batch(position: number, base: number, last: number, maxTimestamp: number): void
  /** What is between here and `position` cannot be read. */
  skip(position: number): void
  end(): void
}

const OFFSET_ENTRY = 8
const TIME_ENTRY = 12

/** How many entries there are before the zeros that Kafka lays out in advance. */
function entriesIn(bytes: Buffer, size: number): number {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return Math.min(Math.ceil(end / size), Math.floor(bytes.length / size))
}

type Tell = (flaw: IndexFlaw) => void

/** The .index of the segment at `base`: positions of batches, by their last offsets. */
export function offsetIndexCheck(bytes: Buffer, base: number, tell: Tell): IndexCheck {
  const count = entriesIn(bytes, OFFSET_ENTRY)
  const offsetAt = (i: number) => base + bytes.readInt32BE(i * OFFSET_ENTRY)
  const positionAt = (i: number) => bytes.readInt32BE(i * OFFSET_ENTRY + 4)
  let next = 0
  const wrong = (i: number, what: string) => tell({ position: i * OFFSET_ENTRY, what })
  const sound =
    checkLength(bytes, OFFSET_ENTRY, tell) && ascends(count, (i) => bytes.readInt32BE(i * OFFSET_ENTRY), 'offset', wrong)
  if (!sound || !ascends(count, positionAt, 'position', wrong)) next = count
  return {
    batch(position, _base, last) {
      for (; next < count && positionAt(next) < position; next++) {
        wrong(next, `offset ${offsetAt(next)} is said to be at byte ${positionAt(next)} of the log, where no batch begins`)
      }
      if (next >= count || positionAt(next) !== position) return
      if (offsetAt(next) !== last) {
        wrong(next, `it says offset ${offsetAt(next)} for byte ${position} of the log, whose batch ends with ${last}`)
      }
      next++
    },
    skip(position) {
      while (next < count && positionAt(next) < position) next++
    },
    end() {
      for (; next < count; next++) {
        wrong(next, `offset ${offsetAt(next)} is said to be at byte ${positionAt(next)}, behind the last batch of the log`)
      }
    },
  }
}

/** The .timeindex: the greatest timestamp so far, and the offset of its batch. `isComplete`: the last one must be there. */
export function timeIndexCheck(bytes: Buffer, base: number, isComplete: boolean, tell: Tell): IndexCheck {
  const count = entriesIn(bytes, TIME_ENTRY)
  const timeAt = (i: number) => Number(bytes.readBigInt64BE(i * TIME_ENTRY))
  const offsetAt = (i: number) => base + bytes.readInt32BE(i * TIME_ENTRY + 8)
  let next = 0
  let greatest = -1
  let isWhole = true
  const wrong = (i: number, what: string) => tell({ position: i * TIME_ENTRY, what })
  const sound = checkLength(bytes, TIME_ENTRY, tell) && ascends(count, timeAt, 'timestamp', wrong)
  if (!sound || !ascends(count, offsetAt, 'offset', wrong)) {
    next = count
    isWhole = false
  }
  return {
    batch(_position, first, last, maxTimestamp) {
      for (; next < count && offsetAt(next) < first; next++) {
        wrong(next, `offset ${offsetAt(next)} is not in the log`)
      }
      if (maxTimestamp > greatest) greatest = maxTimestamp
      for (; next < count && offsetAt(next) <= last; next++) {
        if (timeAt(next) === greatest && maxTimestamp === greatest && offsetAt(next) === last) continue
        wrong(
          next,
          `it says that timestamp ${timeAt(next)} is at offset ${offsetAt(next)}; up to there the greatest is ${greatest}, and that batch ends with ${last}`,
        )
      }
    },
    skip() {
      next = count // what was lost may have had the greatest
      isWhole = false
    },
    end() {
      for (; next < count; next++) wrong(next, `offset ${offsetAt(next)} is behind the end of the log`)
      const last = count === 0 ? -1 : timeAt(count - 1)
      if (isComplete && isWhole && last !== greatest) {
        wrong(Math.max(0, count - 1), `it ends with timestamp ${last}, and the greatest of the log is ${greatest}`)
      }
    },
  }
}

function checkLength(bytes: Buffer, size: number, tell: Tell): boolean {
  if (bytes.length % size === 0) return true
  tell({ position: bytes.length, what: `its ${bytes.length} bytes are no multiple of ${size}` })
  return false
}

function ascends(count: number, value: (i: number) => number, name: string, wrong: (i: number, what: string) => void): boolean {
  for (let i = 0; i < count; i++) {
    const isFirst = i === 0
    const [before, here] = [isFirst ? -1 : value(i - 1), value(i)]
    if (here > before) continue
    wrong(i, isFirst ? `its first ${name} is ${here}` : `its ${name}s do not ascend: ${before}, ${here}`)
    return false
  }
  return true
}
