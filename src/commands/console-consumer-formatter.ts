/**
 * What a record prints as: Kafka's formatters by class name (org.apache.kafka.tools.consumer). They write bytes straight into the
 * output's buffer; a value that nobody reads costs a copy and no string.
 */
import { Failure, UsageError } from '../cli/errors'
import { logLine } from '../cli/log'
import type { Out } from '../cli/out'
import type { Record } from '../client/consumer'
import { type Deserializer, deserializerOf, type Part } from './console-consumer-deserializers'

/** The partition's batch that a record is in. */
export interface Source {
  readonly topic: string
  readonly partition: number
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
}

export interface Formatter {
  /** Prints a record. Throws KafkaError or Failure where it cannot be read. */
  write(record: Record, source: Source): void
}

/** What formatters print to, and where they say that something is odd. */
export interface Paper {
  readonly out: Pick<Out, 'write' | 'error'>
  /** What follows a record of the JSON formatters: nothing, as in Kafka, or a newline. */
  readonly jsonEnd: string
  /** Log lines below a warning are shown; Kafka's tools are set up to leave them out. */
  readonly showsInfo: boolean
  /** Milliseconds since 1970. */
  now(): number
}

const DEFAULT = 'org.apache.kafka.tools.consumer.DefaultMessageFormatter'
export const DEFAULT_FORMATTER = DEFAULT
const PACKAGE = 'org.apache.kafka.tools.consumer.'
/** Formatters of records that coordinators keep, which have their own file. */
const COORDINATORS = [
  'OffsetsMessageFormatter',
  'GroupMetadataMessageFormatter',
  'TransactionLogMessageFormatter',
  'ShareGroupMessageFormatter',
  'group.share.ShareGroupStateMessageFormatter',
]

/** The formatter of a class. Throws UsageError when there is none by that name. */
export async function formatterOf(className: string, properties: ReadonlyMap<string, string>, paper: Paper): Promise<Formatter> {
  const name = className.startsWith(PACKAGE) ? className.slice(PACKAGE.length) : ''
  if (COORDINATORS.includes(name)) return (await import('./console-consumer-coordinator')).coordinatorFormatter(name, paper)
  switch (name) {
    case 'DefaultMessageFormatter':
      return new DefaultFormatter(properties, paper)
    case 'LoggingMessageFormatter':
      return new LoggingFormatter(properties, paper)
    case 'NoOpMessageFormatter':
      return { write: () => {} }
    default:
      throw new UsageError(className, `there is no formatter ${className}; the default is ${DEFAULT}`)
  }
}

type Field = (record: Record, source: Source) => void

/** Fields in a fixed order, each only if its property says so. */
export class DefaultFormatter implements Formatter {
  private readonly fields: readonly Field[]
  private readonly keySeparator: Buffer
  private readonly lineSeparator: Buffer
  private readonly headersSeparator: Buffer
  private readonly nullLiteral: Buffer
  private readonly out: Paper['out']
  /** Nothing but the value and the end of the line. */
  private readonly isPlain: boolean

  constructor(properties: ReadonlyMap<string, string>, { out, now }: Paper) {
    this.out = out
    const isOn = (name: string, fallback = false) => {
      const word = properties.get(`print.${name}`)
      return word === undefined ? fallback : word.trim().toLowerCase() === 'true'
    }
    const bytes = (name: string, fallback: string) => Buffer.from(properties.get(name) ?? fallback)
    this.keySeparator = bytes('key.separator', '\t')
    this.lineSeparator = bytes('line.separator', '\n')
    this.headersSeparator = bytes('headers.separator', ',')
    this.nullLiteral = bytes('null.literal', 'null')
    const reader = (name: Part): Deserializer | undefined => {
      const className = properties.get(`${name}.deserializer`)
      if (className === undefined) return undefined
      try {
        const found = deserializerOf(className, name, properties)
        if (found) return found
        throw new Failure(className, { javaClass: 'java.lang.ClassNotFoundException' })
      } catch (error) {
        // the bytes are shown as they are then
        out.error(`${logLine(now(), 'ERROR', `Unable to instantiate a deserializer from ${className}`, DEFAULT)}\n${error}`)
        return undefined
      }
    }
    const [key, value, headers] = [reader('key'), reader('value'), reader('headers')]
    const all: [boolean, Field][] = [
      [isOn('timestamp'), (record, source) => out.write(`${source.timestampType}:${record.timestamp}`)],
      [isOn('partition'), (_, source) => out.write(`Partition:${source.partition}`)],
      [isOn('offset'), (record) => out.write(`Offset:${record.offset}`)],
      [isOn('delivery'), () => out.write('Delivery:NOT_PRESENT')],
      [isOn('epoch'), () => out.write('Epoch:NOT_PRESENT')],
      [isOn('headers'), (record) => this.writeHeaders(record, headers)],
      [isOn('key'), (record) => this.writeBytes(record.key, key)],
      [isOn('value', true), (record) => this.writeBytes(record.value, value)],
    ]
    this.fields = all.flatMap(([isWanted, field]) => (isWanted ? [field] : []))
    this.isPlain = this.fields.length === 1 && isOn('value', true) && !value
  }

  write(record: Record, source: Source): void {
    const { out, fields } = this
    if (this.isPlain) {
      out.write(record.value ?? this.nullLiteral)
      out.write(this.lineSeparator)
      return
    }
    for (let i = 0; i < fields.length; i++) {
      fields[i]?.(record, source)
      out.write(i === fields.length - 1 ? this.lineSeparator : this.keySeparator)
    }
  }

  /** A deserializer gets the null literal's bytes for null, as in Kafka. */
  private writeBytes(bytes: Buffer | null, deserializer: Deserializer | undefined): void {
    const given = bytes ?? this.nullLiteral
    this.out.write(deserializer ? deserializer(given) : given)
  }
  private writeHeaders({ headers }: Record, deserializer: Deserializer | undefined): void {
    if (headers.length === 0) this.out.write('NO_HEADERS')
    for (const [i, { key, value }] of headers.entries()) {
      if (i > 0) this.out.write(this.headersSeparator)
      this.out.write(`${key}:`)
      this.writeBytes(value, deserializer)
    }
  }
}

/** The default's output, and as kt a line of log for each record. */
class LoggingFormatter extends DefaultFormatter {
  constructor(
    properties: ReadonlyMap<string, string>,
    private readonly paper: Paper,
  ) {
    super(properties, paper)
  }
  override write(record: Record, source: Source): void {
    super.write(record, source)
    if (!this.paper.showsInfo) return
    const { key, value, timestamp } = record
    const text = `${source.timestampType}:${timestamp}, key:${key === null ? 'null' : key}, value:${value === null ? 'null' : value}`
    this.paper.out.error(logLine(this.paper.now(), 'INFO', text, 'org.apache.kafka.tools.consumer.LoggingMessageFormatter'))
  }
}
