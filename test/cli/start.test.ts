/** The built program as a process: what it loads, how it ends. `node build.mjs` comes first. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const kt = resolve('bin/kt')
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kt-start-'))
  const hook = `const M = require('module'); const fs = require('fs'); const { _load } = M; const { openSync, writeFileSync } = fs
const seen = new Set()
M._load = function (name) { seen.add(name); return _load.apply(this, arguments) }
fs.openSync = function (name) { seen.add(String(name)); return openSync.apply(this, arguments) }
process.on('exit', () => writeFileSync(process.env.LOADED, [...seen].join('\\n')))`
  writeFileSync(join(folder, 'hook.cjs'), hook)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(words: string[], program = kt) {
  const loaded = join(folder, 'loaded')
  const env = { ...process.env, LOADED: loaded, KT_DATA_DIR: join(folder, 'data'), NO_COLOR: '', KT_DEBUG: '' }
  const done = spawnSync(process.execPath, ['-r', join(folder, 'hook.cjs'), program, ...words], { env, encoding: 'utf8' })
  const files = readFileSync(loaded, 'utf8').split('\n')
  return { out: done.stdout, err: done.stderr, code: done.status, files }
}

const isChunk = (file: string) => /\/dist\/[^/]+\.js$/.test(file)

/** Packages whose code is in the chunks that were loaded. */
function packagesIn(files: readonly string[]): string[] {
  const texts = files.filter((file) => isChunk(file)).map((file) => readFileSync(file, 'utf8'))
  const found = texts.flatMap((text) => /^\/\/ with (.*)\n/.exec(text)?.[1]?.split(', ') ?? [])
  return [...new Set(found)].sort()
}

test('the version is known before anything is loaded', () => {
  const { out, files } = run(['--version'])
  expect(out).toBe('kt 0.1.0 (Apache Kafka 4.2.1 compatible)\n')
  const own = files.filter((file) => isChunk(file)).map((file) => file.replace(/.*\/dist\/([a-z-]+?)(-[\w-]{8})?\.js$/, '$1'))
  expect(own.sort()).toEqual(['main'])
})

test('a command in a pipe loads no drawing, no prompt and no other package than commander', () => {
  const { out, err, code, files } = run(['topics', '--list'])
  expect({ out, err, code }).toEqual({ out: '\n', err: '', code: 0 })
  expect(packagesIn(files)).toEqual(['commander'])
  expect(files).not.toContain('node:child_process')
  expect(files).not.toContain('child_process')
})

test('a command that only looks loads nothing that is for later', () => {
  run(['topics', '--create', '--topic', 'looked-at'])
  run(['consumer-groups', '--reset-offsets', '--group', 'g', '--topic', 'looked-at', '--to-earliest', '--execute'])
  for (const words of [
    ['topics', '--list'],
    ['consumer-groups', '--describe', '--group', 'g'],
  ]) {
    const { files, code } = run(words)
    expect(code).toBe(0)
    expect(files.filter((file) => /\/later-[\w-]+\.js$/.test(file))).toEqual([])
  }
  run(['topics', '--delete', '--topic', 'looked-at'])
})

test('under a name of Kafka the program is Kafka', () => {
  const link = join(folder, 'kafka-topics.sh')
  symlinkSync(kt, link)
  expect(run(['--version'], link)).toMatchObject({ out: '4.2.1\n', code: 0 })
  expect(run(['--frobnicate'], link)).toMatchObject({ err: 'frobnicate is not a recognized option\n', code: 1 })
})

test.each([['--version'], ['help'], ['topics', '--help'], ['topics', '--list'], ['__complete', '']])(
  "'kt %s %s' is not told of a mistake when nobody reads",
  async (...words) => {
    const env = { ...process.env, KT_DATA_DIR: join(folder, 'data') }
    const child = spawn(process.execPath, [kt, ...words.filter((word) => word !== undefined)], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy() // before the child has begun
    let err = ''
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    const [code] = await once(child, 'close')
    expect({ err, code }).toEqual({ err: '', code: 0 })
  },
)

test('a terminal gets drawn tables and colours', () => {
  const env = { ...process.env, KT_DATA_DIR: join(folder, 'drawn'), TERM: 'xterm', NO_COLOR: '' }
  execFileSync(process.execPath, [kt, 'topics', '--create', '--topic', 't'], { env })
  const script = `"${process.execPath}" "${kt}" topics --describe`
  const done = spawnSync('script', ['-qec', script, '/dev/null'], { encoding: 'utf8', env })
  if (done.error) return // no script(1) here
  expect(done.stdout).toContain('\u001b[1mpartition')
  expect(done.stdout).toContain('────')
})
