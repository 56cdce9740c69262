/**
 * Bundles src/ into dist/: CommonJS, one chunk per command and per thing that is loaded late, because on Node 20 that starts
 * fastest (one file of everything takes 40 ms longer). Everything is inlined but Node's own modules and the optional native
 * packages. Then come the links of bin/, the man pages and their places in package.json, which are checked in and change only
 * with the commands: a build leaves a clean checkout clean.
 */

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

process.chdir(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)

/** Read by protocol/compression, which looks beside the program first. */
const WASM = { '@bokuweb/zstd-wasm': 'zstd.wasm', '@platformatic/wasm-utils': 'native.wasm' }

/**
 * What is loaded together comes in one file: opening a dozen small ones costs more than reading a little too much. The rest is
 * split by rolldown: a file for each command, each answer of the engine, and each thing that is drawn.
 */
const GROUPS = {
  // what `kt --version` needs
  main: [/src\/main\.ts$/],
  // the command line, the messages that most commands send and the client, with all that these import
  cli: [
    /node_modules\/commander\//,
    /src\/cli\/(?!hold|legacy|notes|help|man|pages|front|table|java-lines|version|complete)[\w-]+\.ts$/,
    /src\/system\//,
    /src\/protocol\/(apis\/(metadata|find-coordinator)|uuid-text)\.ts$/,
    /src\/client\/admin\/(result|topics|configs|brokers)\.ts$/,
    /src\/commands\/console-servers\.ts$/,
  ],
  groups: [/src\/client\/admin\/(groups|group-offsets|offsets)\.ts$/],
  // the engine, with the answers that everybody asks for
  engine: [/src\/cli\/hold\.ts$/, /src\/engine\/handlers\/(api-versions|metadata)\.ts$/],
  logs: [/src\/engine\/handlers\/list-offsets\.ts$/],
  fetch: [/src\/engine\/handlers\/fetch\.ts$/],
  coordinator: [
    /src\/engine\/coordinators\.ts$/,
    /src\/engine\/handlers\/(find-coordinator|consumer-group-describe|describe-groups|offset-fetch)\.ts$/,
  ],
}

/**
 * What a command that only looks seldom calls: in chunks of their own, which are loaded by the first call and not by the import
 * (`lazily`). Nothing of it may be used while files are being loaded.
 */
const LATER = {
  'later-stage': [/src\/protocol\/stage\.ts$/],
  'later-cli': [
    /src\/protocol\/(json|error-words)\.ts$/,
    /src\/cli\/(java-regex|java-hash|complain|suggest|message-text|properties)\.ts$/,
    /src\/client\/admin\/(configs|brokers)\.ts$/,
    /src\/system\/processes\.ts$/,
    /src\/protocol\/apis\/((create|delete)-topics|create-partitions|describe-(topic-partitions|configs|cluster|log-dirs))\.ts$/,
    /src\/protocol\/apis\/(list-partition-reassignments|incremental-alter-configs)\.ts$/,
  ],
  'later-groups': [/src\/protocol\/apis\/(offset-delete|delete-(records|groups)|list-groups)\.ts$/],
  'later-engine': [
    /src\/engine\/configs\/(describe|group-configs|java-hash|listeners)\.ts$/,
    /src\/engine\/controller\/(create-topics|topics|auto-create)\.ts$/,
    /src\/engine\/metadata\/(begin|scram|record-versions)\.ts$/,
    /src\/protocol\/(batch-builder|through-bytes)\.ts$/,
    /src\/protocol\/compression\/(?!codec)/,
    /src\/engine\/open-directories\.ts$/,
    /src\/storage\/directories\.ts$/,
    /src\/storage\/(set-aside|marker|directories|closing|log-peek)\.ts$/,
    /src\/engine\/(open-directories|leftovers|waiting)\.ts$/,
    /src\/engine\/metadata\/record-versions\.ts$/,
  ],
  'later-configs': [/src\/engine\/configs\/broker\/(?!kt|server)/],
  'later-coordinator': [
    /src\/engine\/groups\/(classic|assignors)\/(?!state|metadata-record|protocols)[\w-]+\.ts$/,
    /src\/engine\/groups\/consumer\/(?!state|describe)[\w-]+\.ts$/,
    /src\/engine\/groups\/offsets\/(commit|delete|existing|expire)\.ts$/,
    /src\/engine\/groups\/admin\/(delete|list)\.ts$/,
  ],
}

/** What rolldown puts around modules: of no file. */
const RUNTIME = /rolldown\/runtime/

const moduleIds = new Set()
const chunks = new Map()

const EXTERNAL = [/^node:/, /^@node-rs\//, /^fs-native-extensions$/, /\.node$/]
/**
 * Of commander: it would load child_process, at 2 ms a start, for commands in files of their own, which kt has none of. Help is kt's own,
 * and an option that there is not is found before commander is asked (src/cli/spelling.ts).
 */
const UNUSED = { ids: ['node:child_process', './help.js', './suggestSimilar.js'], by: /node_modules[\\/]commander[\\/]/ }
const isUnused = (id, importer) => UNUSED.by.test(importer ?? '') && UNUSED.ids.includes(id.replace('./lib/', './'))

/** What a chunk exports never changes once it is loaded: a property does, where rolldown puts a getter for each. */
const GETTER = /Object\.defineProperty\(exports,"([\w$]+)",\{enumerable:true,get:function\(\)\{return ([\w$]+)\}\}\)/g

try {
  await bundle()
  await bundleThreads()
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
const { links, pages } = JSON.parse(
  execFileSync(process.execPath, ['bin/kt', '__pages'], { encoding: 'utf8', maxBuffer: 1 << 26 }),
)
makeLinks(links)
writePages(pages)
describe(links, Object.keys(pages))
await warmUp()

async function bundle() {
  await build({
    input: { main: 'src/main.ts' },
    platform: 'node',
    external: (id, importer) => !isUnused(id, importer) && EXTERNAL.some((one) => one.test(id)),
    preserveEntrySignatures: false,
    plugins: [
      { name: 'files', moduleParsed: ({ id }) => void moduleIds.add(id) },
      {
        name: 'unused',
        resolveId: (id, importer) => (isUnused(id, importer) ? '\0unused' : null),
        load: (id) => (id === '\0unused' ? 'module.exports = {}' : null),
      },
      {
        name: 'notices',
        generateBundle(_options, chunks) {
          const ids = Object.values(chunks).flatMap((chunk) => chunk.moduleIds ?? [])
          this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-NOTICES', source: notices(ids) })
        },
      },
      {
        name: 'wrapped', // as bin/kt calls it: putting the text together there would copy it
        generateBundle(_options, chunks) {
          const runtime = Object.values(chunks).find(({ moduleIds }) => moduleIds?.every((id) => RUNTIME.test(id)))
          for (const chunk of Object.values(chunks)) {
            if (chunk.type === 'chunk' && chunk !== runtime) chunk.code = wrapped(withRuntime(chunk, runtime))
          }
          delete chunks[runtime.fileName]
        },
      },
    ],
    logLevel: 'warn',
    checks: { ineffectiveDynamicImport: false }, // a file may be loaded late by one and belong to another that is loaded late
    output: {
      dir: 'dist',
      format: 'cjs',
      cleanDir: true,
      // half the bytes to read, each of them one byte of memory, and the names that others see as they were
      minify: { compress: false, mangle: { toplevel: false }, codegen: { removeWhitespace: true, asciiOnly: true } },
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
      codeSplitting: {
        includeDependenciesRecursively: false, // groupOf does, but leaves out what is for later
        groups: [{ name: groupOf, debugName: 'by use' }],
      },
    },
  })
  for (const [name, file] of Object.entries(WASM)) {
    copyFileSync(join(dirname(require.resolve(name)), file), join('dist', file))
  }
  writeFileSync(join('dist', 'package.json'), '{ "type": "commonjs" }\n') // found at once, where Node looks for one
}

/** What runs in threads of its own, each in one file (src/system/threads.ts). */
async function bundleThreads() {
  await build({
    input: { compaction: 'src/storage/cleaner/thread-main.ts' },
    platform: 'node',
    external: EXTERNAL,
    logLevel: 'warn',
    output: { dir: 'dist', format: 'cjs', codeSplitting: false, entryFileNames: '[name].js' },
  })
}

/** Which chunk a file belongs to; undefined: one that rolldown chooses. */
function groupOf(id, files) {
  if (chunks.size === 0) {
    for (const [name, tests] of Object.entries(LATER)) {
      for (const one of moduleIds) if (tests.some((test) => test.test(one))) chunks.set(one, name)
    }
    for (const [name, tests] of Object.entries(GROUPS)) {
      const claim = (one) => {
        if (chunks.has(one)) return
        chunks.set(one, name)
        for (const imported of files.getModuleInfo(one).importedIds) claim(imported)
      }
      for (const one of moduleIds) if (tests.some((test) => test.test(one))) claim(one)
    }
  }
  return chunks.get(id) ?? (RUNTIME.test(id) ? 'main' : undefined)
}

function wrapped({ code, moduleIds }) {
  const packages = packagesOf(moduleIds).map((folder) => folder.replace(/.*node_modules\//, ''))
  const heading = packages.length > 0 ? `// with ${packages.join(', ')}\n` : ''
  return `${heading}(function (exports, require, module, __filename, __dirname) {${lazily(code.replace(GETTER, 'exports.$1=$2'))}\n})\n`
}

/** Rolldown's own helpers, which it keeps in a file, stand in main.js, which is loaded before all others: a file less to read. */
function withRuntime({ code, moduleIds, fileName }, runtime) {
  const name = `require("./${runtime.fileName}")`
  const here = `exports.runtime=(exports=>{${runtime.code};return exports})({})`
  return { code: code.replace(name, fileName === 'main.js' ? here : 'require("./main.js").runtime'), moduleIds }
}

/** Loads the chunks of LATER where they are first used. */
function lazily(code) {
  return code
    .replace(/const (require_later_\w+)=require\(("[^"]+")\);/g, 'let $1_;const $1=()=>$1_??=require($2);')
    .replace(/\b(require_later_\w+)\./g, '($1()).')
}

/** The folders of the packages that these files are of. */
function packagesOf(moduleIds) {
  const folders = moduleIds.flatMap((id) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? [])
  return [...new Set(folders)].sort()
}

/** The licences of the packages whose code is in the bundle, as they ask for. */
function notices(moduleIds) {
  const copied = Object.keys(WASM).map((name) => join('node_modules', name))
  const texts = [...new Set([...packagesOf(moduleIds), ...copied])].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), 'utf8').trim() : 'No licence file is shipped with it.'}\n`
  })
  return texts.join(`\n${'-'.repeat(72)}\n\n`)
}

function makeLinks(names) {
  for (const name of readdirSync('bin')) if (name !== 'kt' && !names.includes(name)) rmSync(join('bin', name))
  for (const name of names) {
    const path = join('bin', name)
    const present = lstatSync(path, { throwIfNoEntry: false })
    if (present?.isSymbolicLink() && readlinkSync(path) === 'kt') continue
    if (present) rmSync(path)
    symlinkSync('kt', path)
  }
}

/** Only what differs is written. */
function writePages(texts) {
  if (!existsSync('man')) mkdirSync('man')
  for (const [name, text] of Object.entries(texts)) {
    const path = join('man', name)
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text)
  }
  for (const name of readdirSync('man')) if (!(name in texts)) rmSync(join('man', name))
}

/** npm packs no symbolic links, so an installed package makes its links of `bin`. */
function describe(names, pageNames) {
  const before = readFileSync('package.json', 'utf8')
  const description = JSON.parse(before)
  description.bin = Object.fromEntries(['kt', ...names].map((name) => [name, 'bin/kt']))
  description.man = pageNames.map((name) => `man/${name}`)
  const after = `${JSON.stringify(description, null, 2)}\n`
  if (after !== before) writeFileSync('package.json', after)
}

/**
 * Lets V8 compile what the common commands run, and keeps the code beside the bundle for bin/kt. Of the files that all share it keeps
 * what the shortest run, embedded and through a server: more would be read by each of them and used by none.
 */
async function warmUp() {
  const folder = mkdtempSync(join(tmpdir(), 'kt-build-'))
  const env = { ...process.env, KT_DATA_DIR: folder }
  delete env.KT_BOOTSTRAP_SERVERS
  const run = (cache, words, input = '') =>
    spawnSync(process.execPath, ['bin/kt', ...words.split(' ')], {
      env: { ...env, KT_CODE_CACHE: cache },
      input,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
  const commands = ['topics --list', 'consumer-groups --describe --group g']
  try {
    run('off', 'topics --create --topic t')
    run('off', 'console-producer --topic t', 'a\n')
    run('off', 'console-consumer --topic t --group g --from-beginning --max-messages 1 --timeout-ms 5000')
    for (const words of ['--version', ...commands]) run('write', words)
    const { port, stop } = await startServer({ ...env, KT_CODE_CACHE: 'off' })
    for (const words of commands) run('write', `${words} --bootstrap-server localhost:${port}`)
    await stop()
    run('add', 'topics --create --topic u')
    run('add', 'console-producer --topic u', 'a\n')
    run('add', 'console-consumer --topic u --group g --from-beginning --max-messages 1 --timeout-ms 5000')
    run('add', 'topics --describe')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A server on any port of this machine. */
async function startServer(env) {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  const server = spawn(process.execPath, ['bin/kt', 'server-start', '--port', `${port}`], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(server, 'exit')
  await Promise.race([once(server.stderr, 'data'), ended])
  const stop = () => {
    server.kill()
    return ended
  }
  return { port, stop }
}
