/** Ids as people type them (org.apache.kafka.common.Uuid.fromString). */

/** The text is no id; the message is Java's. */
export class BadUuid extends Error {}

/** The id as Kafka writes it; unused bits of the last letter are cleared. Throws BadUuid. */
export function parseUuid(text: string): string {
  if (text.length > 24) {
    throw new BadUuid(`Input string with prefix \`${text.slice(0, 24)}\` is too long to be decoded as a base64 UUID`)
  }
  const letters = text.replace(/=+$/, '')
  if (text.length === 1) throw new BadUuid('Input byte[] should at least have 2 bytes for base64 bytes')
  const bad = /[^\w-]/.exec(letters)
  if (bad) throw new BadUuid(`Illegal base64 character ${bad[0].charCodeAt(0).toString(16)}`)
  if (letters.length % 4 === 1) throw new BadUuid('Last unit does not have enough valid bits')
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length !== 16) {
    const wrong = `which is not equal to the expected 16 bytes of a base64-encoded UUID`
    throw new BadUuid(`Input string \`${text}\` decoded as ${bytes.length} bytes, ${wrong}`)
  }
  return bytes.toString('base64url')
}
