/**
 * A real disk that is full: a small tmpfs, the built program (`npm test` builds it first) and nothing that knows of it. Mounting takes
 * root; elsewhere test/engine/full-disk.test.ts has the promises on a disk in memory.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

function mount(folder: string): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder]).status === 0
}

test('a command on a full disk says so, what was there is read, and it goes on when there is room', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'kt-full-'))
  try {
    if (!mount(folder)) return context.skip('a small file system can be mounted by root on Linux only')
    const data = join(folder, 'data')
    const run = (words: string[], input = '') => {
      const env = { ...process.env, KT_DATA_DIR: data, NODE_EXTRA_CA_CERTS: '' }
      return spawnSync('bin/kt', words, { env, encoding: 'utf8', input, timeout: 20_000, maxBuffer: 1 << 26 })
    }
    const read = (count: number) =>
      run(['console-consumer', '--topic', 't', '--from-beginning', '--max-messages', String(count)])
        .stdout.split('\n')
        .filter(Boolean)
    run(['topics', '--create', '--topic', 't'])
    expect(run(['console-producer', '--topic', 't'], 'first\n').status).toBe(0)
    const impatient = ['delivery.timeout.ms=1500', 'request.timeout.ms=1000', 'linger.ms=0']
    const lines = `${'x'.repeat(1000)}\n`.repeat(4000)
    const properties = impatient.flatMap((one) => ['--producer-property', one])
    const refused = run(['console-producer', '--topic', 't', ...properties], lines)
    expect(refused.status).toBe(1)
    expect(refused.stderr).toMatch(/^kt: no space is left on the disk: records of t-0 are refused/)
    expect(read(1)).toEqual(['first'])
    execFileSync('mount', ['-o', 'remount,size=20m', folder])
    expect(run(['console-producer', '--topic', 't'], 'last\n').status).toBe(0)
    const [, , end] = run(['get-offsets', '--topic', 't']).stdout.trim().split(':')
    const all = read(Number(end))
    expect(all.at(0)).toBe('first')
    expect(all.at(-1)).toBe('last')
    expect(new Set(all.slice(1, -1))).toEqual(new Set(['x'.repeat(1000)]))
    expect(existsSync(join(data, '.kafka_cleanshutdown'))).toBe(true)
    writeFileSync(join(folder, 'more'), Buffer.alloc(1)) // there is room indeed
  } finally {
    spawnSync('umount', [folder])
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)
