/** The house has floors: a file imports only from its own folder or from a lower one, and only system/ touches the world. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const FLOOR: Record<string, number> = { system: 0, protocol: 1, storage: 2, engine: 3, client: 4, server: 4, cli: 5, commands: 6 }
/** Doors between floors that are there on purpose. */
const DOORS = [
  /^cli\/(complete|front|man|pages)\.ts -> commands$/, // the index of commands, for `kt help`
  /^commands\/(server-|storage|dump-log|metadata-|check|wire-case-files).* -> (engine|storage|server)$/,
  /^cli\/(where|hold|legacy|notes)\.ts -> (engine|storage|server)$/,
]
/** Command files may look down further than to cli/, protocol/ and client/ only through those doors. */
const FORBIDDEN_TO_COMMANDS = ['engine', 'storage', 'server']

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))

/** `commands/topics.ts -> protocol`, for every import between folders. */
function importsOf(file: string): string[] {
  const text = readFileSync(join('src', file), 'utf8')
  const names = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1] as string)
  const folders = names.map((name) => relative('src', join('src', dirname(file), name)).split('/')[0] as string)
  return [...new Set(folders)].filter((folder) => folder !== file.split('/')[0]).map((folder) => `${file} -> ${folder}`)
}

const between = files.filter((file) => file.includes('/')).flatMap(importsOf)

test('no file imports from a floor above its own, nor client from server or server from client', () => {
  const wrong = between.filter((edge) => {
    const [file = '', folder = ''] = edge.split(' -> ')
    const [own = 0, other = 0] = [FLOOR[file.split('/')[0] ?? ''], FLOOR[folder]]
    return other >= own && !DOORS.some((door) => door.test(edge))
  })
  expect(wrong).toEqual([])
})

test('commands and cli reach engine, storage and server only through the doors', () => {
  const wrong = between.filter((edge) => {
    const folder = edge.split(' -> ')[1] ?? ''
    return /^(commands|cli)\//.test(edge) && FORBIDDEN_TO_COMMANDS.includes(folder) && !DOORS.some((door) => door.test(edge))
  })
  expect(wrong).toEqual([])
})

/** Loads a file of the program itself, as `require` would. */
const LOADERS = ['protocol/compression/wasm.ts']

test('only system/ touches files, network, timers, the clock and chance', () => {
  const world =
    /\bfrom 'node:(fs|net|tls|dgram|timers)|getBuiltinModule\('node:(fs|net|tls)|\b(setTimeout|setInterval|setImmediate)\(|\bDate\.now\(|new Date\(\)|Math\.random\(/
  const wrong = files.filter(
    (file) =>
      !file.startsWith('system/') &&
      !LOADERS.includes(file) &&
      world.test(readFileSync(join('src', file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')),
  )
  expect(wrong).toEqual([])
})

test('protocol/ knows nothing of this process', () => {
  const wrong = files.filter(
    (file) => file.startsWith('protocol/') && /\bprocess\.(env|argv|cwd|std)/.test(readFileSync(join('src', file), 'utf8')),
  )
  expect(wrong).toEqual([])
})
