/**
 * Reads the numbers of a record: zigzag LEB128, mostly of one byte (org.apache.kafka.common.utils.ByteUtils). Faster than Reader,
 * since it checks nothing on the way: a byte beyond the buffer counts as 0 and a number that does not end sets `overlong`. Whoever
 * uses it must look afterwards, before believing what was read, whether `at` went too far; one look for a whole record will do.
 */
import { Views } from './views'

export class Cursor {
  /** A varint took more than 5 bytes, or a varlong more than 10. */
  overlong = false
  private views: Views | undefined = undefined

  constructor(
    readonly bytes: Buffer,
    public at: number,
    readonly end = bytes.length,
  ) {}

  /** A view of `size` bytes from `at` on, which the caller knows to be there. */
  view(at: number, size: number): Buffer {
    this.views ??= new Views(this.bytes)
    return this.views.of(at, size)
  }

  /** Of 32 bits; as in Java, what is above them is dropped. */
  varint(): number {
    const first = this.bytes[this.at++] as number
    const value = first < 0x80 ? first : this.longVarint(first)
    return (value >>> 1) ^ -(value & 1)
  }
  private longVarint(first: number): number {
    let value = first & 0x7f
    for (let shift = 7; shift < 35; shift += 7) {
      const byte = this.bytes[this.at++] as number
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    this.overlong = true
    return 0
  }

  /** Of 64 bits; what is beyond 2^53 comes out inexact, but beyond 2^53. */
  varlong(): number {
    const first = this.bytes[this.at++] as number
    return first < 0x80 ? (first >>> 1) ^ -(first & 1) : this.longVarlong(first)
  }
  private longVarlong(first: number): number {
    // the sign is kept apart: with it the number would be twice as large, and lose its last bit before 2^53
    let size = (first & 0x7f) >>> 1
    for (let scale = 64, count = 1; count < 10; count++, scale *= 128) {
      const byte = this.bytes[this.at++] as number
      size += (byte & 0x7f) * scale
      if (byte < 0x80) return (first & 1) === 0 ? size : -size - 1
    }
    this.overlong = true
    return 0
  }
}
