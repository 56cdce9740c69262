/** What a check of files finds: errors, which cost records or stop a broker, and notes, which the next opening takes care of by itself. */

export interface Finding {
  readonly level: 'error' | 'note'
  /** Relative to the data directory; '' is the directory itself. */
  readonly file: string
  /** Byte in the file. */
  readonly position?: number
  /** Offset in the log. */
  readonly offset?: number
  /** What is wrong. */
  readonly what: string
  /** What to do next, or what will be done. */
  readonly next: string
}

/** How much was looked at. */
export interface Counts {
  partitions: number
  segments: number
  batches: number
  records: number
  bytes: number
}

/** A spoilt file is told of this often at most; how much more there was is counted. */
const MOST_PER_FILE = 20

/** Gathers findings; bounded, whatever the files are like. */
export class Findings {
  readonly counts: Counts = { partitions: 0, segments: 0, batches: 0, records: 0, bytes: 0 }
  private readonly list: Finding[] = []
  private readonly perFile = new Map<string, number>()

  add(level: Finding['level'], file: string, what: string, next: string, at: { position?: number; offset?: number } = {}): void {
    const before = this.perFile.get(file) ?? 0
    this.perFile.set(file, before + 1)
    if (before < MOST_PER_FILE) this.list.push({ level, file, ...at, what, next })
  }
  error(file: string, what: string, next: string, at?: { position?: number; offset?: number }): void {
    this.add('error', file, what, next, at)
  }
  note(file: string, what: string, next: string, at?: { position?: number; offset?: number }): void {
    this.add('note', file, what, next, at)
  }
  /** All of them, in the order in which they were found. */
  all(): Finding[] {
    const more = [...this.perFile].filter(([, count]) => count > MOST_PER_FILE)
    return [
      ...this.list,
      ...more.map(
        ([file, count]): Finding => ({
          level: 'note',
          file,
          what: `${count - MOST_PER_FILE} more findings in this file are not shown`,
          next: 'See to the first ones; the others mostly follow from them.',
        }),
      ),
    ]
  }
}

/** A checking in steps of a few milliseconds; each says how many bytes it has read. */
export type Checking<T> = Generator<number, T>

/** Runs a checking to its end. */
export function finish<T>(checking: Checking<T>): T {
  for (;;) {
    const step = checking.next()
    if (step.done) return step.value
  }
}
