/** kt wire: messages as JSON and back, and what `check` says of golden data that holds and of golden data that does not. */
import { describe, expect, test } from 'vitest'
import wire from '../../src/commands/wire'
import type { Json, JsonObject } from '../../src/protocol/json'
import { harness, type Result } from '../cli/harness'
import { readArchive } from '../golden/archive'

const kt = (setup: Parameters<typeof harness>[0], ...words: string[]) => harness(setup).run(wire, ...words)
const HEARTBEAT = '0001670000000100016d'
const said = (words: string) => ({ out: '', err: words, code: 1 })

describe('decode and encode', () => {
  const json = '{"groupId":"g","generationId":1,"memberId":"m"}'

  test('are the reverse of each other', async () => {
    expect(await kt({}, 'wire', 'x').then(({ code }) => code)).toBe(2)
    expect(await kt({}, 'decode', 'Heartbeat', '0', 'request', HEARTBEAT)).toEqual({ out: `${json}\n`, err: '', code: 0 })
    expect(await kt({}, 'encode', 'Heartbeat', '0', 'request', json)).toEqual({ out: `${HEARTBEAT}\n`, err: '', code: 0 })
  })

  test('read a message from standard input, with blanks and line breaks in it', async () => {
    expect(await kt({ stdin: ` ${HEARTBEAT.toUpperCase()}\n` }, 'decode', 'heartbeat', '0', 'request', '-')).toMatchObject({
      out: `${json}\n`,
    })
    expect(await kt({ stdin: json }, 'encode', '12', '0', 'request', '-')).toMatchObject({ out: `${HEARTBEAT}\n` })
  })

  test('keep all of 64 bits, and know an API by any of its names', async () => {
    const { out } = await kt({}, 'encode', 'list-offsets', '1', 'response', offsets('9223372036854775807'))
    expect(out).toContain('7fffffffffffffff')
    expect((await kt({}, 'decode', 'LIST_OFFSETS', '1', 'response', out.trim())).out).toBe(`${offsets('9223372036854775807')}\n`)
  })
  const offsets = (offset: string) =>
    JSON.stringify({ topics: [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: 0, timestamp: '-1', offset }] }] })

  test.each([
    [
      ['decode', 'Heartbeat', '0', 'request', `${HEARTBEAT}00`],
      'this is no Heartbeat request v0: 1 bytes behind the message at byte 10',
    ],
    [
      ['decode', 'Heartbeat', '0', 'request', HEARTBEAT.slice(2)],
      'this is no Heartbeat request v0: 359 bytes wanted, 7 left at byte 2',
    ],
    [['decode', 'Heartbeat', '0', 'request', '0g'], "the message is not hexadecimal: 'g' is digit 2"],
    [['decode', 'Heartbeat', '0', 'request', '000'], 'the message ends within a byte: it has 3 hexadecimal digits'],
    [['decode', 'Heartbeat', '0', 'request', ''], 'this is no Heartbeat request v0: 2 bytes wanted, 0 left at byte 0'],
    [['encode', 'Heartbeat', '0', 'request', '{"groupId":1}'], 'no Heartbeat request v0 says this: groupId should be text'],
    [['encode', 'Heartbeat', '0', 'request', '{'], 'the message is not JSON: '],
    [['encode', 'Heartbeat', '0', 'request', '[]'], 'no Heartbeat request v0 says this: it should be an object'],
    [['encode', 'Heartbeat', '0', 'request', '{"x":1}'], 'no Heartbeat request v0 says this: version 0 has no field x'],
    [
      ['encode', 'Heartbeat', '0', 'request', '{"groupId":"\\ud800"}'],
      'no Heartbeat request v0 says this: groupId holds half a character, which UTF-8 cannot say',
    ],
    [
      ['encode', 'Heartbeat', '0', 'request', '{"generationId":2147483648}'],
      'no Heartbeat request v0 says this: generationId should be a whole number from -2147483648 to 2147483647',
    ],
    [
      ['encode', 'Produce', '9', 'request', '{"topicData":[{"name":null}]}'],
      'no Produce request v9 says this: topicData[0].name cannot be null in version 9',
    ],
    [
      ['encode', 'Produce', '9', 'request', '{"topicData":[{"partitionData":[{"records":"@@@"}]}]}'],
      'no Produce request v9 says this: topicData[0].partitionData[0].records should be base64',
    ],
  ])('%j is refused: %s', async (words, sentence) => {
    const { err, code } = await kt({}, ...words)
    expect(err).toContain(`kt wire: ${sentence}`)
    expect(code).toBe(1)
  })

  test.each([
    [['decode', 'Heartbeet', '0', 'request', ''], "there is no API called 'Heartbeet'; did you mean Heartbeat?"],
    [['decode', 'Heartbeat', '5', 'request', ''], "Heartbeat has the versions 0 to 4, not '5'"],
    [['decode', 'Heartbeat', '0', 'reply', ''], "request or response expected, not 'reply'"],
    [['decode', 'Heartbeat', '0', 'request'], 'kt wire decode|encode API VERSION'],
    [['check'], 'kt wire decode|encode API VERSION'],
  ])('%j is wrong usage: %s', async (words, sentence) => {
    const { err, code } = await kt({}, ...words)
    expect(err).toContain(sentence)
    expect(code).toBe(2)
  })
})

type Cases = readonly JsonObject[]
const { cases, apis, headers, defaults } = readArchive('./wire/wire.json.gz') as Record<
  'cases' | 'apis' | 'headers' | 'defaults',
  Cases
>
const records = readArchive('./records/records.json.gz') as Record<string, Cases>
const judged = readArchive('./batches/judged.json.gz') as Record<'broken' | 'legacy', Cases>
const golden: Readonly<Record<string, Cases>> = {
  'wire/cases.json': cases,
  'wire/_apis.json': apis,
  'wire/_headers.json': headers,
  'wire/_defaults.json': defaults,
  ...Object.fromEntries(Object.entries(records).map(([name, list]) => [`records/${name}.json`, list])),
  'records/segment_files.json': readArchive('./data/segment_files.json.gz') as Cases,
  'batches/batches.json': readArchive('./batches/batches.json.gz') as Cases,
  'batches/broken.json': readArchive('./batches/broken.json.gz') as Cases,
  'batches/legacy.json': readArchive('./batches/legacy.json.gz') as Cases,
  'batches/judged-broken.json': judged.broken,
  'batches/judged-legacy.json': judged.legacy,
}
const filesOf = (found: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(found).map(([name, list]) => [`/here/golden/${name}`, JSON.stringify(list)]))

describe('check', () => {
  test('all golden data hold', async () => {
    const total = Object.values(golden).reduce((sum, list) => sum + list.length, 0)
    const { out, err, code } = await kt(
      { files: filesOf(golden) },
      'check',
      'golden/wire',
      '/here/golden/records',
      'golden/batches',
    )
    expect(out.trimEnd().split('\n').at(-1)).toBe(`${total} passed, 0 failed`)
    expect(out).toContain(`golden/batches/broken.json: ${golden['batches/broken.json']?.length} of 95 hold\n`)
    expect({ err, code, total: total > 4500 }).toEqual({ err: '', code: 0, total: true })
  }, 60_000)

  test('as JSON', async () => {
    const { out } = await kt({ files: filesOf({ 'a.json': [cases[0]] }) }, 'check', 'golden', '--json')
    expect(JSON.parse(out)).toEqual({ files: [{ file: 'golden/a.json', passed: 1, failed: 0 }], passed: 1, failed: 0 })
  })

  /** Checks one case, changed. */
  const altered = (one: JsonObject | undefined, change: (copy: JsonObject) => void): Promise<Result> => {
    const copy = structuredClone(one) as JsonObject
    change(copy)
    return kt({ files: filesOf({ 'a.json': [one, copy] }) }, 'check', 'golden/a.json')
  }
  const named = (list: Cases | undefined, name: string, more: JsonObject = {}) =>
    list?.find((one) => one['name'] === name && Object.entries(more).every(([key, value]) => one[key] === value))
  const fetch = named(cases, 'filled, longer arrays', { api: 'Fetch', kind: 'request', version: 4 })

  test('a difference is told by its JSON path, or by its position in the bytes', async () => {
    const partition = (copy: JsonObject) => (copy['json'] as { topics: { partitions: JsonObject[] }[] }).topics[0]?.partitions[1]
    expect(
      await altered(fetch, (copy) => {
        const found = partition(copy)
        if (found) found['fetchOffset'] = '7'
      }),
    ).toEqual({
      out: `golden/a.json: 1 of 2 hold
  case 1 (Fetch request v4 "filled, longer arrays"): json.topics[0].partitions[1].fetchOffset: "7" expected, "8821524881053002612" found
1 passed, 1 failed
`,
      err: '',
      code: 1,
    })
    const cut = await altered(fetch, (copy) => {
      copy['hex'] = String(copy['hex']).slice(0, -2)
    })
    expect(cut.out).toMatch(/\n {2}case 1 .*: 2 elements wanted, 31 bytes left at byte 136\n/)
  })

  const first = golden['batches/batches.json']?.[0]
  const setHex = (at: number, hex: string) => (copy: JsonObject) => {
    const text = String(copy['hex'])
    copy['hex'] = text.slice(0, at * 2) + hex + text.slice(at * 2 + hex.length)
  }
  const set =
    (path: string, value: Json) =>
    (copy: JsonObject): void => {
      const keys = path.split('.')
      const last = keys.pop() as string
      let place: JsonObject = copy
      for (const key of keys) place = place[key] as JsonObject
      place[last] = value
    }
  const marker = named(records['control'], 'coordinatorEpoch 0', { type: 'COMMIT' })
  const snapshot = named(golden['records/segment_files.json'], '3 producers')
  const broken = (name: string) => named(golden['batches/broken.json'], name)
  const changes: [string, JsonObject | undefined, (copy: JsonObject) => void, string][] = [
    ['a key', fetch, set('key', 2), 'key: 2 expected, 1 found'],
    ['an API', fetch, set('api', 'Fetsch'), 'api: there is no Fetsch'],
    ['a version', fetch, set('version', 99), 'version: Fetch has no 99'],
    ['a field that is not there', fetch, set('json.rackId', ''), 'json.rackId: "" expected, nothing found'],
    ['bytes behind', fetch, (copy) => set('hex', `${copy['hex']}00`)(copy), '1 bytes behind the message'],
    ['a number of an API', apis[1], set('maxStable', 99), 'maxStable: 99 expected, 18 found'],
    ['a default', defaults[0], set('fields.acks', 1), 'fields.acks: "1" expected, "0" found'],
    ['a frame', named(headers, String(headers.at(-1)?.['name'])), set('correlationId', 5), 'correlationId: 5 expected'],
    ['a header', headers[0], setHex(1, '01'), 'json.requestApiKey: 0 expected, 1 found'],
    ['a record', records['consumer_offsets']?.[1], set('id', 1), 'id: 1 expected, 0 found'],
    ['framing', records['consumer_offsets']?.[1], setHex(0, '0001'), 'framing, byte 1: 01 expected, 00 written'],
    ['a marker', marker, set('json.coordinatorEpoch', 1), 'json.coordinatorEpoch: 1 expected, 0 found'],
    ['a marker’s key', marker, set('keyHex', '00000000'), 'keyHex, byte 3: 00 expected, 01 written'],
    ['a snapshot', snapshot, setHex(12, 'ff'), 'Snapshot is corrupt (CRC is no longer valid). Stored crc: 1155118111.'],
    ['a batch', first, set('batch.crc', '1'), 'batch.crc: "1" expected, "3680410845" found'],
    ['a byte of a batch', first, setHex(70, '78'), 'hex, byte 17: the checksum is wrong'],
    ['a record of a batch', first, set('records.0.size', 1), 'records[0].size: 1 expected, 15 found'],
    ['an answer', broken('the good one'), set('produce.errorCode', 2), 'produce.errorCode: 2 expected, 0 found'],
    ['a verdict', broken('crc field wrong'), set('memory.0.ensureValid', 'ok'), 'memory[0].ensureValid: "ok" expected'],
    ['another shape', { name: 'x', bytes: '00' }, set('bytes', ''), 'a case of no known shape (name, bytes)'],
  ]
  test.each(changes)('%s that is another does not hold', async (_what, one, change, words) => {
    const { out, code } = await altered(one, change)
    expect(out).toContain(words)
    expect(code).toBe(1)
  })

  test('what is no list of cases, no JSON, or not there', async () => {
    const files = { '/here/a.json': '{}', '/here/b.json': '[', '/here/c.json': '[]', '/here/d/e.txt': '' }
    const { out, code } = await kt({ files }, 'check', 'a.json', 'b.json', 'c.json')
    expect(out).toMatch(
      /^a.json: 0 of 1 hold\n {2}no list of cases\nb.json: 0 of 1 hold\n {2}no JSON: .*\nc.json: .*\n.*\n0 passed, 3 failed\n$/,
    )
    expect(code).toBe(1)
    expect(await kt({ files }, 'check', 'nowhere')).toEqual(said('kt wire: There is no nowhere\n'))
    expect(await kt({ files }, 'check', 'd')).toEqual(said('kt wire: There is no .json file in d\n'))
  })
})
