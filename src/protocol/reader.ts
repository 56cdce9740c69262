/**
 * Reads Kafka's primitive types from bytes that anybody may have sent. Nothing is allocated before it is checked against the
 * bytes that are left; everything that does not fit throws Malformed with the position.
 */

/** Bytes that are not what they should be. `position` is counted from the start of the buffer given to the reader. */
export class Malformed extends Error {
  constructor(
    readonly position: number,
    reason: string,
  ) {
    super(`${reason} at byte ${position}`)
    this.name = 'Malformed'
  }
}

/** Bytes that may be what they should be, and are more than is taken. */
export class TooLarge extends Malformed {}

const strict = new TextDecoder('utf-8', { fatal: true })

export class Reader {
  readonly end: number
  constructor(
    readonly buffer: Buffer,
    public position = 0,
    end = buffer.length,
  ) {
    this.end = end
  }

  fail(reason: string): never {
    throw new Malformed(this.position, reason)
  }
  get left(): number {
    return this.end - this.position
  }
  /** Claims `size` bytes and gives where they begin. */
  private take(size: number): number {
    const at = this.position
    if (size > this.end - at) this.fail(`${size} bytes wanted, ${this.end - at} left`)
    this.position = at + size
    return at
  }
  /** Refuses a count of elements that the bytes left cannot hold. */
  room(count: number, leastSize: number): void {
    if (count * leastSize > this.end - this.position) this.fail(`${count} elements wanted, ${this.left} bytes left`)
  }

  bool(): boolean {
    return this.buffer[this.take(1)] !== 0
  }
  int8(): number {
    return this.buffer.readInt8(this.take(1))
  }
  int16(): number {
    return this.buffer.readInt16BE(this.take(2))
  }
  uint16(): number {
    return this.buffer.readUInt16BE(this.take(2))
  }
  int32(): number {
    return this.buffer.readInt32BE(this.take(4))
  }
  uint32(): number {
    return this.buffer.readUInt32BE(this.take(4))
  }
  int64(): number {
    const at = this.take(8)
    const value = this.buffer.readInt32BE(at) * 4294967296 + this.buffer.readUInt32BE(at + 4)
    if (!Number.isSafeInteger(value)) throw new Malformed(at, 'a 64-bit number beyond 2^53')
    return value
  }
  exact64(): bigint {
    return this.buffer.readBigInt64BE(this.take(8))
  }
  float64(): number {
    return this.buffer.readDoubleBE(this.take(8))
  }
  uuid(): string {
    const at = this.take(16)
    return this.buffer.toString('base64url', at, at + 16)
  }

  /** Unsigned LEB128 of at most 32 bits. */
  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.buffer[this.take(1)] as number
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) {
        if (value > 0xffffffff) this.fail('a varint of more than 32 bits')
        return value
      }
    }
    return this.fail('a varint of more than 5 bytes')
  }
  /** Zigzag LEB128 of at most 32 bits. */
  varint(): number {
    const value = this.uvarint()
    return (value >>> 1) ^ -(value & 1)
  }
  /** Zigzag LEB128 of at most 64 bits, as a number; refused beyond 2^53. */
  varlong(): number {
    const at = this.position
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.buffer[this.take(1)] as number
      if (shift < 49) value += (byte & 0x7f) * 2 ** shift
      else return this.varlongSlow(at)
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    }
    return this.fail('a varint of more than 10 bytes')
  }
  private varlongSlow(at: number): number {
    this.position = at
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.buffer[this.take(1)] as number
      value |= BigInt(byte & 0x7f) << shift
      if (byte >= 0x80) continue
      const signed = BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n))
      const number = Number(signed)
      if (!Number.isSafeInteger(number)) throw new Malformed(at, 'a 64-bit number beyond 2^53')
      return number
    }
    return this.fail('a varint of more than 10 bytes')
  }

  /** `size` bytes, not copied. */
  view(size: number): Buffer {
    if (size < 0) this.fail(`a length of ${size}`)
    const at = this.take(size)
    return this.buffer.subarray(at, at + size)
  }
  skip(size: number): void {
    if (size < 0) this.fail(`a length of ${size}`)
    this.take(size)
  }

  /** UTF-8 of `size` bytes. */
  text(size: number): string {
    if (size < 0) this.fail(`a string of ${size} bytes`)
    const at = this.take(size)
    const value = this.buffer.toString('utf8', at, at + size)
    if (value.includes('\ufffd')) {
      try {
        strict.decode(this.buffer.subarray(at, at + size))
      } catch {
        throw new Malformed(at, 'a string that is not UTF-8')
      }
    }
    return value
  }
  string(): string {
    return this.text(this.int16())
  }
  stringOrNull(): string | null {
    const size = this.int16()
    return size === -1 ? null : this.text(size)
  }
  compactString(): string {
    return this.text(this.uvarint() - 1)
  }
  compactStringOrNull(): string | null {
    const size = this.uvarint() - 1
    return size === -1 ? null : this.text(size)
  }
  bytes(): Buffer {
    return this.view(this.int32())
  }
  bytesOrNull(): Buffer | null {
    const size = this.int32()
    return size === -1 ? null : this.view(size)
  }
  compactBytes(): Buffer {
    return this.view(this.uvarint() - 1)
  }
  compactBytesOrNull(): Buffer | null {
    const size = this.uvarint() - 1
    return size === -1 ? null : this.view(size)
  }

  /** Checks that a tagged field ended where its size said. */
  tagEnd(end: number): void {
    if (this.position !== end) this.fail(`a tagged field should end at byte ${end}`)
  }
  /** Where a tagged field of the size that follows ends. */
  tagSize(): number {
    const size = this.uvarint()
    this.room(size, 1)
    return this.position + size
  }
}
