import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { expect, test } from 'vitest'
import { candidates, completionScript, SHELLS } from '../../src/cli/complete'
import { front } from '../../src/cli/front'
import { plainPage } from '../../src/cli/help'
import { manPage, roff } from '../../src/cli/man'
import { links, pages } from '../../src/cli/pages'
import { commands } from '../../src/commands'
import { terminalFor } from './harness'

async function kt(...words: string[]) {
  const { terminal, printed, system } = terminalFor({}, words)
  return { code: await front(words, commands, { terminal, system }), ...printed }
}

test('every command is in the index as it declares itself', { timeout: 60_000 }, async () => {
  for (const { name, script, summary, load } of commands) {
    const { default: command } = await load()
    expect({ name: command.name, script: command.script, summary: command.summary }).toEqual({ name, script, summary })
  }
})

test('the names in bin/ are links to kt, one for each script, and package.json lists them', () => {
  const present = readdirSync('bin').filter((name) => name !== 'kt')
  expect(present).toEqual(links(commands).sort())
  for (const name of present) expect(readlinkSync(`bin/${name}`)).toBe('kt')
  const { bin, man } = JSON.parse(readFileSync('package.json', 'utf8'))
  expect(Object.keys(bin).sort()).toEqual(['kt', ...present].sort())
  expect(man.sort()).toEqual(readdirSync('man').map((name) => `man/${name}`))
})

test('the pages in man/ are current (node build.mjs writes them)', async () => {
  const texts = await pages(commands)
  expect(readdirSync('man')).toEqual([...texts.keys()].sort())
  for (const [name, text] of texts) expect(readFileSync(`man/${name}`, 'utf8') === text, name).toBe(true)
})

test('a page has every option and every example of its command, and no line that roff would take for a request', async () => {
  for (const { load } of commands) {
    const { default: command } = await load()
    const page = manPage(command)
    for (const [, line] of command.examples) expect(page).toContain(roff(line))
    for (const [key, { spec }] of Object.entries(command.options)) {
      const name = spec.name ?? key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
      if (!spec.isHidden && spec.onlyFor !== 'kafka') expect(page).toContain(roff(`--${name}`))
    }
    const requests = page.match(/^\.\S*/gm) ?? []
    const known = ['.TH', '.SH', '.SS', '.TP', '.PP', '.B', '.BR', '.br', '.nf', '.fi', '.RS', '.RE']
    expect(requests.filter((one) => !known.includes(one))).toEqual([])
  }
})

test('help lists the commands; the page of one is plain text in a pipe', async () => {
  const { out, err, code } = await kt('help')
  expect({ err, code }).toEqual({ err: '', code: 0 })
  for (const { name, summary } of commands) expect(out).toMatch(new RegExp(`^  ${name} +${summary.replace(/[()?]/g, '.')}$`, 'm'))
  const topics = commands.find(({ name }) => name === 'topics')
  const page = plainPage(
    (await topics?.load())?.default as NonNullable<Awaited<ReturnType<NonNullable<typeof topics>['load']>>>['default'],
  )
  expect(await kt('help', 'topics')).toEqual({ out: `${page}\n`, err: '', code: 0 })
  expect(await kt('help', 'kafka-topics.sh')).toEqual({ out: `${page}\n`, err: '', code: 0 })
  expect((await kt('--help')).out).toBe(out)
  expect(await kt()).toEqual({ out, err: '', code: 2 })
})

test('an unknown command is answered with the nearest, and 2', async () => {
  expect(await kt('topcs')).toEqual({
    out: '',
    err: "kt: there is no command 'topcs'; did you mean 'topics'?\n'kt help' lists them.\n",
    code: 2,
  })
  expect((await kt('kafka-topcs.sh')).err).toContain("did you mean 'topics'?")
  expect((await kt('zzzzzz')).err).toBe("kt: there is no command 'zzzzzz'\n'kt help' lists them.\n")
  expect((await kt('help', 'topcs')).code).toBe(2)
})

test('version', async () => {
  expect(await kt('version')).toEqual({ out: 'kt 0.1.0 (Apache Kafka 4.2.1 compatible)\n', err: '', code: 0 })
})

test.each([
  [['top'], ['topics']],
  [['comp'], ['completion']],
  [['help', 'top'], ['topics']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [
    ['topics', '--part'],
    ['--partitions', '--partition-size-limit-per-response'],
  ],
  [
    ['topics', '--create', '--top'],
    ['--topic', '--topic-id', '--topics-with-overrides'],
  ],
  [['topics', '--topic', 'x'], []],
  [['nosuch', ''], []],
])('after %j come %j', async (words, wanted) => {
  expect(await candidates(words, commands)).toEqual(wanted)
})

test('scripts for shells ask kt', async () => {
  for (const shell of SHELLS) expect(completionScript(shell)).toContain('kt __complete')
  expect((await kt('__complete', 'topi')).out).toBe('topics\n')
  expect(await kt('completion', 'tcsh')).toEqual({
    out: '',
    err: 'kt completion: say for which shell: bash, zsh, fish\n',
    code: 2,
  })
})
