/**
 * Steps over the records of a batch (magic 2) in their bytes and tells where the parts of each are, without making anything of them.
 * Layout of a record: protocol/batch-walk.ts.
 */
import { batchSize, codecOf, HEADER_SIZE, recordCount } from '../../protocol/batch'
import { Cursor } from '../../protocol/batch-cursor'
import { MOST_UNCOMPRESSED } from '../../protocol/batch-reader'
import { codecs, decompress } from '../../protocol/compression/codec'
import { Malformed } from '../../protocol/malformed'

export class RecordWalk {
  private cursor: Cursor
  private left: number
  private readonly from: number
  readonly bytes: Buffer
  /** Milliseconds to the batch's baseTimestamp. */
  timestampDelta = 0
  offsetDelta = 0
  /** Where key, value and headers begin, and where the record ends. */
  contentAt = 0
  end = 0
  keyAt = 0
  /** Less than 0: null. */
  keyLength = -1
  isTombstone = false

  /** The batch that lies whole in `buffer` at `at`; it is decompressed if it has to be. Throws Malformed. */
  constructor(buffer: Buffer, at: number) {
    const start = at + HEADER_SIZE
    const end = at + batchSize(buffer, at)
    const codec = codecOf(buffer, at)
    this.left = recordCount(buffer, at)
    const compressed = codec !== codecs.none && this.left > 0
    this.bytes = compressed ? decompress(codec, buffer.subarray(start, end), MOST_UNCOMPRESSED) : buffer
    this.from = compressed ? 0 : start
    this.cursor = new Cursor(this.bytes, this.from, compressed ? this.bytes.length : end)
    if (this.left < 0) throw new Malformed(at, `a record count of ${this.left}`)
  }
  /** Bytes of all records, decompressed. */
  get size(): number {
    return this.cursor.end - this.from
  }
  /** Begins again. */
  rewind(count: number): void {
    this.cursor = new Cursor(this.bytes, this.from, this.cursor.end)
    this.left = count
  }

  /** Steps to the next record; false behind the last. Throws Malformed. */
  next(): boolean {
    const { cursor } = this
    if (this.left === 0) {
      if (cursor.at !== cursor.end) throw new Malformed(cursor.at, 'more bytes than records')
      return false
    }
    this.left--
    const length = cursor.varint()
    const end = cursor.at + length
    if (length < 1 || end > cursor.end) throw new Malformed(cursor.at, `a record of ${length} bytes`)
    cursor.at++ // attributes: none are in use
    this.timestampDelta = cursor.varlong()
    this.offsetDelta = cursor.varint()
    this.contentAt = cursor.at
    this.keyLength = cursor.varint()
    this.keyAt = cursor.at
    if (this.keyLength > 0) cursor.at += this.keyLength
    this.isTombstone = cursor.varint() < 0
    if (cursor.at > end || cursor.overlong) throw new Malformed(cursor.at, 'a record longer than it says')
    this.end = end
    cursor.at = end
    return true
  }
}
