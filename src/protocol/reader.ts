/**
 * Reads Kafka's primitive types from bytes that anybody may have sent. Nothing is allocated before it is checked against the
 * bytes that are left, and against what may be allocated for them in all: an object takes many times the bytes that asked for
 * it, and a megabyte of empty strings would become fifty. Everything that does not fit throws Malformed with the position.
 */
import { getBool, getExact64, getFloat64, getInt8, getInt16, getInt32, getInt64, getUint16, getUint32, getUuid } from './fixed'
import { Malformed } from './malformed'
import { findName, keepName, LONGEST_NAME } from './names'
import { Views } from './views'

export { Malformed, TooLarge } from './malformed'

/** What a reader may allocate if nobody says otherwise, in bytes: more than any honest message takes. */
const ALLOWED_FACTOR = 16
const ALLOWED_SLACK = 4 << 20

/** Bytes of heap that a string takes besides its characters, and a view of bytes. */
const STRING_COST = 16
const VIEW_COST = 104

/** As in Kafka's generated readers, also where the length is a varint. */
const LONGEST_STRING = 32767

let strict: InstanceType<typeof TextDecoder> | undefined // made when it is needed, which takes Node a moment

const EMPTY = Buffer.alloc(0)

export class Reader {
  readonly end: number
  /** Bytes of heap that may still be allocated. */
  allowance: number
  private views: Views | undefined = undefined
  constructor(
    readonly buffer: Buffer,
    public position = 0,
    end = buffer.length,
  ) {
    this.end = end
    this.allowance = (end - position) * ALLOWED_FACTOR + ALLOWED_SLACK
  }

  fail(reason: string): never {
    throw new Malformed(this.position, reason)
  }
  get left(): number {
    return this.end - this.position
  }
  /** Claims `size` bytes and gives where they begin. */
  take(size: number): number {
    const at = this.position
    if (size > this.end - at) this.fail(`${size} bytes wanted, ${this.end - at} left`)
    this.position = at + size
    return at
  }
  /** Refuses a count of elements that the bytes left cannot hold, or that would take `cost` bytes of heap where so many are not allowed. */
  room(count: number, leastSize: number, cost = 0): void {
    if (count * leastSize > this.end - this.position) this.fail(`${count} elements wanted, ${this.left} bytes left`)
    this.spend(cost)
  }
  private spend(bytes: number): void {
    this.allowance -= bytes
    if (this.allowance < 0) this.fail('much more memory wanted than bytes sent')
  }

  bool(): boolean {
    return getBool(this.buffer, this.take(1))
  }
  int8(): number {
    return getInt8(this.buffer, this.take(1))
  }
  int16(): number {
    return getInt16(this.buffer, this.take(2))
  }
  uint16(): number {
    return getUint16(this.buffer, this.take(2))
  }
  int32(): number {
    return getInt32(this.buffer, this.take(4))
  }
  uint32(): number {
    return getUint32(this.buffer, this.take(4))
  }
  int64(): number {
    return getInt64(this.buffer, this.take(8))
  }
  exact64(): bigint {
    return getExact64(this.buffer, this.take(8))
  }
  float64(): number {
    return getFloat64(this.buffer, this.take(8))
  }
  uuid(): string {
    return getUuid(this.buffer, this.take(16))
  }

  /** Unsigned LEB128 of at most 32 bits. */
  uvarint(): number {
    const at = this.position
    if (at < this.end) {
      const byte = this.buffer[at] as number
      if (byte < 0x80) {
        this.position = at + 1
        return byte
      }
    }
    return this.longUvarint()
  }
  private longUvarint(): number {
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
    if (size === 0) return EMPTY
    const at = this.take(size)
    this.spend(VIEW_COST)
    this.views ??= new Views(this.buffer)
    return this.views.of(at, size)
  }
  skip(size: number): void {
    if (size < 0) this.fail(`a length of ${size}`)
    this.take(size)
  }

  /** UTF-8 of `size` bytes. */
  text(size: number): string {
    if (size < 0) this.fail(`a string of ${size} bytes`)
    if (size > LONGEST_STRING) this.fail(`a string of ${size} bytes (at most ${LONGEST_STRING} are taken)`)
    const at = this.take(size)
    if (size === 0) return ''
    if (size > LONGEST_NAME) return this.newText(at, size)
    const known = findName(this.buffer, at, size)
    if (known !== undefined) return known
    const name = this.newText(at, size)
    keepName(name, this.buffer, at, size)
    return name
  }
  private newText(at: number, size: number): string {
    this.spend(STRING_COST + size)
    const value = this.buffer.toString(undefined, at, at + size) // UTF-8, and 20 ns faster than to say so
    if (value.includes('\ufffd')) {
      try {
        strict ??= new TextDecoder('utf-8', { fatal: true })
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
  /** Null is written as -1 and read from any length below 0, here and below, as in Kafka's generated readers. */
  stringOrNull(): string | null {
    const size = this.int16()
    return size < 0 ? null : this.text(size)
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
    return size < 0 ? null : this.view(size)
  }
  compactBytes(): Buffer {
    return this.view(this.uvarint() - 1)
  }
  compactBytesOrNull(): Buffer | null {
    const size = this.uvarint() - 1
    return size === -1 ? null : this.view(size)
  }

  /** Whether there are tagged fields; if not, that is read. */
  hasTags(): boolean {
    if (this.position < this.end && this.buffer[this.position] === 0) {
      this.position++
      return false
    }
    return true
  }
  foreignTag(tag: number): never {
    this.fail(`tagged field ${tag} is of another version`)
  }
  /** Checks that a tagged field ended where its size said. */
  tagEnd(end: number): void {
    if (this.position !== end) this.fail(`a tagged field should end at byte ${end}`)
  }
  /** Where a tagged field of the size that follows ends. */
  tagSize(): number {
    const size = this.uvarint()
    if (size > this.left) this.fail(`a tagged field of ${size} bytes, ${this.left} left`)
    return this.position + size
  }
}
