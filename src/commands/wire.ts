/** kt wire: Kafka's messages as JSON and back, and the check of golden data. Kafka has no such tool. */
import { command } from '../cli/command'
import { Failure, messageOf, UsageError } from '../cli/errors'
import { nearest } from '../cli/suggest'
import type { Terminal } from '../cli/terminal'
import { apiTable } from '../protocol/apis/index'
import { isFlexible } from '../protocol/codecs'
import { fromJson, type Json, toJson } from '../protocol/json'
import { Malformed, Reader } from '../protocol/reader'
import { stage } from '../protocol/stage'
import type { Fields } from '../protocol/types'
import { Unsayable } from '../protocol/unsayable'
import { Writer } from '../protocol/writer'

/** A message that the command line names. */
interface Named {
  readonly fields: Fields
  readonly version: number
  readonly flexible: boolean
  /** `Fetch request v12` */
  readonly label: string
}

const USAGE = 'expected: kt wire decode|encode API VERSION request|response HEX|JSON|-, or kt wire check DIR...'

export default command({
  name: 'wire',
  summary: "Show Kafka's messages as JSON, make them from JSON, and check golden data",
  description:
    'decode prints the body of a request or response, given in hexadecimal and without its header, as JSON in the shape of ' +
    "Kafka's own JsonConverters; 64-bit numbers are texts, and bytes base64. encode does the reverse. A message given as - is read " +
    'from standard input. check reads folders of golden data.',
  examples: [
    ['Show a Heartbeat request of version 0', 'kt wire decode Heartbeat 0 request 0001670000000100016d'],
    ['Make one', `kt wire encode heartbeat 0 request '{"groupId":"g","generationId":1,"memberId":"m"}'`],
    ['Read it from a file', 'kt wire decode fetch 12 response - < reply.hex'],
    ['Check golden data', 'kt wire check golden/wire golden/records golden/batches'],
  ],
  place: 'none',
  options: {},
  positionals: 'decode|encode API VERSION request|response MESSAGE | check DIR...',
  kafka: { intro: '' },
  async run(context) {
    const { positionals, out, terminal } = context
    const [action, ...words] = positionals
    if (action === 'check' && words.length > 0) return (await import('./wire-check')).checkAll(context, words)
    if ((action !== 'decode' && action !== 'encode') || words.length !== 4) throw new UsageError(USAGE)
    const [api = '', version = '', kind = '', given = ''] = words
    const named = await find(api, version, kind)
    const message = given === '-' ? await standardInput(terminal) : given
    if (action === 'decode') out.json(decode(named, message))
    else out.line(encode(named, message))
    return 0
  },
})

/** `offset-commit`, OFFSET_COMMIT, OffsetCommit and 8 are the same. */
const squeezed = (name: string): string => name.replace(/[^a-z0-9]/gi, '').toLowerCase()

async function find(name: string, versionText: string, kind: string): Promise<Named> {
  const row = apiTable.find((one) => squeezed(one.name) === squeezed(name) || String(one.key) === name)
  if (!row) {
    const close = nearest(
      name,
      apiTable.map((one) => one.name),
    )
    throw new UsageError(`there is no API called '${name}'${close === undefined ? '' : `; did you mean ${close}?`}`)
  }
  if (kind !== 'request' && kind !== 'response') throw new UsageError(`request or response expected, not '${kind}'`)
  const [least, greatest] = row.versions
  const version = /^\d+$/.test(versionText) ? Number(versionText) : Number.NaN
  if (!(version >= least && version <= greatest)) {
    throw new UsageError(`${row.name} has the versions ${least} to ${greatest}, not '${versionText}'`)
  }
  const api = await row.load()
  return { fields: api[kind], version, flexible: isFlexible(api, version), label: `${row.name} ${kind} v${version}` }
}

async function standardInput({ stdin }: Terminal): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const chunk of stdin.chunks()) pieces.push(chunk)
  return Buffer.concat(pieces).toString('utf8')
}

function decode({ fields, version, flexible, label }: Named, text: string): Json {
  const hex = text.replace(/\s+/g, '')
  const wrong = hex.search(/[^0-9a-f]/i)
  if (wrong >= 0)
    throw new Failure(
      `the message is not hexadecimal: '${String.fromCodePoint(hex.codePointAt(wrong) ?? 0)}' is digit ${wrong + 1}`,
    )
  if (hex.length % 2 !== 0) throw new Failure(`the message ends within a byte: it has ${hex.length} hexadecimal digits`)
  const reader = new Reader(Buffer.from(hex, 'hex'))
  try {
    const value = stage(fields, version, flexible, true).read(reader)
    if (reader.left > 0) reader.fail(`${reader.left} bytes behind the message`)
    return toJson(fields, version, value)
  } catch (error) {
    if (error instanceof Malformed) throw new Failure(`this is no ${label}: ${error.message}`)
    throw error
  }
}

function encode({ fields, version, flexible, label }: Named, text: string): string {
  let json: Json
  try {
    json = JSON.parse(text) as Json // what JSON.parse gives
  } catch (error) {
    throw new Failure(`the message is not JSON: ${messageOf(error)}`)
  }
  const writer = new Writer()
  try {
    stage(fields, version, flexible, true).write(writer, fromJson(fields, version, json))
  } catch (error) {
    if (error instanceof Unsayable || error instanceof RangeError) throw new Failure(`no ${label} says this: ${error.message}`)
    throw error
  }
  return writer.whole().toString('hex')
}
