/**
 * What a line of console input means: `headers<delimiter>key<separator>value`, each part only where a property asks for it
 * (org.apache.kafka.tools.LineMessageReader). Everything but the headers is found in the bytes.
 */
import { Failure } from '../cli/errors'
import { javaSplitter } from '../cli/java-regex'
import { asJavaReads } from '../cli/java-regex-error'

export interface Header {
  readonly key: string
  readonly value: Buffer | null
}

/** Reads lines one at a time; what the last one held stands in the fields. */
export interface LineReader {
  key: Buffer | null
  value: Buffer | null
  headers: readonly Header[]
  /** Throws Failure: `lineNumber`, counted from 1, has not what it should have. */
  read(line: Buffer, lineNumber: number): void
}

const NO_HEADERS: readonly Header[] = []

const kafkaException = (message: string) => new Failure(message, { javaClass: 'org.apache.kafka.common.KafkaException' })

/** Throws Failure for separators that are the same. */
export function lineReader(properties: ReadonlyMap<string, string>): LineReader {
  const isOn = (name: string) => properties.get(name)?.trim().toLowerCase() === 'true'
  const settings: Settings = {
    parsesKey: isOn('parse.key'),
    parsesHeaders: isOn('parse.headers'),
    ignoresErrors: isOn('ignore.error'),
    keySeparator: properties.get('key.separator') ?? '\t',
    headersDelimiter: properties.get('headers.delimiter') ?? '\t',
    headersSeparator: properties.get('headers.separator') ?? ',',
    headersKeySeparator: properties.get('headers.key.separator') ?? ':',
    nullMarker: properties.get('null.marker'),
  }
  const split = asJavaReads(settings.headersSeparator, () => javaSplitter(settings.headersSeparator))
  checkSeparators(settings)
  return settings.parsesKey || settings.parsesHeaders || settings.nullMarker !== undefined
    ? new FieldReader(settings, split)
    : new ValueReader()
}

interface Settings {
  readonly parsesKey: boolean
  readonly parsesHeaders: boolean
  readonly ignoresErrors: boolean
  readonly keySeparator: string
  readonly headersDelimiter: string
  /** A regular expression. */
  readonly headersSeparator: string
  readonly headersKeySeparator: string
  /** What stands for null. */
  readonly nullMarker: string | undefined
}

/** Pairs that may not be equal, in the order in which Kafka looks at them. */
const DIFFERENT = [
  ['headers.delimiter', 'headers.separator'],
  ['headers.delimiter', 'headers.key.separator'],
  ['headers.separator', 'headers.key.separator'],
  ['null.marker', 'key.separator'],
  ['null.marker', 'headers.separator'],
  ['null.marker', 'headers.delimiter'],
  ['null.marker', 'headers.key.separator'],
] as const

function checkSeparators(settings: Settings): void {
  const values = {
    'headers.delimiter': settings.headersDelimiter,
    'headers.separator': settings.headersSeparator,
    'headers.key.separator': settings.headersKeySeparator,
    'key.separator': settings.keySeparator,
    'null.marker': settings.nullMarker,
  }
  for (const [one, other] of DIFFERENT) {
    if (values[one] === values[other]) throw kafkaException(`${one} and ${other} may not be equal`)
  }
}

/** Without properties a line is a value. */
class ValueReader implements LineReader {
  readonly key = null
  value: Buffer | null = null
  readonly headers = NO_HEADERS
  read(line: Buffer): void {
    this.value = line
  }
}

class FieldReader implements LineReader {
  key: Buffer | null = null
  value: Buffer | null = null
  headers: readonly Header[] = NO_HEADERS
  private readonly keySeparator: Buffer
  private readonly headersDelimiter: Buffer
  private readonly nullMarker: Buffer | undefined

  constructor(
    private readonly settings: Settings,
    private readonly split: (text: string) => string[],
  ) {
    this.keySeparator = Buffer.from(settings.keySeparator)
    this.headersDelimiter = Buffer.from(settings.headersDelimiter)
    this.nullMarker = settings.nullMarker === undefined ? undefined : Buffer.from(settings.nullMarker)
  }

  read(line: Buffer, lineNumber: number): void {
    const { parsesHeaders, parsesKey } = this.settings
    let at = 0
    this.headers = NO_HEADERS
    this.key = null
    if (parsesHeaders) {
      const end = this.find(line, 0, this.headersDelimiter, 'headers delimiter', lineNumber)
      if (end >= 0) {
        const block = line.subarray(0, end)
        if (!this.isNull(block)) this.headers = this.headersIn(block.toString('utf8'), lineNumber)
        at = end + this.headersDelimiter.length
      }
    }
    if (parsesKey) {
      const end = this.find(line, at, this.keySeparator, 'key separator', lineNumber)
      if (end >= 0) {
        this.key = this.orNull(line.subarray(at, end))
        at = end + this.keySeparator.length
      }
    }
    this.value = this.orNull(line.subarray(at))
  }

  /** -1: it is not there, and that is no error. */
  private find(line: Buffer, from: number, separator: Buffer, what: string, lineNumber: number): number {
    const found = line.indexOf(separator, from)
    if (found >= 0 || this.settings.ignoresErrors) return found
    throw kafkaException(`No ${what} found on line number ${lineNumber}: '${line.toString('utf8')}'`)
  }

  private isNull(bytes: Buffer): boolean {
    return this.nullMarker?.equals(bytes) ?? false
  }
  private orNull(bytes: Buffer): Buffer | null {
    return this.isNull(bytes) ? null : bytes
  }

  private headersIn(block: string, lineNumber: number): Header[] {
    const { headersKeySeparator, ignoresErrors, nullMarker } = this.settings
    return this.split(block).map((pair) => {
      const end = pair.indexOf(headersKeySeparator)
      if (end < 0) {
        if (ignoresErrors) return { key: pair, value: null }
        throw kafkaException(`No header key separator found in pair '${pair}' on line number ${lineNumber}`)
      }
      const key = pair.slice(0, end)
      if (key === nullMarker) {
        throw kafkaException(`Header keys should not be equal to the null marker '${nullMarker}' as they can't be null`)
      }
      return { key, value: this.orNull(Buffer.from(pair.slice(end + headersKeySeparator.length))) }
    })
  }
}
