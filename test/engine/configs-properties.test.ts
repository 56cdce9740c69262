import fc from 'fast-check'
import { expect, test } from 'vitest'
import { javaHashOrder } from '../../src/engine/configs/java-hash'
import { MalformedProperties, readProperties, writeProperties } from '../../src/storage/properties'
import { golden } from './configs-golden'

interface Load {
  readonly kind: 'load'
  readonly text: string
  readonly out?: readonly [string, string][]
  readonly error?: string
}

interface Store {
  readonly kind: 'store'
  readonly entries: readonly [string, string][]
  readonly comment: string | null
  readonly stream?: boolean
  readonly out: string
}

const cases = golden<(Load | Store)[]>('properties')
const loads = cases.filter((entry) => entry.kind === 'load')
const stores = cases.filter((entry) => entry.kind === 'store' && !entry.stream) as Store[]

test.each(loads.map((entry) => [JSON.stringify(entry.text), entry] as const))(
  '%s is read as Java reads it',
  (_, { text, out, error }) => {
    if (error !== undefined) {
      expect(() => readProperties(text)).toThrow(new MalformedProperties(error, 1))
      return
    }
    const sorted = [...readProperties(text)].sort(([a], [b]) => (a < b ? -1 : 1))
    expect(sorted).toEqual(out)
  },
)

test('files are written as Java writes them', () => {
  expect(stores.length).toBeGreaterThan(4)
  for (const { entries, comment, out } of stores) {
    const date = /^#(... ... .. ..:..:.. UTC ....)$/m.exec(out)?.[1] ?? ''
    const byKey = new Map(entries)
    const inOrder = javaHashOrder(byKey.keys()).map((key) => [key, byKey.get(key) ?? ''] as const)
    expect(writeProperties(inOrder, comment, date)).toBe(out)
  }
})

test('what was written is read back, whatever the characters, and nothing else', () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 })
  const tricky = fc.string({
    unit: fc.constantFrom(' ', '\t', '\\', '=', ':', '#', '!', '\n', '\r', '\f', 'u', '0', 'é'),
    maxLength: 8,
  })
  const any = fc.oneof(text, tricky)
  fc.assert(
    fc.property(fc.array(fc.tuple(any, any), { maxLength: 8 }), fc.option(any), (entries, comment) => {
      const written = new Map(entries)
      expect([...readProperties(writeProperties(written, comment, 'today'))]).toEqual([...written])
    }),
  )
})

test('a malformed escape is reported with its line', () => {
  const read = () => readProperties('# paths\na=1\nlog.dirs=C:\\users')
  expect(read).toThrow(MalformedProperties)
  expect(read).toThrow(expect.objectContaining({ line: 3 }))
})
