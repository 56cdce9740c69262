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
