import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Lines } from '../../src/commands/console-producer-lines'
import { lineReader } from '../../src/commands/console-producer-reader'

function cut(chunks: readonly Uint8Array[], asJava: boolean, mostBytes = 1 << 20): { line: Buffer; dropped: number }[] {
  const lines = new Lines({ asJava, mostBytes })
  const found: { line: Buffer; dropped: number }[] = []
  const take = (line: Buffer | undefined) => {
    if (line === undefined) return false
    found.push({ line: Buffer.from(line), dropped: lines.dropped })
    expect(lines.number).toBe(found.length)
    return true
  }
  for (const chunk of chunks) {
    lines.add(chunk)
    while (take(lines.next())) {}
  }
  take(lines.end())
  return found
}

const texts = (chunks: readonly string[], asJava: boolean) =>
  cut(
    chunks.map((chunk) => Buffer.from(chunk)),
    asJava,
  ).map(({ line }) => line.toString())

describe('lines', () => {
  test('every line is one record, empty ones too, and the last needs no newline', () => {
    expect(texts(['one\n\n  two \nthree'], false)).toEqual(['one', '', '  two ', 'three'])
    expect(texts(['one\n'], false)).toEqual(['one'])
    expect(texts([''], false)).toEqual([])
  })

  test('as Java reads, \\r and \\r\\n end a line too, wherever the chunks are cut', () => {
    const whole = 'a\r\nb\rc\n\r\n\rd\n\n\re\r'
    const expected = ['a', 'b', 'c', '', '', 'd', '', '', 'e']
    expect(texts([whole], true)).toEqual(expected)
    expect(texts([...whole], true)).toEqual(expected)
    expect(texts(['a\r', '', '\nb'], true)).toEqual(['a', 'b'])
  })

  test('as Java reads, what is no UTF-8 is replaced, and a character cut in two is whole again', () => {
    const euro = Buffer.from('€')
    expect(cut([euro.subarray(0, 1), euro.subarray(1)], true)[0]?.line).toEqual(euro)
    expect(cut([Buffer.from([0x61, 0xff, 0x0a, 0x62])], true).map(({ line }) => line.toString())).toEqual(['a\ufffd', 'b'])
  })

  test('as kt any bytes come back: lines joined by newlines are the input', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), (chunks) => {
        const whole = Buffer.concat(chunks)
        const joined = cut(chunks, false)
          .map(({ line }) => `${line.toString('latin1')}\n`)
          .join('')
        const ended = whole.length === 0 || whole.at(-1) === 10
        expect(joined).toBe(whole.toString('latin1') + (ended ? '' : '\n'))
      }),
    )
  })

  test('as Java: the same lines as splitting the whole text, for any chunks', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', '\n', '\r', 'é'), maxLength: 12 })
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const whole = pieces.join('')
        const expected = whole.split(/\r\n|\r|\n/)
        if (expected.at(-1) === '') expected.pop()
        const bytes = pieces.map((one) => Buffer.from(one))
        expect(cut(bytes, true).map(({ line }) => line.toString())).toEqual(expected)
      }),
    )
  })

  test('of a line that is too long only its beginning and its length are kept', () => {
    const chunks = ['x'.repeat(6), 'y'.repeat(6), 'z\nok\n'].map((text) => Buffer.from(text))
    expect(cut(chunks, false, 8)).toEqual([
      { line: Buffer.from('xxxxxxyy'), dropped: 5 },
      { line: Buffer.from('ok'), dropped: 0 },
    ])
  })
})

const reader = (properties: Record<string, string>) => lineReader(new Map(Object.entries(properties)))

function read(properties: Record<string, string>, line: string, number = 1) {
  const one = reader(properties)
  one.read(Buffer.from(line), number)
  return {
    headers: one.headers.map(({ key, value }) => [key, value?.toString() ?? null]),
    key: one.key?.toString() ?? null,
    value: one.value?.toString() ?? null,
  }
}

const HEADERS = { 'parse.headers': 'true' }
const KEY = { 'parse.key': 'true' }

describe('line reader', () => {
  test('a line is a value unless a property says otherwise', () => {
    expect(read({}, 'k\tv')).toEqual({ headers: [], key: null, value: 'k\tv' })
  })

  test('the key ends at the first separator', () => {
    expect(read(KEY, 'k2\tv2\tmore')).toEqual({ headers: [], key: 'k2', value: 'v2\tmore' })
    expect(read({ ...KEY, 'key.separator': '::' }, 'x::y::z')).toMatchObject({ key: 'x', value: 'y::z' })
    expect(read({ 'parse.key': ' TRUE ' }, '\tempty key')).toMatchObject({ key: '', value: 'empty key' })
  })

  test('headers come first', () => {
    expect(read({ ...HEADERS, ...KEY }, 'a:1,b:2\tk\tv')).toEqual({
      headers: [
        ['a', '1'],
        ['b', '2'],
      ],
      key: 'k',
      value: 'v',
    })
  })

  test('the separator of headers is a regular expression, as Java splits', () => {
    const own = { ...HEADERS, 'headers.separator': '[;|]+' }
    expect(read(own, 'a:1;|b:2;\tv').headers).toEqual([
      ['a', '1'],
      ['b', '2'],
    ])
  })

  test('the null marker stands for a key, a value, a header value or all headers', () => {
    const properties = { ...HEADERS, ...KEY, 'null.marker': 'NULL' }
    expect(read(properties, 'h:NULL,i:2\tNULL\tNULL')).toEqual({
      headers: [
        ['h', null],
        ['i', '2'],
      ],
      key: null,
      value: null,
    })
    expect(read(properties, 'NULL\tk\tv').headers).toEqual([])
    expect(read({ 'null.marker': '-' }, '-')).toMatchObject({ value: null })
    expect(() => read(properties, 'NULL:1\tk\tv')).toThrow(
      "Header keys should not be equal to the null marker 'NULL' as they can't be null",
    )
  })

  test('a missing separator is an error that names the line', () => {
    expect(() => read(KEY, 'abc', 7)).toThrow("No key separator found on line number 7: 'abc'")
    expect(() => read(HEADERS, 'abc', 2)).toThrow("No headers delimiter found on line number 2: 'abc'")
    expect(() => read(HEADERS, 'a:1,bad\tv')).toThrow("No header key separator found in pair 'bad' on line number 1")
  })

  test('with ignore.error the rest of the line is the value', () => {
    expect(read({ ...KEY, 'ignore.error': 'true' }, 'bare')).toEqual({ headers: [], key: null, value: 'bare' })
    expect(read({ ...HEADERS, 'ignore.error': 'true' }, 'broken\tv')).toEqual({
      headers: [['broken', null]],
      key: null,
      value: 'v',
    })
  })

  test('separators may not be the same', () => {
    expect(() => reader({ 'headers.delimiter': ',' })).toThrow('headers.delimiter and headers.separator may not be equal')
    expect(() => reader({ 'headers.separator': ':' })).toThrow('headers.separator and headers.key.separator may not be equal')
    expect(() => reader({ 'null.marker': '\t' })).toThrow('null.marker and key.separator may not be equal')
  })
})
