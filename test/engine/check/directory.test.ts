/** kt check's verdicts on directories that Apache Kafka left, as they are and damaged in every way. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { checkDirectory } from '../../../src/engine/check/directory'
import { Findings, finish } from '../../../src/storage/check/finding'
import { checkPartition } from '../../../src/storage/check/partition'
import { contentOf, original, removeOriginals } from '../../storage/golden'
import { patched } from './patched'

afterAll(removeOriginals)

const check = (folder: string, patches: ReadonlyMap<string, Buffer | null> = new Map(), deep = false) =>
  finish(checkDirectory(patched(patches), folder, { deep }))
/** Findings in short: `error FILE`. */
const verdict = (folder: string, patches?: ReadonlyMap<string, Buffer | null>) =>
  check(folder, patches).findings.map(({ level, file }) => `${level} ${file}`)
const with1 = (folder: string, file: string, bytes: Buffer | string | null) =>
  new Map([[`${folder}/${file}`, typeof bytes === 'string' ? Buffer.from(bytes) : bytes]])
const bytesOf = (folder: string, file: string) => readFileSync(`${folder}/${file}`)

const LOG = 'alpha-0/00000000000000000000.log'
const UNCLEAN = 'note '

describe('directories of Apache Kafka', () => {
  test.each(['plain', 'segments', 'txn', 'fresh-started', 'fresh-formatted', 'fresh-static'])('%s is sound', (name) => {
    expect(check(original(name), undefined, true).findings).toEqual([])
  })
  test('what is left of deletions is explained', () => {
    expect(verdict(original('compact'))).toEqual(['note stream-0/00000000000000000000.index.deleted'])
    expect(check(original('groups')).findings).toMatchObject([{ level: 'note', what: 'a partition that was deleted' }])
  })
  test('kill -9 has torn nothing: one note', () => {
    expect(verdict(original('crash'))).toEqual([UNCLEAN])
  })
  test.each([
    ['torn-cut-1', [UNCLEAN, `error ${LOG}`, 'note alpha-0/00000000000000000030.snapshot', 'error alpha-0']],
    ['torn-cut-header', [UNCLEAN, `error ${LOG}`, 'note alpha-0/00000000000000000030.snapshot', 'error alpha-0']],
    ['torn-flip-last', [UNCLEAN, `error ${LOG}`, 'note alpha-0/00000000000000000030.snapshot', 'error alpha-0']],
    [
      'torn-cut-boundary',
      [
        UNCLEAN,
        'note alpha-0/00000000000000000000.timeindex',
        'note alpha-0/00000000000000000030.snapshot',
        'error alpha-0', // its recovery point says that these records were on disk
      ],
    ],
    ['torn-cut-clean', [`error ${LOG}`, 'error alpha-0/00000000000000000030.snapshot', 'error alpha-0']],
    ['torn-zeros', [UNCLEAN, `note ${LOG}`]],
    ['torn-index-lost', ['note alpha-0/00000000000000000000.index', 'note alpha-0/00000000000000000000.timeindex']],
    [
      'torn-meta-cut',
      [UNCLEAN, 'note __cluster_metadata-0/00000000000000000000.log', 'note __cluster_metadata-0/00000000000000000055.snapshot'],
    ],
  ])('%s', (name, wanted) => {
    expect(verdict(original(name))).toEqual(wanted)
  })
  test('checking changes no byte', () => {
    const before = contentOf(original('plain'))
    check(original('plain'))
    expect(contentOf(original('plain'))).toEqual(before)
  })
})

describe('damage', () => {
  const plain = original('plain')
  const flipped = (file: string, position: number, mask: number) => {
    const bytes = Buffer.from(bytesOf(plain, file))
    bytes[position] = (bytes[position] as number) ^ mask
    return with1(plain, file, bytes)
  }
  const files = [...contentOf(plain).keys()].filter((file) => bytesOf(plain, file).length > 0)
  const logs = files.filter((file) => file.endsWith('.log') || file.endsWith('.checkpoint'))

  test('a flipped bit within a batch is always found, and told of the file it is in', { timeout: 60_000 }, () => {
    const positions = logs.flatMap((file) => range(file))
    fc.assert(
      fc.property(fc.constantFrom(...positions), fc.integer({ min: 0, max: 7 }), ([file, position], bit) => {
        const { findings } = check(plain, flipped(file, position, 1 << bit))
        expect(findings.filter((finding) => finding.level === 'error' && finding.file === file)).not.toEqual([])
      }),
      { numRuns: 200 },
    )
  })
  test('every byte of a log is looked at', { timeout: 60_000 }, () => {
    const unseen = range(LOG).filter(([file, position]) => {
      const findings = new Findings()
      const at = { fs: patched(flipped(file, position, 1 << (position % 8))), root: plain, findings }
      const alpha = { name: 'alpha-0', clean: true, recoveryPoint: 30, compacted: false, deep: false }
      finish(checkPartition(at, alpha))
      return !findings.all().some(({ level }) => level === 'error')
    })
    expect(unseen).toEqual([])
  })
  const range = (file: string) => Array.from({ length: bytesOf(plain, file).length }, (_, i) => [file, i] as const)

  test('whatever is flipped in whatever file, the check comes to its end', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.nat(), fc.integer({ min: 1, max: 255 }), (file, at, mask) => {
        const { length } = bytesOf(plain, file)
        expect(check(plain, flipped(file, at % length, mask)).counts.partitions).toBeGreaterThan(0)
      }),
      { numRuns: 200 },
    )
  })
  test('a file cut anywhere, or gone, is no surprise', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.nat(), (file, at) => {
        const bytes = bytesOf(plain, file)
        check(plain, with1(plain, file, bytes.subarray(0, at % bytes.length)))
        check(plain, with1(plain, file, null))
      }),
      { numRuns: 60 },
    )
  })

  test('a sector that the disk cannot read is a finding, and the rest is checked', () => {
    const fs = patched(new Map([[`${plain}/${LOG}`, bytesOf(plain, LOG)]]))
    const failing = {
      ...fs,
      read(...words: Parameters<typeof fs.read>) {
        if (words[0] >= 1_000_000) throw Object.assign(new Error('EIO'), { code: 'EIO' })
        return fs.read(...words)
      },
    }
    const { findings, counts } = finish(checkDirectory(failing, plain))
    expect(findings[0]).toMatchObject({ level: 'error', file: LOG, what: 'it cannot be read: EIO' })
    expect(counts.partitions).toBe(9)
  })

  test('sound batches behind a broken one are counted and said to be there', () => {
    const result = check(plain, flipped(LOG, 100, 1))
    expect(result.findings).toMatchObject([{ level: 'error', file: LOG, position: 0, offset: 0 }])
    expect(result.findings[0]?.what).toMatch(/wrong checksum .*sound batches go on at byte \d+/)
    expect(result.counts.batches).toBe(check(plain).counts.batches - 1)
  })
  test('after an unclean stop a broken batch with sound ones behind it is an error: the next opening would take them all away', () => {
    const patches = new Map([
      ...flipped(LOG, 100, 1),
      [`${plain}/.kafka_cleanshutdown`, null],
      [`${plain}/recovery-point-offset-checkpoint`, null],
    ])
    const { findings } = check(plain, patches)
    expect(findings).toMatchObject([{ file: '' }, { level: 'error', file: LOG }])
    expect(findings[1]?.next).toContain('the sound batches too')
  })
  test('a torn tail that nobody said was on disk is a note', () => {
    const whole = bytesOf(plain, LOG)
    const patches = new Map<string, Buffer | null>([
      [`${plain}/${LOG}`, whole.subarray(0, whole.length - 5)],
      [`${plain}/.kafka_cleanshutdown`, null],
      [`${plain}/recovery-point-offset-checkpoint`, null],
    ])
    expect(check(plain, patches).findings.map(({ level }) => level)).not.toContain('error')
  })
})

describe('what does not agree', () => {
  const plain = original('plain')
  const segments = original('segments')
  const errors = (folder: string, patches: ReadonlyMap<string, Buffer | null>) =>
    check(folder, patches).findings.filter(({ level }) => level === 'error')

  test('a log that is longer than it was when it was closed', () => {
    const points = bytesOf(plain, 'recovery-point-offset-checkpoint').toString().replace('alpha 0 30', 'alpha 0 20')
    expect(errors(plain, with1(plain, 'recovery-point-offset-checkpoint', points))).toMatchObject([
      { what: expect.stringContaining('goes on to 30') },
    ])
  })
  test.each([
    'recovery-point-offset-checkpoint',
    'replication-offset-checkpoint',
    'log-start-offset-checkpoint',
    'cleaner-offset-checkpoint',
  ])('%s of another form', (file) => {
    expect(errors(plain, with1(plain, file, '0\n2\nalpha 0 1\n'))).toMatchObject([
      { file, what: expect.stringContaining('not of the form') },
    ])
  })
  test('a folder that is of another topic than the metadata says', () => {
    const other = bytesOf(plain, 'alpha-0/partition.metadata')
      .toString()
      .replace(/topic_id: .*/, `topic_id: ${'B'.repeat(22)}`)
    expect(errors(plain, with1(plain, 'alpha-0/partition.metadata', other))).toMatchObject([
      { file: 'alpha-0/partition.metadata' },
    ])
  })
  test('a segment that is gone from the middle', () => {
    const logs = [...contentOf(segments).keys()].filter((file) => /^[^_].*\.log$/.test(file))
    const folder = logs
      .map((file) => file.split('/')[0])
      .find((name, i, all) => all.filter((one) => one === name).length > 2 && all.indexOf(name) === i)
    const middle = logs.filter((file) => file.startsWith(`${folder}/`))[1] as string
    expect(errors(segments, with1(segments, middle, null))).toMatchObject([
      { what: expect.stringContaining('what was between is lost') },
    ])
  })
  test('an epoch that no batch has', () => {
    expect(errors(plain, with1(plain, 'alpha-0/leader-epoch-checkpoint', '0\n1\n7 0\n'))).toMatchObject([
      { file: LOG, what: expect.stringContaining('leader epoch') },
    ])
  })
  test('a metadata log with a record that contradicts those before it', () => {
    const none = check(plain, new Map([[`${plain}/__cluster_metadata-0/00000000000000000000.log`, Buffer.alloc(0)]]))
    expect(none.findings.filter(({ what }) => what === 'the metadata has no such partition')).not.toEqual([])
  })
  test('a quorum-state that is not JSON, a meta.properties without a version', () => {
    expect(errors(plain, with1(plain, '__cluster_metadata-0/quorum-state', '{'))).toMatchObject([{ what: 'it is not JSON' }])
    expect(errors(plain, with1(plain, 'meta.properties', 'node.id=1\n'))).toMatchObject([
      { file: 'meta.properties', what: 'it names no cluster.id, and no version that says that it need not' },
    ])
  })
  test('a folder that is no data directory', () => {
    expect(check(`${plain}/alpha-0`).findings).toMatchObject([
      { level: 'error', file: 'meta.properties', next: expect.stringContaining('the folder of a partition') },
    ])
  })
})
