/** Bundles a TypeScript entry of the benches, so that every Node that kt supports can run it, and loads it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)

/** A folder that is gone when the process ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'kt-bench-'))
  // what is being killed may still be writing
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }))
  return folder
}

/** The exports of `entry`, a path from the root of the repository. */
export async function load(entry) {
  const file = join(temporaryFolder(), 'bench.cjs')
  await build({
    cwd: root,
    input: entry,
    platform: 'node',
    external: [/^node:/, /^@node-rs\//, 'fs-native-extensions', /\.node$/],
    logLevel: 'silent',
    // WebAssembly, the lock and the other threads are looked for beside the file, or in a package that is found from there
    transform: {
      define: {
        'import.meta.url': JSON.stringify(new URL('../src/main.ts', import.meta.url).href),
        __dirname: JSON.stringify(join(root, 'dist')),
      },
    },
    output: { file, format: 'cjs', codeSplitting: false },
  })
  return require(file)
}
