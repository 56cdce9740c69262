/**
 * Kafka's own deserializers by class name: what the value of a record prints as when it is read by one and turned into text by Java's
 * toString (org.apache.kafka.common.serialization).
 */
import { KafkaError } from '../client/kafka-error'
import { errors } from '../protocol/errors'

/** Bytes to the text that Java prints. Throws KafkaError for bytes that are no such value. */
export type Deserializer = (bytes: Buffer) => string

const PACKAGE = 'org.apache.kafka.common.serialization.'

function unreadable(message: string): KafkaError {
  return new KafkaError(errors.UNKNOWN_SERVER_ERROR, 'org.apache.kafka.common.errors.SerializationException', message)
}

/** A value of so many bytes; `name` is how Kafka's complaint names the class. */
const sized =
  (size: number, name: string, read: (bytes: Buffer) => string): Deserializer =>
  (bytes) => {
    if (bytes.length !== size) throw unreadable(`Size of data received by ${name} is not ${size}`)
    return read(bytes)
  }

/** Digits of a number as Double.toString and Float.toString arrange them; `shortest` has the fewest that tell it from its neighbours. */
function javaFloat(value: number, shortest: (value: number) => string): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value < 0 ? '-Infinity' : 'Infinity'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (value === 0) return `${sign}0.0`
  const [mantissa = '', exponent = '0'] = shortest(Math.abs(value)).split('e')
  const digits = mantissa.replace('.', '')
  const power = Number(exponent)
  if (power < -3 || power >= 7) return `${sign}${digits[0]}.${digits.slice(1) || '0'}E${power}`
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${digits}`
  const whole = digits.slice(0, power + 1).padEnd(power + 1, '0')
  return `${sign}${whole}.${digits.slice(power + 1) || '0'}`
}

const shortestDouble = (value: number): string => value.toExponential()

function shortestFloat(value: number): string {
  for (let digits = 0; digits < 9; digits++) {
    const text = value.toExponential(digits)
    if (Math.fround(Number(text)) === value) return text
  }
  return value.toExponential()
}

/** Text as Java decodes it. */
function decoder(encoding: string): Deserializer {
  const label = encoding.toLowerCase()
  if (label === 'utf-8' || label === 'utf8') return (bytes) => bytes.toString('utf8')
  if (label === 'iso-8859-1') return (bytes) => bytes.toString('latin1')
  if (label === 'us-ascii') return (bytes) => bytes.toString('latin1').replace(/[\x80-\xff]/g, '\ufffd')
  try {
    const decode = new TextDecoder(label === 'utf-16' ? 'utf-16be' : label, { ignoreBOM: true })
    return (bytes) => decode.decode(bytes)
  } catch {
    throw unreadable(`Unsupported encoding ${encoding}`)
  }
}

function uuidText(text: string): string {
  const parts = text.split('-')
  if (parts.length !== 5 || parts.some((part) => !/^[0-9a-fA-F]+$/.test(part))) throw unreadable('Error parsing data into UUID')
  const [a = '', b = '', c = '', d = '', e = ''] = parts
  const cut = (part: string, size: number) => part.toLowerCase().padStart(size, '0').slice(-size)
  return `${cut(a, 8)}-${cut(b, 4)}-${cut(c, 4)}-${cut(d, 4)}-${cut(e, 12)}`
}

/** Bytes.toString: what is not printable ASCII as \xNN. */
function bytesText(bytes: Buffer): string {
  let text = ''
  for (const byte of bytes) {
    text +=
      byte >= 0x20 && byte < 0x7f && byte !== 0x5c
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return text
}

type Settings = (name: string) => string | undefined

const CLASSES: Record<string, (setting: Settings) => Deserializer> = {
  StringDeserializer: (setting) => decoder(setting('encoding') ?? 'UTF-8'),
  IntegerDeserializer: () => sized(4, 'IntegerDeserializer', (bytes) => String(bytes.readInt32BE())),
  LongDeserializer: () => sized(8, 'LongDeserializer', (bytes) => String(bytes.readBigInt64BE())),
  ShortDeserializer: () => sized(2, 'ShortDeserializer', (bytes) => String(bytes.readInt16BE())),
  DoubleDeserializer: () => sized(8, 'Deserializer', (bytes) => javaFloat(bytes.readDoubleBE(), shortestDouble)),
  FloatDeserializer: () => sized(4, 'Deserializer', (bytes) => javaFloat(bytes.readFloatBE(), shortestFloat)),
  BooleanDeserializer: () =>
    sized(1, 'BooleanDeserializer', (bytes) => {
      if (bytes[0] === 0) return 'false'
      if (bytes[0] === 1) return 'true'
      throw unreadable(`Unexpected byte received by BooleanDeserializer: ${bytes.readInt8()}`)
    }),
  UUIDDeserializer: (setting) => {
    const decode = decoder(setting('encoding') ?? 'UTF-8')
    return (bytes) => uuidText(decode(bytes))
  },
  BytesDeserializer: () => bytesText,
  ByteArrayDeserializer: () => (bytes) => `[B@${identity(bytes)}`,
  ByteBufferDeserializer: () => (bytes) => `java.nio.HeapByteBuffer[pos=0 lim=${bytes.length} cap=${bytes.length}]`,
  VoidDeserializer: () => () => {
    const message = 'Data should be null for a VoidDeserializer.'
    throw new KafkaError(errors.UNKNOWN_SERVER_ERROR, 'java.lang.IllegalArgumentException', message)
  },
}

/** Java prints an object's identity where there is no toString; the bytes' own number will do. */
function identity(bytes: Buffer): string {
  let hash = 1
  for (const byte of bytes) hash = (Math.imul(hash, 31) + byte) | 0
  return (hash >>> 0).toString(16)
}

/** What is read: records' keys, their values, or the values of their headers. */
export type Part = 'key' | 'value' | 'headers'

/**
 * The deserializer of a class; undefined: there is no such class here. Its own properties stand behind `key.deserializer.`, and the
 * class looks for them under their full names: `key.deserializer.key.deserializer.encoding`, or without the second `key.`. Throws
 * KafkaError for properties that it cannot take.
 */
export function deserializerOf(className: string, part: Part, properties: ReadonlyMap<string, string>): Deserializer | undefined {
  const make = className.startsWith(PACKAGE) ? CLASSES[className.slice(PACKAGE.length)] : undefined
  const kind = part === 'key' ? 'key' : 'value'
  const setting = (name: string) => properties.get(`${part}.deserializer.${name}`)
  return make?.((name) => setting(`${kind}.deserializer.${name}`) ?? setting(`deserializer.${name}`))
}
