/**
 * Who a client is, as one broker tells another: in Envelope and in delegation tokens (Kafka's DefaultKafkaPrincipalBuilder).
 *
 *     version i16 | the message
 */
import { decodeMessage, messageCodec } from '../codecs'
import { Malformed, Reader } from '../reader'
import { bool, type In, message, type Out, string } from '../types'
import { Writer } from '../writer'

export const DefaultPrincipalData = message({
  name: 'DefaultPrincipalData',
  versions: [0, 0],
  flexible: 0,
  fields: { type: string, name: string, tokenAuthenticated: bool },
})
type Principal = typeof DefaultPrincipalData.fields

const VERSION = 0

export function encodePrincipal(value: In<Principal>): Buffer {
  const writer = new Writer(64)
  writer.int16(VERSION)
  messageCodec(DefaultPrincipalData, VERSION).write(writer, value)
  return writer.whole()
}
/** Throws Malformed. */
export function decodePrincipal(bytes: Buffer): Out<Principal> {
  const reader = new Reader(bytes)
  const version = reader.int16()
  if (version !== VERSION) throw new Malformed(0, `a principal of version ${version}`)
  return decodeMessage(DefaultPrincipalData, VERSION, reader)
}
