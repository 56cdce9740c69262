/** kt check as a user runs it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, expect, test } from 'vitest'
import { runCommand } from '../../src/cli/run'
import type { Terminal } from '../../src/cli/terminal'
import command from '../../src/commands/check'
import { realSystem } from '../../src/system'
import { terminalFor } from '../cli/harness'
import { cleanUp, contentOf, original, removeOriginals, unpack } from '../storage/golden'

afterEach(cleanUp)
afterAll(removeOriginals)

async function kt(words: readonly string[], system = realSystem) {
  const { terminal, printed } = terminalFor({}, words)
  const doors = { openPlace: () => Promise.reject(new Error('it opens no place')), legacyServer: async () => undefined }
  const code = await runCommand(command, 'kt', { ...terminal, cwd: '/' } satisfies Terminal, system, doors, words)
  return { ...printed, code }
}

test('a sound directory is said to be so in one line', async () => {
  const folder = original('plain')
  expect(await kt([folder])).toEqual({
    out: `${folder}: 9 partitions, 9 segments, 45 batches, 130 records, 7.25 KiB: sound\n`,
    err: '',
    code: 0,
  })
})

test('notes alone are no failure, errors are', async () => {
  expect((await kt([original('torn-zeros')])).code).toBe(0)
  expect((await kt([original('torn-flip-last')])).code).toBe(1)
})

test('a finding names the file, the byte, the offset, and what to do', async () => {
  const { out } = await kt([original('torn-cut-clean')])
  expect(out.split('\n')[0]).toBe(
    'error alpha-0/00000000000000000000.log (byte 1493, offset 29): the batch says that it has 116 bytes, and only 58 are there',
  )
  expect(out.split('\n')[1]).toContain('Keep a copy of alpha-0')
  expect(out.split('\n').at(-2)).toContain('3 errors, 0 notes')
})

test('--json gives a line for each finding and one for the sum', async () => {
  const { out } = await kt(['--json', original('torn-zeros')])
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines[1]).toMatchObject({ level: 'note', file: 'alpha-0/00000000000000000000.log', position: 1609, offset: 30 })
  expect(lines[2]).toEqual({
    summary: expect.objectContaining({ errors: 0, notes: 2, clean: false, partitions: 9, batches: 45, records: 130 }),
  })
})

test('a directory that somebody holds is not checked', async () => {
  const folder = unpack('plain')
  writeFileSync(`${folder}/.lock`, '')
  const held = { ...realSystem, fs: { ...realSystem.fs, lock: () => undefined } }
  const { err, code } = await kt([folder], held)
  expect(code).toBe(1)
  expect(err).toContain(`${folder} is in use by another program`)
})

test('a directory that is written to meanwhile is told of, in place of what was found', async () => {
  const folder = unpack('plain')
  const log = `${folder}/alpha-0/00000000000000000000.log`
  const fs = {
    ...realSystem.fs,
    close(fd: number) {
      writeFileSync(log, readFileSync(log).subarray(0, 1000))
      realSystem.fs.close(fd)
    },
  }
  const { out, err, code } = await kt([folder], { ...realSystem, fs })
  expect({ out, code }).toEqual({ out: '', code: 1 })
  expect(err).toContain('was written to while it was checked')
})

test('what cannot be checked is said', async () => {
  expect(await kt(['/nowhere/at/all'])).toMatchObject({ code: 1, err: 'kt check: there is no directory /nowhere/at/all\n' })
  expect((await kt(['a', 'b'])).code).toBe(2)
})

test('nothing is written, no lock file either', async () => {
  const folder = unpack('torn-cut-1')
  const before = contentOf(folder)
  await kt([folder])
  expect(contentOf(folder)).toEqual(before)
})
