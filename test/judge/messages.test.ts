/** What the judge's generator makes can be said: as JSON, as bytes, and back, for every message in every version. */
import { expect, test } from 'vitest'
import { isFlexible } from '../../src/protocol/codecs'
import { fromJson, type JsonObject, toJson } from '../../src/protocol/json'
import { Reader } from '../../src/protocol/reader'
import { stage } from '../../src/protocol/stage'
import { Writer } from '../../src/protocol/writer'
import { chance } from '../fuzz/random'
import { goldenText, javaText, someJson } from './json'
import { judged } from './messages'

test('JSON that is read, written, read and shown is the same JSON', () => {
  let count = 0
  for (const { className, message } of judged) {
    const { fields, versions } = message
    for (let version = versions[0]; version <= versions[1]; version++) {
      const codec = stage(fields, version, isFlexible(message, version), true)
      const json = JSON.parse(goldenText(someJson(fields, version, chance(5, count++)))) as JsonObject
      const value = fromJson(fields, version, json)
      const writer = new Writer()
      codec.write(writer, value)
      const reader = new Reader(writer.whole())
      expect(toJson(fields, version, codec.read(reader)), `${className} v${version}`).toEqual(toJson(fields, version, value))
      expect(reader.left).toBe(0)
    }
  }
  expect(count).toBeGreaterThan(700)
}, 60_000)

test('64-bit numbers are texts in golden data, and numbers for Java', () => {
  expect(goldenText({ a: -(2n ** 63n), b: ['1'] })).toBe('{"a":"-9223372036854775808","b":["1"]}')
  expect(javaText({ a: -(2n ** 63n), b: ['1'] })).toBe('{"a":-9223372036854775808,"b":["1"]}')
})
