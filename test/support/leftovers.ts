/**
 * Tests leave nothing behind: all of them have one temporary folder, and what is still there when they are over is an error. A test that
 * ends before the work that it began makes folders after its own clean-up.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export default function oneFolderForAll(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'kt-tests-'))
  process.env['TMPDIR'] = folder
  return () => {
    const left = readdirSync(folder).filter((name) => name.startsWith('kt'))
    rmSync(folder, { recursive: true, force: true })
    if (left.length === 0) return
    process.exitCode = 1
    throw new Error(`tests left behind in ${folder}: ${left.join(', ')}`)
  }
}
