/**
 * Why the records of a batch cannot be read, in the words of Kafka's classes: it goes through them once more as
 * org.apache.kafka.common.record.DefaultRecordBatch and DefaultRecord do, up to what they refuse.
 */
import { Failure } from '../cli/errors'
import * as batch from '../protocol/batch'
import { MOST_UNCOMPRESSED } from '../protocol/batch-reader'
import { codecs, decompress } from '../protocol/compression/codec'
import { Malformed } from '../protocol/reader'

/** More bytes were wanted than there are: java.nio.BufferUnderflowException. */
class Underflow extends Error {}
/** A number that does not end, or a view beyond the end: java.lang.IllegalArgumentException. */
class Illegal extends Error {}
class Invalid extends Error {}

const ENDS_EARLY = 'Incorrect declared batch size, premature EOF reached'
const LONGEST_VARINT = 5
const LONGEST_VARLONG = 10

/** `sentence` is what kt says of it. */
export function unreadable(bytes: Buffer, sentence: string): Failure {
  try {
    walk(bytes)
  } catch (error) {
    if (error instanceof Invalid) return invalid(error.message, sentence)
    if (error instanceof Malformed) return failed('Failed to decompress record stream', sentence)
    throw error
  }
  return failed(sentence, sentence)
}
const invalid = (message: string, sentence: string) =>
  new Failure(message, { javaClass: 'org.apache.kafka.common.InvalidRecordException', sentence })
const failed = (message: string, sentence: string) =>
  new Failure(message, { javaClass: 'org.apache.kafka.common.KafkaException', sentence })

function walk(bytes: Buffer): void {
  const count = batch.recordCount(bytes, 0)
  if (count < 0) throw new Invalid(`Found invalid record count ${count} in magic v${batch.magic(bytes, 0)} batch`)
  const codec = batch.codecOf(bytes, 0)
  const isStream = codec !== codecs.none
  const records = bytes.subarray(batch.HEADER_SIZE)
  const input = new Input(isStream ? decompress(codec, records, MOST_UNCOMPRESSED) : records)
  for (let i = 0; i < count; i++) {
    try {
      walkRecord(input, isStream)
    } catch (error) {
      throw error instanceof Underflow ? new Invalid(ENDS_EARLY) : error
    }
  }
  if (input.left > 0) throw new Invalid('Incorrect declared batch size, records still remaining in file')
}

/** Throws Underflow where not even its size can be read. */
function walkRecord(input: Input, isStream: boolean): void {
  const size = input.varint(LONGEST_VARINT)
  if (size > input.left) {
    const rest = isStream ? 'the record payload reached EOF.' : `instead the buffer has only ${input.left} remaining bytes.`
    throw new Invalid(`Invalid record size: expected ${size} bytes in record payload, but ${rest}`)
  }
  const record = isStream ? input.part(size) : input
  try {
    walkFields(record, size)
  } catch (error) {
    if (error instanceof Underflow || error instanceof Illegal) throw new Invalid('Found invalid record structure')
    throw error
  }
}

function walkFields(record: Input, size: number): void {
  const start = record.at
  record.skip(1)
  record.varint(LONGEST_VARLONG)
  record.varint(LONGEST_VARINT)
  record.field()
  record.field()
  const headers = record.varint(LONGEST_VARINT)
  if (headers < 0) throw new Invalid(`Found invalid number of record headers ${headers}`)
  if (headers > record.left) {
    throw new Invalid(`Found invalid number of record headers. ${headers} is larger than the remaining size of the buffer`)
  }
  for (let i = 0; i < headers; i++) {
    const keySize = record.varint(LONGEST_VARINT)
    if (keySize < 0) throw new Invalid(`Invalid negative header key size ${keySize}`)
    record.view(keySize)
    record.field()
  }
  const read = record.at - start
  if (read !== size) {
    throw new Invalid(`Invalid record size: expected to read ${size} bytes in record payload, but instead read ${read}`)
  }
}

/** Bytes as a java.nio.ByteBuffer gives them. */
class Input {
  at = 0
  constructor(readonly bytes: Buffer) {}

  get left(): number {
    return this.bytes.length - this.at
  }
  skip(size: number): void {
    if (size > this.left) throw new Underflow()
    this.at += size
  }
  view(size: number): void {
    if (size > this.left) throw new Illegal()
    this.at += size
  }
  /** Its size and as many bytes; less than 0 is null. */
  field(): void {
    const size = this.varint(LONGEST_VARINT)
    if (size > 0) this.view(size)
  }
  /** Zigzag; of one of 64 bits only the lower 32 are given. */
  varint(longest: number): number {
    let value = 0
    for (let i = 0; i < longest; i++) {
      if (this.left < 1) throw new Underflow()
      const byte = this.bytes[this.at++] as number // it is there
      if (i < LONGEST_VARINT) value |= (byte & 0x7f) << (7 * i)
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1)
    }
    throw new Illegal()
  }
  part(size: number): Input {
    const bytes = this.bytes.subarray(this.at, this.at + Math.max(size, 0))
    this.at += bytes.length
    return new Input(bytes)
  }
}
