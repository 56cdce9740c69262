/**
 * SCRAM credentials that a cluster begins with (KIP-900, RFC 5802): what `--add-scram` says, as the record that keeps it. A password
 * is never kept, only keys that were made from it. The words of the errors are those of Kafka's ScramParser.
 */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import type { Random } from '../../system/system'
import { javaTrim } from '../configs/values'

export interface ScramCredential {
  readonly name: string
  /** 1 SCRAM-SHA-256, 2 SCRAM-SHA-512. */
  readonly mechanism: number
  readonly salt: Buffer
  readonly storedKey: Buffer
  readonly serverKey: Buffer
  readonly iterations: number
}

/** Words that make no credential; the message is Kafka's. */
export class BadScram extends Error {}

const MECHANISMS: Readonly<Record<string, { readonly type: number; readonly hash: string; readonly label: string }>> = {
  'SCRAM-SHA-256': { type: 1, hash: 'sha256', label: 'SCRAM_SHA_256' },
  'SCRAM-SHA-512': { type: 2, hash: 'sha512', label: 'SCRAM_SHA_512' },
}
const LEAST_ITERATIONS = 4096
const MOST_ITERATIONS = 16384
const SALT_LENGTH = 25
const SALT_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** Reads `SCRAM-SHA-256=[name=alice,password=secret]`, with `iterations`, `salt` and `saltedpassword` (base64). Throws BadScram. */
export function parseScram(argument: string, random: Random): ScramCredential {
  const text = javaTrim(argument)
  const equals = text.indexOf('=')
  if (equals < 0) throw new BadScram(`Failed to find equals sign in SCRAM argument '${text}'`)
  const word = text.slice(0, equals)
  const mechanism = MECHANISMS[word]
  if (!mechanism) throw new BadScram(`The add-scram mechanism ${word} is not supported.`)
  const parts = partsOf(text.slice(equals + 1))
  const take = (key: string) => {
    const value = parts.get(key)
    parts.delete(key)
    return value
  }
  const name = take('name')
  if (name === undefined) throw new BadScram("You must supply 'name' to add-scram")
  const salt = saltOf(take('salt'), random)
  const iterations = iterationsOf(take('iterations'), mechanism.label)
  const salted = saltedPassword(take('password'), take('saltedpassword'), salt, iterations, mechanism.hash)
  if (parts.size > 0) throw new BadScram(`Unknown SCRAM configurations: ${[...parts.keys()].sort().join(', ')}`)
  const hmac = (key: string) => createHmac(mechanism.hash, salted).update(key).digest()
  const storedKey = createHash(mechanism.hash).update(hmac('Client Key')).digest()
  return { name, mechanism: mechanism.type, salt: salt.bytes, storedKey, serverKey: hmac('Server Key'), iterations }
}

function partsOf(text: string): Map<string, string> {
  if (!text.startsWith('[')) throw new BadScram('Expected configuration string to start with [')
  if (!text.endsWith(']')) throw new BadScram('Expected configuration string to end with ]')
  const parts = new Map<string, string>()
  const inner = text.slice(1, -1)
  const components = inner.split(',')
  while (inner !== '' && components.at(-1) === '') components.pop() // as String.split of Java's
  for (const part of components) {
    const equals = part.indexOf('=')
    if (equals < 0) throw new BadScram(`No equals sign found in SCRAM component: ${part}`)
    const value = part.slice(equals + 1)
    parts.set(part.slice(0, equals), /^".*"$/s.test(value) ? value.slice(1, -1) : value)
  }
  return parts
}

interface Salt {
  readonly bytes: Buffer
  readonly given: boolean
}
function saltOf(text: string | undefined, random: Random): Salt {
  if (text !== undefined) return { bytes: base64(text, 'salt'), given: true }
  const letters = Array.from({ length: SALT_LENGTH }, () => SALT_LETTERS[random.below(SALT_LETTERS.length)])
  return { bytes: Buffer.from(letters.join('')), given: false }
}
function base64(text: string, what: string): Buffer {
  // as java.util.Base64 reads it: whole, or without any of the padding
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(text))
    throw new BadScram(`Failed to decode given ${what}: ${text}`)
  return Buffer.from(text, 'base64')
}

function iterationsOf(text: string | undefined, label: string): number {
  if (text === undefined) return LEAST_ITERATIONS
  const count = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(count >= -(2 ** 31) && count < 2 ** 31)) throw new BadScram(`Failed to parse iterations count: ${text}`)
  if (count < LEAST_ITERATIONS)
    throw new BadScram(`The 'iterations' value must be >= ${LEAST_ITERATIONS} for add-scram using ${label}`)
  if (count > MOST_ITERATIONS)
    throw new BadScram(`The 'iterations' value must be <= ${MOST_ITERATIONS} for add-scram using ${label}`)
  return count
}

function saltedPassword(
  password: string | undefined,
  given: string | undefined,
  salt: Salt,
  iterations: number,
  hash: string,
): Buffer {
  if (password === undefined && given === undefined)
    throw new BadScram("You must supply one of 'password' or 'saltedpassword' to add-scram")
  if (given !== undefined && password === undefined) {
    if (!salt.given) throw new BadScram("You must supply 'salt' with 'saltedpassword' to add-scram")
    const bytes = base64(given, 'saltedPassword')
    if (bytes.length === 0) throw new BadScram('Empty key')
    return bytes
  }
  if (password === undefined || password === '') throw new BadScram('Empty key')
  return pbkdf2Sync(password, salt.bytes, iterations, createHash(hash).update('').digest().length, hash)
}

const javaBytes = (bytes: Buffer): string => `[${[...new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)].join(', ')}]`

/** As the record prints itself in Kafka. */
export const scramText = ({ name, mechanism, salt, storedKey, serverKey, iterations }: ScramCredential): string =>
  `UserScramCredentialRecord(name='${name}', mechanism=${mechanism}, salt=${javaBytes(salt)}, storedKey=${javaBytes(storedKey)}, ` +
  `serverKey=${javaBytes(serverKey)}, iterations=${iterations})`
