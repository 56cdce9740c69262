/**
 * Java's longs, all 64 bits of them: damaged files hold numbers that the broker refuses, and kafka-dump-log is for looking at
 * damage. What a number can hold is a number, so that `===` and `<` work on both kinds.
 */
export type Long = number | bigint

export const longOf = (value: bigint): Long => (Number.isSafeInteger(Number(value)) ? Number(value) : value)

export const readLong = (buffer: Buffer, at: number): Long => {
  const value = buffer.readInt32BE(at) * 4294967296 + buffer.readUInt32BE(at + 4)
  return Number.isSafeInteger(value) ? value : buffer.readBigInt64BE(at)
}

/** The sum, which wraps around as Java's does. */
export const plus = (a: Long, b: Long): Long => {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return longOf(BigInt.asIntN(64, BigInt(a) + BigInt(b)))
}
