/**
 * Writes Kafka's primitive types. Small things are gathered in one growing buffer; record batches are not copied but stand
 * between pieces of it, so that a Fetch reply goes to the socket as [header, records, rest].
 */
import { putBool, putExact64, putFloat64, putInt8, putInt16, putInt32, putInt64, putUint16, putUint32, putUuid } from './fixed'

/** Byte runs of at least this size are passed on, not copied. */
const PASS_ON = 2048
/** Up to this length a text of ASCII is written faster character by character than by a call into native code. */
const SHORT = 40
const LONGEST_STRING = 32767

/**
 * Memory for messages on their way out, used up from the front. A writer has it to itself until it is finished; one that is made
 * meanwhile, or is never finished, costs a new slab.
 */
const SLAB = 64 * 1024
const LEAST_LEFT = 1024
let slab: Buffer | undefined
let slabUsed = 0

export class Writer {
  /** Where staged code puts what it has asked room for with `need`, which may replace it. */
  buffer: Buffer
  private start = 0
  private position = 0
  private isOfSlab = false
  private pieces: Uint8Array[] | undefined
  private passed = 0

  /** With a `size` to begin with the bytes are kept in memory of their own: for what lives longer than a moment. */
  constructor(size?: number) {
    if (size !== undefined) {
      this.buffer = Buffer.allocUnsafe(size)
      return
    }
    if (slab) {
      this.start = slabUsed
      this.position = slabUsed
    }
    this.buffer = slab ?? Buffer.allocUnsafeSlow(SLAB)
    this.isOfSlab = true
    slab = undefined
  }

  /** Bytes written so far. */
  get length(): number {
    return this.passed + this.position - this.start
  }
  /** Makes room for `size` bytes and gives where in `buffer` they go. */
  need(size: number): number {
    const at = this.position
    const end = at + size
    if (end > this.buffer.length) return this.grow(size)
    this.position = end
    return at
  }
  private grow(size: number): number {
    const used = this.position - this.start
    const grown = Buffer.allocUnsafe(Math.max((used + size) * 2, 256))
    this.buffer.copy(grown, 0, this.start, this.position)
    this.isOfSlab = false
    this.buffer = grown
    this.start = 0
    this.position = used + size
    return used
  }
  private cut(): void {
    if (this.position > this.start) {
      this.pieces ??= []
      this.pieces.push(this.buffer.subarray(this.start, this.position))
      this.passed += this.position - this.start
      this.start = this.position
    }
  }
  /** Leaves the rest of the slab to the next. */
  private release(): void {
    if (!this.isOfSlab) return
    this.isOfSlab = false
    if (this.buffer.length - this.position >= LEAST_LEFT) {
      slab = this.buffer
      slabUsed = this.position
    }
    this.buffer = this.buffer.subarray(0, this.position) // what is written from here on grows a buffer of its own
  }
  /** What was written, in pieces that follow each other. */
  finish(): Uint8Array[] {
    this.cut()
    this.release()
    return this.pieces ?? []
  }
  /** What was written, in one piece. */
  whole(): Buffer {
    if (this.pieces) return Buffer.concat(this.finish())
    this.release()
    return this.buffer.subarray(this.start, this.position)
  }

  bool(value: boolean): void {
    const at = this.need(1) // here and below: it may replace the buffer
    putBool(this.buffer, at, value)
  }
  int8(value: number): void {
    const at = this.need(1)
    putInt8(this.buffer, at, value)
  }
  int16(value: number): void {
    const at = this.need(2)
    putInt16(this.buffer, at, value)
  }
  uint16(value: number): void {
    const at = this.need(2)
    putUint16(this.buffer, at, value)
  }
  int32(value: number): void {
    const at = this.need(4)
    putInt32(this.buffer, at, value)
  }
  uint32(value: number): void {
    const at = this.need(4)
    putUint32(this.buffer, at, value)
  }
  int64(value: number): void {
    const at = this.need(8)
    putInt64(this.buffer, at, value)
  }
  exact64(value: bigint): void {
    const at = this.need(8)
    putExact64(this.buffer, at, value)
  }
  float64(value: number): void {
    const at = this.need(8)
    putFloat64(this.buffer, at, value)
  }
  uuid(value: string): void {
    const at = this.need(16)
    putUuid(this.buffer, at, value)
  }
  /** Unsigned LEB128 of a whole number of at most 53 bits. */
  uvarint(value: number): void {
    let at = this.need(value < 0x80 ? 1 : sizeOfUvarint(value))
    let rest = value
    while (rest >= 0x80) {
      this.buffer[at++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    this.buffer[at] = rest
  }
  varint(value: number): void {
    this.uvarint(((value << 1) ^ (value >> 31)) >>> 0)
  }
  /** Zigzag LEB128 of a whole number within 2^53. */
  varlong(value: number): void {
    if (Math.abs(value) < 2 ** 51) {
      this.uvarint(value < 0 ? -value * 2 - 1 : value * 2)
      return
    }
    let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
    while (rest >= 0x80n) {
      this.uint8(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    this.uint8(Number(rest))
  }
  private uint8(value: number): void {
    const at = this.need(1)
    this.buffer[at] = value
  }

  /** Bytes as they are. */
  raw(value: Uint8Array): void {
    if (value.length >= PASS_ON) {
      this.cut()
      this.pieces ??= []
      this.pieces.push(value)
      this.passed += value.length
      return
    }
    const at = this.need(value.length)
    this.buffer.set(value, at)
  }

  string(value: string): void {
    if (this.shortText(value, 2)) return
    const size = sizeOfText(value)
    this.int16(size)
    this.text(value, size)
  }
  compactString(value: string): void {
    if (this.shortText(value, 1)) return
    const size = sizeOfText(value)
    this.uvarint(size + 1)
    this.text(value, size)
  }
  /** Writes a short text of ASCII, in front of it its length, in two bytes or, one greater, in one; false: it is none. */
  private shortText(value: string, before: 1 | 2): boolean {
    const { length } = value
    if (length > SHORT) return false
    const at = this.need(before + length)
    const { buffer } = this
    const first = at + before
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i)
      if (code >= 0x80) {
        this.position = at
        return false
      }
      buffer[first + i] = code
    }
    if (before === 2) buffer[at] = 0
    buffer[first - 1] = before === 2 ? length : length + 1
    return true
  }
  private text(value: string, size: number): void {
    const at = this.need(size)
    this.buffer.write(value, at, size, 'utf8')
  }
  stringOrNull(value: string | null): void {
    if (value === null) this.int16(-1)
    else this.string(value)
  }
  compactStringOrNull(value: string | null): void {
    if (value === null) this.uvarint(0)
    else this.compactString(value)
  }
  bytes(value: Uint8Array): void {
    this.int32(value.length)
    this.raw(value)
  }
  bytesOrNull(value: Uint8Array | null): void {
    if (value === null) this.int32(-1)
    else this.bytes(value)
  }
  compactBytes(value: Uint8Array): void {
    this.uvarint(value.length + 1)
    this.raw(value)
  }
  compactBytesOrNull(value: Uint8Array | null): void {
    if (value === null) this.uvarint(0)
    else this.compactBytes(value)
  }
  records(value: Uint8Array | readonly Uint8Array[] | null): void {
    const pieces = value === null ? null : value instanceof Uint8Array ? [value] : value
    this.int32(pieces === null ? -1 : pieces.reduce((sum, piece) => sum + piece.length, 0))
    if (pieces) for (const piece of pieces) this.raw(piece)
  }
  compactRecords(value: Uint8Array | readonly Uint8Array[] | null): void {
    const pieces = value === null ? null : value instanceof Uint8Array ? [value] : value
    this.uvarint(pieces === null ? 0 : pieces.reduce((sum, piece) => sum + piece.length, 0) + 1)
    if (pieces) for (const piece of pieces) this.raw(piece)
  }

  /** The content of a tagged field: its size stands in front. */
  sized(content: Uint8Array): void {
    this.uvarint(content.length)
    this.raw(content)
  }
}

function sizeOfUvarint(value: number): number {
  let size = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) size++
  return size
}

function sizeOfText(value: string): number {
  const size = Buffer.byteLength(value)
  if (size > LONGEST_STRING) throw new RangeError(`a string of ${size} bytes is longer than ${LONGEST_STRING}`)
  return size
}
