/**
 * Bundles src/ into dist/: CommonJS, one chunk per command and per thing that is loaded late, because on Node 20 that starts
 * fastest (one file of everything takes 40 ms longer). Everything is inlined but Node's own modules and the optional native
 * packages. Then makes the links of bin/ and the man pages, which are checked in and change only with the commands.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

const here = dirname(fileURLToPath(import.meta.url))
process.chdir(here)

await build({
  input: { main: 'src/main.ts', pages: 'src/cli/pages.ts' },
  platform: 'node',
  external: [/^node:/, /^@node-rs\//, 'fs-native-extensions', /\.node$/],
  logLevel: 'warn',
  output: { dir: 'dist', format: 'cjs', cleanDir: true, entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
})

const { pages, links } = createRequire(import.meta.url)('./dist/pages.js')
makeLinks(links())
writePages(await pages())

function makeLinks(names) {
  for (const name of names) {
    const path = join('bin', name)
    const present = lstatSync(path, { throwIfNoEntry: false })
    if (present?.isSymbolicLink() && readlinkSync(path) === 'kt') continue
    if (present) rmSync(path)
    symlinkSync('kt', path)
  }
}

/** Only what differs is written, so that a build leaves a clean checkout clean. */
function writePages(texts) {
  if (!existsSync('man')) mkdirSync('man')
  for (const [name, text] of texts) {
    const path = join('man', name)
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text)
  }
  for (const name of readdirSync('man')) if (!texts.has(name)) rmSync(join('man', name))
}
