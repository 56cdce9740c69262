/**
 * Cuts standard input into lines without making strings of them. Lines are views of the chunk they came in; only one that
 * began in an earlier chunk is put together. A line longer than anybody would take is not kept: its first bytes are, and how
 * many there were.
 *
 * Kafka's reader (java.io.BufferedReader) ends a line at \n, \r or \r\n and replaces what is no UTF-8. kt ends it at \n only
 * and changes nothing, so that any file comes back byte for byte.
 */
import { isUtf8 } from 'node:buffer'

const NEWLINE = 10
const RETURN = 13

export interface LineOptions {
  /** Read as Java does. */
  readonly asJava: boolean
  /** Bytes of a line that are kept. */
  readonly mostBytes: number
}

const NOTHING = Buffer.alloc(0)

/** `add` a chunk, take lines with `next` until there is none, and so on; `end` gives the last line if it has no newline. */
export class Lines {
  /** Lines taken so far. */
  number = 0
  /** Bytes of the last line that were not kept. */
  dropped = 0
  private chunk: Buffer = NOTHING
  private at = 0
  /** Where the next \r is; the chunk's length: there is none. */
  private returnAt = 0
  /** The last chunk ended in \r: a \n at the beginning of this one belongs to it. */
  private skipsNewline = false
  private isClean = true
  private head: Buffer[] = []
  private headBytes = 0
  private headDropped = 0

  constructor(private readonly options: LineOptions) {}

  /** To be called when `next` has nothing more. */
  add(chunk: Uint8Array): void {
    this.chunk = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    this.at = 0
    if (!this.options.asJava) return
    this.isClean = isUtf8(chunk)
    if (chunk.length > 0 && this.skipsNewline) {
      this.skipsNewline = false
      if (chunk[0] === NEWLINE) this.at = 1
    }
    this.findReturn()
  }

  private findReturn(): void {
    const found = this.chunk.indexOf(RETURN, this.at)
    this.returnAt = found < 0 ? this.chunk.length : found
  }

  /** The next whole line without its end; undefined: more bytes are needed. */
  next(): Buffer | undefined {
    const { chunk, at } = this
    let end = chunk.indexOf(NEWLINE, at)
    if (this.options.asJava && this.returnAt < (end < 0 ? chunk.length : end)) {
      end = this.returnAt
      this.at = end + 1
      if (this.at === chunk.length) this.skipsNewline = true
      else if (chunk[this.at] === NEWLINE) this.at++
      this.findReturn()
    } else if (end < 0) {
      this.keep(chunk.subarray(at))
      this.chunk = NOTHING
      this.at = 0
      this.returnAt = 0
      return undefined
    } else {
      this.at = end + 1
    }
    return this.finish(chunk.subarray(at, end))
  }

  /** What stands after the last line's end, if anything. */
  end(): Buffer | undefined {
    return this.headBytes > 0 ? this.finish(NOTHING) : undefined
  }

  /** Pieces of the line that has not ended yet. */
  unfinished(): readonly Buffer[] {
    return [...this.head]
  }

  private keep(piece: Buffer): void {
    if (piece.length === 0) return
    const room = Math.max(0, this.options.mostBytes - this.headBytes)
    if (piece.length <= room) this.head.push(piece)
    else {
      if (room > 0) this.head.push(piece.subarray(0, room))
      this.headDropped += piece.length - room
    }
    this.headBytes += Math.min(piece.length, room)
  }

  private finish(piece: Buffer): Buffer {
    this.number++
    this.dropped = 0
    const isWhole = this.headBytes === 0
    let line = piece
    if (!isWhole) {
      this.keep(piece)
      line = Buffer.concat(this.head)
      this.dropped = this.headDropped
      this.head = []
      this.headBytes = 0
      this.headDropped = 0
    }
    // of a line in several chunks one may have been clean and another not
    if (!this.options.asJava || (this.isClean && isWhole) || isUtf8(line)) return line
    return Buffer.from(line.toString('utf8'))
  }
}
