/** What all commands of bench/ have in common. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/** Those that are run; the others are parts of them. */
const scripts = readdirSync('bench').filter(
  (name) => name.endsWith('.mjs') && /^ {1,4}\*? {0,5}node bench\//m.test(readFileSync(`bench/${name}`, 'utf8')),
)

function run(name: string, word: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`bench/${name}`, word], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe.each(scripts)('bench/%s', (name) => {
  test('--help prints what stands at its head, and does nothing else', () => {
    const { status, stdout, stderr } = run(name, '--help')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain(`\n    node bench/${name}`)
    expect(stdout).not.toContain(' * ')
  })
  test('an unknown option is one line, and exit code 1', () => {
    expect(run(name, '--colour')).toEqual({
      status: 1,
      stdout: '',
      stderr: `${name}: Unknown option '--colour' (--help tells what there is)\n`,
    })
  })
})

test('there are benches', () => {
  expect(scripts).toContain('crash.mjs')
})
