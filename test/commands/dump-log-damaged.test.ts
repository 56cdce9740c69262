/** kafka-dump-log.sh on damaged files: it says what it finds, or why it cannot go on; it never stumbles. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { runCommand } from '../../src/cli/run'
import dumpLog from '../../src/commands/dump-log'
import { realSystem } from '../../src/system'
import { terminalFor } from '../cli/harness'
import { patched } from '../engine/check/patched'
import { readArchive } from '../golden/archive'
import { contentOf, original, removeOriginals } from '../storage/golden'

afterAll(removeOriginals)

const doors = { openPlace: () => Promise.reject(new Error('no place is needed')), legacyServer: async () => undefined }
const folder = original('txn')
const files = [...contentOf(folder).keys()].filter((file) => /\.(log|index|timeindex|snapshot|txnindex|checkpoint)$/.test(file))

const OPTIONS = [
  ['--print-data-log'],
  ['--deep-iteration'],
  ['--offsets-decoder'],
  ['--transaction-log-decoder'],
  ['--cluster-metadata-decoder'],
  ['--remote-log-metadata-decoder', '--skip-record-metadata'],
  ['--share-group-state-decoder'],
  ['--verify-index-only'],
  ['--index-sanity-check'],
  ['--json', '--print-data-log'],
]

interface Case {
  readonly file: string
  readonly damaged: string
  readonly patch: { readonly flip?: number; readonly mask?: number; readonly cut?: number; readonly append?: string }
  readonly options: readonly string[]
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}
const cases = readArchive('./dump/damaged.json.gz') as Case[]

function damage(whole: Buffer, { flip, mask = 0, cut, append }: Case['patch']): Buffer {
  const bytes = Buffer.concat([whole.subarray(0, cut), Buffer.from(append ?? '', 'hex')])
  if (flip !== undefined) bytes.writeUInt8(bytes.readUInt8(flip) ^ mask, flip)
  return bytes
}
const withoutClass = (text: string) => text.replace(/^(java|org|kafka)(\.\w+)+(: |$)/gm, '').trimEnd()

test('of damaged files it says what Kafka says', async () => {
  expect(cases.length).toBeGreaterThan(250)
  for (const { file, damaged, patch, options, stdout, stderr, code } of cases) {
    const [top = '', ...rest] = file.split('/')
    const path = `${original(top)}/${rest.join('/')}`
    const place = path.slice(0, path.lastIndexOf('/'))
    const victim = `${place}/${damaged.slice(damaged.lastIndexOf('/') + 1)}`
    const system = { ...realSystem, fs: patched(new Map([[victim, damage(readFileSync(victim), patch)]])) }
    const words = ['--files', path, ...options]
    const { terminal, printed } = terminalFor({}, words)
    const found = await runCommand(dumpLog, 'kafka', { ...terminal, cwd: '/' }, system, doors, words)
    expect({ file, patch, options, out: printed.out.replaceAll(place, '<dir>'), code: found }).toEqual({
      file,
      patch,
      options,
      out: stdout,
      code,
    })
    expect(withoutClass(printed.err.replaceAll(place, '<dir>'))).toBe(stderr)
  }
})

test('whatever is flipped or cut in whatever file, it ends as it should', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      fc.constantFrom(...OPTIONS),
      async (file, at, mask, isCut, options) => {
        const whole = readFileSync(`${folder}/${file}`)
        const bytes = isCut ? whole.subarray(0, at % (whole.length + 1)) : whole
        if (!isCut && bytes.length > 0) bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ mask
        const words = ['--files', `${folder}/${file}`, ...options]
        const { terminal, printed } = terminalFor({}, words)
        const system = { ...realSystem, fs: patched(new Map([[`${folder}/${file}`, bytes]])) }
        const code = await runCommand(
          dumpLog,
          options[0] === '--json' ? 'kt' : 'kafka',
          { ...terminal, cwd: '/' },
          system,
          doors,
          words,
        )
        expect([0, 1]).toContain(code)
        expect(printed.err).not.toMatch(/RangeError|TypeError|ERR_|is not a function|undefined|out of range/)
      },
    ),
    { numRuns: 400 },
  )
})
