import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkInvalidArgs, checkInvalidArgsSet, checkOneOf, checkRequired, exactlyOneAction } from '../../src/cli/checks'
import { command } from '../../src/cli/command'
import { Failure } from '../../src/cli/errors'
import { joptHelp } from '../../src/cli/help-kafka'
import { choice, file, flag, int, keyValue, list, long, positiveInt, text } from '../../src/cli/options'
import { has, occurrencesOf } from '../../src/cli/parse'
import topics from '../../src/commands/topics'
import { harness } from './harness'

/** What the last run of `tool` was given. */
let seen: Record<string, unknown> = {}
let order: string[] = []

const tool = command({
  name: 'tool',
  script: 'kafka-tool.sh',
  summary: 'A tool for tests',
  examples: [['Do it', 'kt tool --topic t']],
  options: {
    topic: text('topic', 'REQUIRED: The topic.'),
    batchSize: positiveInt('size', 'The size.').default(16384),
    maxMessages: int('num', 'How many.'),
    timeoutMs: long('ms', 'How long.'),
    codec: choice(['none', 'gzip'], 'codec', 'The codec.').orBare('gzip'),
    config: list('name=value', 'Settings.'),
    readerProperty: keyValue('prop', 'Properties.').was('property', '(DEPRECATED) Properties.'),
    formatterProperty: keyValue('prop', 'Properties.').was('fproperty', '(DEPRECATED) Properties.', { namedFirst: true }),
    commandConfig: file('config file', 'A file.'),
    sync: flag('Wait.'),
    bootstrapServer: text('server', 'REQUIRED: The server.').required(),
    secret: flag('').hidden(),
    colour: flag('').ktOnly(),
    old: flag('').kafkaOnly(),
  },
  kafka: { intro: 'This tool helps.' },
  run(_, options) {
    order = occurrencesOf(options).map(({ key, word }) => `${key}=${word}`)
    const values: Record<string, unknown> = {}
    for (const key of Object.keys(options)) if (has(options, key as 'topic')) values[key] = options[key as 'topic']
    seen = values
  },
})
const B = '--bootstrap-server x:1'
const help = () => `${joptHelp(tool)}\n`

async function kafka(words: string) {
  seen = {}
  return harness().kafka(tool, ...words.split(' ').filter((word) => word !== ''))
}

test.each([
  ['--topic t', { topic: 't' }],
  ['--topic=t', { topic: 't' }],
  ['-topic t', { topic: 't' }],
  ['-topic=t', { topic: 't' }],
  ['--topic=a=b', { topic: 'a=b' }],
  ['--topic --sync', { topic: '--sync' }],
  ['--sync --sync', { sync: true }],
  ['--sync=no', { sync: true }],
  ['-sync', { sync: true }],
  ['--codec', { codec: 'gzip' }],
  ['--codec none', { codec: 'none' }],
  ['--codec --sync', { codec: 'gzip', sync: true }],
  ['--config a=1 --config b=2,c=3', { config: ['a=1', 'b=2,c=3'] }],
  [
    '--reader-property a=b=c --reader-property d',
    {
      readerProperty: new Map([
        ['a', 'b=c'],
        ['d', ''],
      ]),
    },
  ],
  ['--max-messages -3', { maxMessages: -3 }],
  ['--batch-size 0', { batchSize: 0 }],
  ['--timeout-ms 9007199254740991', { timeoutMs: 9007199254740991 }],
  ['ignored --sync words', { sync: true }],
  ['-- --sync', {}],
])("jopt-simple's spelling '%s' is understood", async (words, values) => {
  expect(await kafka(`${B} ${words}`)).toEqual({ out: '', err: '', code: 0 })
  const { bootstrapServer, ...rest } = seen
  expect(bootstrapServer).toBe('x:1')
  expect(rest).toEqual(values)
})

test.each([
  ['--nosuch', 'nosuch is not a recognized option'],
  ['--nosuch=1', 'nosuch is not a recognized option'],
  ['--topi t', 'topi is not a recognized option'],
  ['-nosuch', 'n is not a recognized option'],
  ['--nosuch --topic', 'nosuch is not a recognized option'],
  ['--colour', 'colour is not a recognized option'],
  ['--json', 'json is not a recognized option'],
  ['--topic', 'Option topic requires an argument'],
  ['--topic a --topic b', 'Found multiple arguments for option topic, but you asked for only one'],
  ['--batch-size many', "Cannot parse argument 'many' of option batch-size"],
  ['--max-messages 1.5', "Cannot parse argument '1.5' of option max-messages"],
  ['--max-messages 2147483648', "Cannot parse argument '2147483648' of option max-messages"],
  ['--codec rar', "Cannot parse argument 'rar' of option codec"],
])("'%s' is refused with jopt-simple's sentence, the table of options and exit code 1", async (words, message) => {
  expect(await kafka(`${B} ${words}`)).toEqual({ out: '', err: `${message}\n${help()}`, code: 1 })
})

test('what the parser requires is named, and a named data directory stands for the server', async () => {
  expect(await kafka('--sync')).toMatchObject({ err: `Missing required option(s) [bootstrap-server]\n${help()}`, code: 1 })
  for (const world of [
    harness({ env: { KT_DATA_DIR: '/d' } }),
    harness({ env: { KT_BOOTSTRAP_SERVERS: 'x:1' } }),
    harness({ files: { '/here/.kt/meta.properties': '' } }),
  ]) {
    expect(await world.kafka(tool, '--sync')).toEqual({ out: '', err: '', code: 0 })
  }
  expect(await harness().kafka(tool, '--sync --data-dir d')).toMatchObject({ code: 0 })
})

test('help and no words at all print the purpose and the table on stderr, and fail', async () => {
  const wanted = { out: '', err: `This tool helps.\n${help()}`, code: 1 }
  expect(await kafka('')).toEqual(wanted)
  expect(await kafka('--help')).toEqual(wanted)
  expect(await kafka('--sync --help')).toEqual(wanted)
  expect(await kafka('--version')).toEqual({ out: '4.2.1\n', err: '', code: 0 })
})

test('the table of options has the old names and leaves out what is hidden or of kt', () => {
  expect(joptHelp(tool)).toContain('* --bootstrap-server <String: server>')
  expect(joptHelp(tool)).toContain('Option (* = required)')
  expect(joptHelp(tool)).toContain('--property <String: prop>')
  expect(joptHelp(tool)).toContain('[String: codec]')
  expect(joptHelp(tool)).toContain('(default: 16384)')
  expect(joptHelp(tool)).not.toMatch(/secret|colour|json|data-dir/)
})

test("the table of kafka-topics.sh is Kafka's, to the blank", () => {
  const [, ...table] = readFileSync('test/golden/help/kafka-topics.txt', 'utf8').trimEnd().split('\n')
  const lines = joptHelp(topics)
    .split('\n')
    .map((line) => line.trimEnd())
  expect(lines).toEqual(table.map((line) => line.trimEnd()))
})

test('an old spelling works and is noted on stdout, but not beside the new one', async () => {
  const notice = 'Warning: --property is deprecated and will be removed in a future version. Use --reader-property instead.\n'
  expect(await kafka(`${B} --property a=b`)).toEqual({ out: notice, err: '', code: 0 })
  expect(seen['readerProperty']).toEqual(new Map([['a', 'b']]))
  expect((await kafka(`${B} --property a=b --reader-property a=c`)).err).toBe(
    `Options --reader-property and --property cannot be specified together.\n${help()}`,
  )
  expect((await kafka(`${B} --fproperty a=b --formatter-property a=c`)).err).toMatch(
    /^Options --fproperty and --formatter-property cannot be specified together\.\n/,
  )
})

test('the order of the command line is kept, for tools in which it counts', async () => {
  await kafka(`--sync ${B} --topic t --config a --config b`)
  expect(order).toEqual(['sync=undefined', 'bootstrapServer=x:1', 'topic=t', 'config=a', 'config=b'])
})

// ---- checks ----

const checked = (check: (options: never) => void) =>
  command({
    name: 'checked',
    script: 'kafka-checked.sh',
    summary: '',
    examples: [],
    options: { a: flag(''), b: flag(''), cD: flag('') },
    place: 'none',
    kafka: { intro: '' },
    check: check as (options: object) => void,
    run() {},
  })
type ABC = { a: boolean; b: boolean; cD: boolean }
const checks: [name: string, check: (options: ABC) => void, words: string, kafka: string, kt: string][] = [
  ['required', (o) => checkRequired(o, 'a', 'cD'), '--a', 'Missing required argument "[c-d]"', '--c-d is needed'],
  [
    'invalid',
    (o) => checkInvalidArgs(o, 'a', ['b', 'cD']),
    '--a --c-d',
    'Option "[a]" can\'t be used with option "[c-d]"',
    '--a does not go with --c-d',
  ],
  [
    'invalid set',
    (o) => checkInvalidArgsSet(o, ['a', 'b'], ['cD'], ' (why)'),
    '--a --b --c-d',
    'Option combination "[[a], [b]]" can\'t be used with option "[c-d]" (why)',
    '--b does not go with --c-d',
  ],
  [
    'one of',
    (o) => checkOneOf(o, 'a', 'b'),
    '--c-d',
    'Exactly one of the following arguments is required: [a], [b]',
    'exactly one of --a or --b is needed',
  ],
  [
    'no action',
    (o) => void exactlyOneAction(o, ['a', 'b'], 'Command must include exactly one action: --a, --b'),
    '--c-d',
    'Command must include exactly one action: --a, --b',
    'say what to do: --a or --b',
  ],
  [
    'two actions',
    (o) => void exactlyOneAction(o, ['a', 'b'], 'Command must include exactly one action: --a, --b'),
    '--a --b',
    'Command must include exactly one action: --a, --b',
    '--a and --b are two actions; choose one',
  ],
]
test.each(checks)('the check for %s speaks in both voices', async (_name, check, words, message, sentence) => {
  const one = checked(check as (options: never) => void)
  expect(await harness().kafka(one, words)).toEqual({ out: '', err: `${message}\n${joptHelp(one)}\n`, code: 1 })
  const spoken = `kt checked: ${sentence}\nTry 'kt checked --help'.\n`
  expect(await harness().run(one, words)).toEqual({ out: '', err: spoken, code: 2 })
})

test("a failure is printed as Kafka's tool prints it; as kt in a sentence with its hint", async () => {
  const fails = command({
    name: 'fails',
    script: 'kafka-fails.sh',
    summary: '',
    examples: [],
    options: { go: flag('') },
    kafka: {
      intro: '',
      failed(error, out, argv) {
        out.line(`Error: ${String(error)} with ${argv.join(' ')}`)
        return 0
      },
    },
    run() {
      throw new Failure('no luck', { javaClass: 'java.lang.Luck', sentence: 'it had no luck', hint: 'Try again.', exitCode: 124 })
    },
  })
  expect(await harness().kafka(fails, '--go')).toEqual({ out: 'Error: java.lang.Luck: no luck with --go\n', err: '', code: 0 })
  expect(await harness().run(fails, '--go')).toEqual({ out: '', err: 'kt fails: it had no luck\nTry again.\n', code: 124 })
})
