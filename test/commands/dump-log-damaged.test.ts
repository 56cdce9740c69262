/** kafka-dump-log.sh on damaged files: it says what it finds, or why it cannot go on; it never stumbles. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { runCommand } from '../../src/cli/run'
import dumpLog from '../../src/commands/dump-log'
import { realSystem } from '../../src/system'
import { terminalFor } from '../cli/harness'
import { patched } from '../engine/check/patched'
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
