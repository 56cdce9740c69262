/**
 * JSON as Jackson reads it where numbers are told apart by how they are written: to Kafka's tools `1.0` is a DoubleNode, which no Integer
 * or Long is made of (org.apache.kafka.server.util.json.DecodeJson), while JSON.parse has one kind of number.
 */
import { javaDouble } from './message-text'

/** A number with a point or an exponent. */
export class JavaDouble {
  constructor(readonly value: number) {}

  toJSON(): string {
    return `${MARK}${Object.is(this.value, -0) ? '-0.0' : javaDouble(this.value)}`
  }
}

const MARK = '\u0000' // stands in no text of JSON's but escaped
const MARKED = /"\\u0000([^"]*)"/g
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** What the text says, with a JavaDouble for each number that is none of Java's integers. Throws SyntaxError. */
export function readJson(text: string): unknown {
  JSON.parse(text) // what it complains of is told in words about the text as it was
  const marked = text.replace(STRING_OR_NUMBER, (token) =>
    /^"|^-?\d+$/.test(token) ? token : JSON.stringify(new JavaDouble(Number(token))),
  )
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(MARK) ? new JavaDouble(Number(value.slice(1))) : value,
  )
}

/** In one line, as JsonNode.toString gives it. */
export const jsonText = (value: unknown): string => JSON.stringify(value).replace(MARKED, '$1')
