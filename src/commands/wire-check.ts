/** `kt wire check`: reads folders of golden data and says of every file how many of its cases hold. */
import { join, resolve } from 'node:path'
import type { Context } from '../cli/command'
import { Failure, messageOf } from '../cli/errors'
import type { Json } from '../protocol/json'
import { type Case, Difference, isObject } from './wire-case'
import { checkBatchCase } from './wire-case-batches'
import { checkBroken } from './wire-case-broken'
import { checkSegmentFile, isSegmentFile } from './wire-case-files'
import { checkApiFacts, checkApiMessage, checkDefaults, checkFrame, checkHeader } from './wire-case-messages'
import { checkControl, checkRecord } from './wire-case-records'

/** What became of a file's cases. */
interface Report {
  readonly file: string
  readonly passed: number
  readonly failed: number
  /** The first that does not hold, and where. */
  readonly difference?: string
}

/** Checks every *.json of `paths`, folders or files, and gives the exit code. */
export async function checkAll({ terminal, system, out, signal }: Context, paths: readonly string[]): Promise<number> {
  const files = paths.flatMap((path) => {
    const place = resolve(terminal.cwd, path)
    const found = system.fs.stat(place)
    if (!found) throw new Failure(`There is no ${path}`)
    if (!found.isDirectory) return [{ file: path, place }]
    const names = system.fs.list(place).filter((name) => name.endsWith('.json'))
    if (names.length === 0) throw new Failure(`There is no .json file in ${path}`)
    return names.map((name) => ({ file: join(path, name), place: join(place, name) }))
  })
  const reports: Report[] = []
  for (const { file, place } of files) {
    if (signal.aborted) break
    const report = await checkFile(file, system.fs.readFile(place))
    reports.push(report)
    if (out.form !== 'json') {
      out.line(`${file}: ${report.passed} of ${report.passed + report.failed} hold`)
      if (report.difference !== undefined) out.line(`  ${report.difference}`)
    }
  }
  const passed = reports.reduce((sum, report) => sum + report.passed, 0)
  const failed = reports.reduce((sum, report) => sum + report.failed, 0)
  if (out.form === 'json') out.json({ files: reports, passed, failed })
  else out.line(`${passed} passed, ${failed} failed`)
  return failed > 0 ? 1 : 0
}

async function checkFile(file: string, content: Buffer): Promise<Report> {
  let cases: Json
  try {
    cases = JSON.parse(content.toString('utf8')) as Json // what JSON.parse gives
  } catch (error) {
    return { file, passed: 0, failed: 1, difference: `no JSON: ${messageOf(error)}` }
  }
  if (!Array.isArray(cases) || cases.length === 0) return { file, passed: 0, failed: 1, difference: 'no list of cases' }
  let failed = 0
  let difference: string | undefined
  for (const [i, one] of cases.entries()) {
    try {
      if (!isObject(one)) throw new Difference('an object expected')
      await checkCase(one)
    } catch (error) {
      failed++
      // whatever a reader or writer throws at the bytes of a case is a difference, too
      difference ??= `case ${i}${isObject(one) ? labelOf(one) : ''}: ${messageOf(error)}`
    }
  }
  return { file, passed: cases.length - failed, failed, ...(difference !== undefined && { difference }) }
}

/** What a person finds a case by. */
function labelOf(one: Case): string {
  const { api, type, message, kind, version, name } = one
  const words = [api ?? type ?? message, kind, version === undefined ? undefined : `v${version}`, name && JSON.stringify(name)]
  const label = words.filter((word) => word !== undefined).join(' ')
  return label === '' ? '' : ` (${label})`
}

/** A case is known by what it has, not by its file. Throws what is wrong with it. */
async function checkCase(one: Case): Promise<void> {
  if ('requestHeaderVersions' in one) return checkApiFacts(one)
  if ('fields' in one && 'structs' in one) return checkDefaults(one)
  if (one['kind'] === 'header') return checkHeader(one)
  if (one['kind'] === 'frame') return checkFrame(one)
  if ('api' in one) return checkApiMessage(one)
  if ('valueHex' in one) return checkControl(one)
  if (isSegmentFile(one)) return checkSegmentFile(one)
  if ('part' in one) return checkRecord(one)
  if ('memory' in one) return checkBroken(one)
  if ('batch' in one || 'batches' in one) return checkBatchCase(one)
  throw new Difference(`a case of no known shape (${Object.keys(one).join(', ')})`)
}
