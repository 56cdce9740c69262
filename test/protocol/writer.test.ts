import { expect, test } from 'vitest'
import { Writer } from '../../src/protocol/writer'

test('a uuid of 22 characters that are not base64url is refused, and leaves no stray memory behind', () => {
  for (const text of ['!'.repeat(22), `${'A'.repeat(21)} `.replace('AAA', '\n\n\n'), 'A', 'ä'.repeat(22)]) {
    expect(() => new Writer().uuid(text), text).toThrow(RangeError)
  }
  const writer = new Writer()
  writer.uuid('AAAAAAAAAAMAAAAAAAAABA')
  expect(writer.whole().toString('hex')).toBe('00000000000000030000000000000004')
})

test('writers that are at work at the same time do not write over each other', () => {
  const write = (writer: Writer, letter: string, size: number) => {
    for (let i = 0; i < size; i++) writer.string(letter)
    return writer
  }
  const expected = (letter: string, size: number) => Buffer.from(`\0\x01${letter}`.repeat(size))
  const before = write(new Writer(), 'a', 10).whole()
  const [first, second, lost] = [new Writer(), new Writer(), new Writer()]
  write(lost, 'x', 5)
  write(first, 'b', 100)
  write(second, 'c', 50_000) // more than a slab
  const middle = write(first, 'b', 100).whole()
  const after = write(new Writer(), 'd', 10).whole()
  const last = write(second, 'c', 1).whole()
  write(lost, 'x', 5).whole()
  const written = { before, middle, after, last }
  expect(written).toEqual({
    before: expected('a', 10),
    middle: expected('b', 200),
    after: expected('d', 10),
    last: expected('c', 50_001),
  })
})

test('what is written after the end goes elsewhere', () => {
  const writer = new Writer()
  writer.string('a')
  const [piece] = writer.finish()
  writer.string('b')
  const other = new Writer()
  other.string('c')
  expect(Buffer.concat([other.whole(), piece as Uint8Array, writer.whole()]).toString()).toBe('\0\x01c\0\x01a\0\x01a\0\x01b')
})

test('a text of any letters has its length in bytes in front', () => {
  for (const text of ['', 'a', 'é', 'x'.repeat(39), 'x'.repeat(40), 'x'.repeat(41), `${'x'.repeat(39)}é`, '😀'.repeat(20)]) {
    const writer = new Writer(1)
    writer.string(text)
    writer.compactString(text)
    const bytes = Buffer.from(text)
    const size = Buffer.alloc(2)
    size.writeInt16BE(bytes.length)
    expect(writer.whole()).toEqual(Buffer.concat([size, bytes, Buffer.from([bytes.length + 1]), bytes]))
  }
  expect(() => new Writer().string('x'.repeat(32768))).toThrow('a string of 32768 bytes is longer than 32767')
})
