/**
 * Standard input on its way into a topic: chunk by chunk, so that memory stays bounded and the producer's back-pressure reaches
 * whoever writes into the pipe. Nothing is made for a line but the views that the batch is filled from.
 */
import type { KafkaError } from '../client/kafka-error'
import { kafkaError } from '../client/kafka-error'
import type { Producer } from '../client/producer'
import { estimateSize } from '../protocol/batch-builder'
import { errors } from '../protocol/errors'
import { Lines } from './console-producer-lines'
import type { LineReader } from './console-producer-reader'

/** A line that was not sent. `number` counts from 1; undefined: it is not known any more. */
export interface Lost {
  readonly error: KafkaError
  readonly number: number | undefined
  readonly keyBytes: number | undefined
  readonly valueBytes: number | undefined
}

export interface FeedOptions {
  readonly topic: string
  readonly producer: Producer
  /** Makes a reader; one reads, others find lines again. */
  readonly makeReader: () => LineReader
  /** Lines end as Java's do. */
  readonly asJava: boolean
  /** One record at a time; a failure is thrown. */
  readonly isSync: boolean
  /** max.request.size: bytes of a record that may be sent. */
  readonly mostBytes: number
  /** How many lost lines are looked for in the input to say their number. */
  readonly mostFound: number
  /** Milliseconds since 1970. */
  now(): number
  onLost(lost: Lost): void
}

const EMPTY = Buffer.alloc(0)
/** Bytes that may be on a line besides what a record may hold: separators. */
const SLACK = 4096

export class Feed {
  /** Lines taken. */
  taken = 0
  /** Lines that could not be sent. */
  lost = 0
  private readonly lines: Lines
  private readonly reader: LineReader
  private watcher: (error: KafkaError, record: { readonly key: Buffer | null; readonly value: Buffer | null }) => void = () => {}

  constructor(private readonly options: FeedOptions) {
    const { asJava, mostBytes, makeReader } = options
    this.lines = new Lines({ asJava, mostBytes: mostBytes + SLACK })
    this.reader = makeReader()
  }

  /** Takes the lines that end in `chunk`. Rejects with Failure for a line that is not as it should be, and in sync mode with KafkaError. */
  async add(chunk: Uint8Array): Promise<void> {
    this.watch(chunk)
    this.lines.add(chunk)
    await this.drain(() => this.lines.next())
  }

  /** Takes the last line, if it has no end. */
  async end(): Promise<void> {
    const last = this.lines.end()
    let isTaken = false
    if (last === undefined) return
    await this.drain(() => {
      if (isTaken) return undefined
      isTaken = true
      return last
    })
  }

  private async drain(next: () => Buffer | undefined): Promise<void> {
    const { topic, producer, isSync, now } = this.options
    const { reader, lines } = this
    let timestamp = now() // asked once for all lines of a chunk that are taken in one go
    for (let line = next(); line !== undefined; line = next()) {
      reader.read(line, lines.number)
      const { key, value, headers } = reader
      this.taken++
      if (lines.dropped > 0) this.refuse()
      else if (isSync) await this.sendOne()
      else {
        const wait = producer.append(topic, key, value, headers, this.watcher, -1, timestamp)
        if (wait) {
          await wait
          timestamp = now()
        }
      }
    }
  }

  private async sendOne(): Promise<void> {
    const { topic, producer } = this.options
    const { key, value, headers } = this.reader
    const sent = producer.send({ topic, key, value, headers })
    void producer.flush() // nothing comes that linger.ms could wait for
    try {
      await sent
    } catch (error) {
      this.taken--
      throw error
    }
  }

  /** A line of which not even all was kept. */
  private refuse(): void {
    const { mostBytes, isSync, onLost } = this.options
    const { key, value, headers } = this.reader
    const bytes = (value?.length ?? 0) + this.lines.dropped
    const size = estimateSize({ key, value: EMPTY, headers }) - 1 + varintBytes(bytes) + bytes
    const error = kafkaError(
      errors.MESSAGE_TOO_LARGE,
      `The message is ${size} bytes when serialized which is larger than ${mostBytes}, which is the value of the max.request.size configuration.`,
    )
    if (isSync) throw error
    this.lost++
    onLost({ error, number: this.lines.number, keyBytes: key?.length, valueBytes: bytes })
  }

  /** Makes the watcher of this chunk's lines, which finds a lost one again by reading the chunk once more. */
  private watch(chunk: Uint8Array): void {
    const { options, lines } = this
    const head = lines.unfinished()
    const first = lines.number + 1
    const found = new Set<number>()
    this.watcher = (error, { key, value }) => {
      this.lost++
      const number = this.lost <= options.mostFound ? this.find(first, head, chunk, { key, value }, found) : undefined
      options.onLost({ error, number, keyBytes: key?.length, valueBytes: value?.length })
    }
  }

  private find(
    first: number,
    head: readonly Uint8Array[],
    chunk: Uint8Array,
    record: { readonly key: Buffer | null; readonly value: Buffer | null },
    found: Set<number>,
  ): number | undefined {
    const { asJava, mostBytes, makeReader } = this.options
    const lines = new Lines({ asJava, mostBytes: mostBytes + SLACK })
    const reader = makeReader()
    const isIt = (line: Buffer): boolean => {
      const number = first + lines.number - 1
      reader.read(line, number)
      return !found.has(number) && isSame(reader.key, record.key) && isSame(reader.value, record.value)
    }
    try {
      for (const piece of [...head, chunk]) {
        lines.add(piece)
        for (let line = lines.next(); line !== undefined; line = lines.next()) if (isIt(line)) return note()
      }
      const last = lines.end()
      if (last !== undefined && isIt(last)) return note()
    } catch {
      // a line behind those that were sent is not as it should be; that is told elsewhere
    }
    return undefined

    function note(): number {
      const number = first + lines.number - 1
      found.add(number)
      return number
    }
  }
}

const isSame = (one: Buffer | null, other: Buffer | null): boolean =>
  one === null || other === null ? one === other : one.equals(other)

/** Bytes of a length in a record. */
const varintBytes = (value: number): number => (value < 64 ? 1 : value < 8192 ? 2 : value < 1 << 20 ? 3 : value < 1 << 27 ? 4 : 5)
