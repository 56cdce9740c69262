/** Ids as people type them (org.apache.kafka.common.Uuid.fromString). */
import { Failure } from '../cli/errors'

/** The id as Kafka writes it; unused bits of the last letter are cleared. Throws Failure with Java's words. */
export function parseUuid(text: string): string {
  if (text.length > 24) {
    throw new Failure(`Input string with prefix \`${text.slice(0, 24)}\` is too long to be decoded as a base64 UUID`)
  }
  const bad = /[^\w-]/.exec(text.replace(/=+$/, ''))
  if (bad) throw new Failure(`Illegal base64 character ${bad[0].charCodeAt(0).toString(16)}`)
  if (text.replace(/=+$/, '').length % 4 === 1) throw new Failure('Last unit does not have enough valid bits')
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length !== 16) {
    const wrong = `which is not equal to the expected 16 bytes of a base64-encoded UUID`
    throw new Failure(`Input string \`${text}\` decoded as ${bytes.length} bytes, ${wrong}`)
  }
  return bytes.toString('base64url')
}
