/**
 * Writes Kafka's primitive types. Small things are gathered in one growing buffer; record batches are not copied but stand
 * between pieces of it, so that a Fetch reply goes to the socket as [header, records, rest].
 */

/** Byte runs of at least this size are passed on, not copied. */
const PASS_ON = 2048

export class Writer {
  private buffer: Buffer
  private start = 0
  private position = 0
  private pieces: Uint8Array[] | undefined
  private passed = 0

  constructor(size = 256) {
    this.buffer = Buffer.allocUnsafe(size)
  }

  /** Bytes written so far. */
  get length(): number {
    return this.passed + this.position - this.start
  }
  private need(size: number): number {
    const at = this.position
    if (at + size > this.buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max((at + size - this.start) * 2, 256))
      this.buffer.copy(grown, 0, this.start, at)
      this.buffer = grown
      this.position = at - this.start + size
      this.start = 0
      return this.position - size
    }
    this.position = at + size
    return at
  }
  private cut(): void {
    if (this.position > this.start) {
      this.pieces ??= []
      this.pieces.push(this.buffer.subarray(this.start, this.position))
      this.passed += this.position - this.start
      this.start = this.position
    }
  }
  /** What was written, in pieces that follow each other. */
  finish(): Uint8Array[] {
    this.cut()
    return this.pieces ?? []
  }
  /** What was written, in one piece. */
  whole(): Buffer {
    if (!this.pieces) return this.buffer.subarray(this.start, this.position)
    return Buffer.concat(this.finish())
  }

  private byte(value: number): void {
    const at = this.need(1) // may replace the buffer
    this.buffer[at] = value
  }
  bool(value: boolean): void {
    this.byte(value ? 1 : 0)
  }
  int8(value: number): void {
    const at = this.need(1)
    this.buffer.writeInt8(value, at)
  }
  int16(value: number): void {
    const at = this.need(2)
    this.buffer.writeInt16BE(value, at)
  }
  uint16(value: number): void {
    const at = this.need(2)
    this.buffer.writeUInt16BE(value, at)
  }
  int32(value: number): void {
    const at = this.need(4)
    this.buffer.writeInt32BE(value, at)
  }
  uint32(value: number): void {
    const at = this.need(4)
    this.buffer.writeUInt32BE(value, at)
  }
  int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number within 2^53`)
    const at = this.need(8)
    this.buffer.writeInt32BE(Math.floor(value / 4294967296), at)
    this.buffer.writeUInt32BE(value >>> 0, at + 4)
  }
  exact64(value: bigint): void {
    const at = this.need(8)
    this.buffer.writeBigInt64BE(value, at)
  }
  float64(value: number): void {
    const at = this.need(8)
    this.buffer.writeDoubleBE(value, at)
  }
  uuid(value: string): void {
    const at = this.need(16) // may replace the buffer
    const isUuid = value.length === 22 && this.buffer.write(value, at, 16, 'base64url') === 16
    if (!isUuid) throw new RangeError(`'${value}' is not a uuid of 22 characters`)
  }
  uvarint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.byte((rest % 128) | 0x80)
      rest = Math.floor(rest / 128)
    }
    this.byte(rest)
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
      this.byte(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    this.byte(Number(rest))
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
  private text(value: string, size: number): void {
    const at = this.need(size)
    this.buffer.write(value, at, size, 'utf8')
  }
  string(value: string): void {
    const size = Buffer.byteLength(value)
    if (size > 32767) throw new RangeError(`a string of ${size} bytes is longer than 32767`)
    this.int16(size)
    this.text(value, size)
  }
  stringOrNull(value: string | null): void {
    if (value === null) this.int16(-1)
    else this.string(value)
  }
  compactString(value: string): void {
    const size = Buffer.byteLength(value)
    if (size > 32767) throw new RangeError(`a string of ${size} bytes is longer than 32767`)
    this.uvarint(size + 1)
    this.text(value, size)
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
