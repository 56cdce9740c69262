import { expect, test } from 'vitest'
import { command } from '../../src/cli/command'
import { ktHelp } from '../../src/cli/help'
import { choice, flag, positiveInt, text } from '../../src/cli/options'
import { distance, nearest } from '../../src/cli/suggest'
import { clientError, TimeoutException } from '../../src/client/kafka-error'
import { harness } from './harness'

const tool = command({
  name: 'tool',
  script: 'kafka-tool.sh',
  summary: 'Do a thing',
  examples: [['Do it', 'kt tool --topic t']],
  options: {
    topic: text('topic', 'REQUIRED: The topic.'),
    topicId: text('id', 'The id.'),
    partitions: positiveInt('# of partitions', 'How many.'),
    acks: choice(['all', '1', '0'], 'acks', 'How sure.').default('all'),
    color: flag('Colour.'),
    secret: flag('').hidden(),
    kafkas: flag('').kafkaOnly(),
    bootstrapServer: text('server', 'REQUIRED: The server.').required(),
  },
  kafka: { intro: '' },
  legacy: 'broker-list',
  async run({ out, connect }, options) {
    await connect()
    const facts = [out.form, options.topic, options.partitions, options.acks, options.color].map(String)
    if (out.form === 'json') out.json({ facts })
    else if (out.form === 'table') await out.table({ head: ['fact'], rows: facts.map((one) => [one]) })
    else out.line(facts.join(' '))
  },
})

test.each([
  ['--topc t', 'there is no option --topc; did you mean --topic?'],
  ['--zzzzzzz', 'there is no option --zzzzzzz'],
  ['--top t', '--top could be any of --topic, --topic-id'],
  ['--topic', '--topic needs a value (topic)'],
  ['--topic --color', '--topic needs a value (topic), and --color is an option'],
  ['--topic a --topic b', '--topic is given twice'],
  ['--partitions many', "--partitions takes a whole number above 0, not 'many'"],
  ['--partitions 0', "--partitions takes a whole number above 0, not '0'"],
  ['--acks 2', "--acks takes one of all, 1, 0, not '2'"],
  ['--color=red', '--color takes no value'],
  ['extra', "'extra' is not expected"],
  ['topic x', "'topic' is not expected; did you mean --topic?"],
  ['--kafkas', 'there is no option --kafkas'],
])("'kt tool %s' is refused in a sentence, with exit code 2", async (words, sentence) => {
  const wanted = { out: '', err: `kt tool: ${sentence}\nTry 'kt tool --help'.\n`, code: 2 }
  expect(await harness().run(tool, words)).toEqual(wanted)
})

test('an unambiguous prefix, one dash, = and an old name are understood', async () => {
  const kt = harness()
  expect(await kt.run(tool, '--part 3 -topic=t --col --broker-list a:1')).toEqual({
    out: 'kafka t 3 all true\n',
    err: '',
    code: 0,
  })
  expect(kt.opened[0]).toMatchObject({ bootstrapServer: 'a:1' })
  expect(kt.closed.count).toBe(1)
})

test('no server need be named, and --data-dir is handed on', async () => {
  const kt = harness()
  expect(await kt.run(tool, '--data-dir d')).toMatchObject({ code: 0 })
  expect(kt.opened[0]).toMatchObject({ dataDir: 'd' })
  expect(kt.opened[0]).not.toHaveProperty('bootstrapServer')
})

test('a pipe gets plain text, a terminal a table, --json JSON and --plain plain text anywhere', async () => {
  const [pipe, tty] = [harness(), harness({ isTTY: true, env: { NO_COLOR: '1' } })]
  expect((await pipe.run(tool, '')).out).toBe('kafka undefined undefined all false\n')
  expect((await tty.run(tool, '--topic t')).out).toMatch(/^fact\n─+\ntable\nt\n/)
  expect((await tty.run(tool, '--plain')).out).toBe('kafka undefined undefined all false\n')
  expect((await pipe.run(tool, '--json')).out).toBe('{"facts":["json","undefined","undefined","all","false"]}\n')
  expect(JSON.parse((await tty.run(tool, '--json')).out)).toEqual({ facts: ['json', 'undefined', 'undefined', 'all', 'false'] })
})

test('colour is for terminals, unless it is refused or forced', async () => {
  const control = '\u001b['
  const bold = async (setup: Parameters<typeof harness>[0], words = '') =>
    (await harness(setup).run(tool, words)).out.includes(control)
  expect(await bold({ isTTY: true })).toBe(true)
  expect(await bold({ isTTY: true }, '--no-color')).toBe(false)
  expect(await bold({ isTTY: true, env: { NO_COLOR: '1' } })).toBe(false)
  expect(await bold({ isTTY: true, env: { TERM: 'dumb' } })).toBe(false)
  expect(await bold({ isTTY: true, env: { NO_COLOR: '1', FORCE_COLOR: '1' } })).toBe(true)
  expect(await bold({ isTTY: true, env: { FORCE_COLOR: '0' } })).toBe(false)
  expect(await bold({})).toBe(false)
})

test('help is for people: usage, examples, options, then what every command has; on stdout, exit code 0', async () => {
  const { out, err, code } = await harness().run(tool, '--help')
  expect({ err, code }).toEqual({ err: '', code: 0 })
  expect(out).toBe(`${ktHelp(tool)}\n`)
  expect(out).toBe(`Usage: kt tool [OPTIONS]

Do a thing.

Examples:
  # Do it
  kt tool --topic t

Options:
  --topic TOPIC               The topic.
  --topic-id ID               The id.
  --partitions N              How many.
  --acks all|1|0              How sure. (default: all)
  --color                     Colour.

Common options:
  --bootstrap-server HOST:PORT
                              Speak to this server or cluster
  --data-dir DIRECTORY        Work on this data directory, with no server
  --json                      Print JSON
  --plain                     Print Kafka's plain text, also on a terminal
  --no-color                  Print no colours
  -h, --help                  Show this help
  --version                   Show the version
`)
  expect((await harness().run(tool, '-h')).out).toBe(out)
  expect((await harness().run(tool, '--topic x --help')).code).toBe(0)
})

test('--version of a command is that of kt', async () => {
  expect(await harness().run(tool, '--version')).toEqual({ out: 'kt 0.1.0 (Apache Kafka 4.2.1 compatible)\n', err: '', code: 0 })
})

test("time that ran out has a code of its own and says what was tried; Kafka's errors are told in its words", async () => {
  const late = new TimeoutException('Timed out waiting for a node assignment. Call: listTopics', [
    { address: 'nohost:9092', reason: 'no such host' },
  ])
  expect(await harness({ refuse: late }).run(tool, '')).toEqual({
    out: '',
    err: 'kt tool: Timed out waiting for a node assignment. Call: listTopics\n  nohost:9092: no such host\n',
    code: 124,
  })
  const denied = clientError('TopicAuthorizationException', 'Topic authorization failed.')
  expect(await harness({ refuse: denied }).run(tool, '')).toEqual({
    out: '',
    err: 'kt tool: Topic authorization failed.\n',
    code: 1,
  })
})

test('a mistake of the program is a sentence too; KT_DEBUG shows where it is', async () => {
  const refuse = new TypeError('x is not a function')
  expect((await harness({ refuse }).run(tool, '')).err).toBe('kt tool: x is not a function\n')
  expect((await harness({ refuse, env: { KT_DEBUG: '1' } }).run(tool, '')).err).toMatch(/ {4}at /)
})

test('--zookeeper of a tutorial is accepted with a word that there is none', async () => {
  const old = command({
    name: 'old',
    summary: '',
    examples: [],
    options: {},
    legacy: 'zookeeper',
    kafka: { intro: '' },
    run() {},
  })
  expect(await harness().run(old, '--zookeeper localhost:2181')).toEqual({
    out: '',
    err: 'kt needs no ZooKeeper; --zookeeper is ignored\n',
    code: 0,
  })
})

// ---- endings ----

const waits = command({
  name: 'waits',
  script: 'kafka-waits.sh',
  summary: '',
  examples: [],
  options: { go: flag('') },
  kafka: { intro: '' },
  async run({ signal, out, connect }) {
    await connect()
    out.line('waiting')
    await new Promise((resolve) => (signal.aborted ? resolve(0) : signal.addEventListener('abort', resolve)))
    out.error(`stopped by ${signal.reason}`)
  },
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s lets a command say what was done, and shows in the exit code', async (name, code) => {
  for (const voice of ['run', 'kafka'] as const) {
    const kt = harness()
    const ended = kt[voice](waits, '--go')
    while (kt.opened.length === 0) await Promise.resolve()
    await Promise.resolve()
    kt.signal(name)
    expect(await ended).toEqual({ out: 'waiting\n', err: `stopped by ${name}\n`, code })
    expect(kt.closed.count).toBe(1)
  }
})

test('a reader that leaves is an ordinary end', async () => {
  const kt = harness()
  const ended = kt.run(waits, '--go')
  while (kt.opened.length === 0) await Promise.resolve()
  await Promise.resolve()
  kt.hangUp()
  expect((await ended).code).toBe(0)
})

// ---- suggestions ----

test('the nearest word is suggested, and none that is far', () => {
  expect(nearest('descirbe', ['list', 'describe', 'delete'])).toBe('describe')
  expect(nearest('lst', ['list', 'describe'])).toBe('list')
  expect(nearest('frobnicate', ['list', 'describe'])).toBeUndefined()
  expect(distance('abc', 'acb')).toBe(1)
  expect(distance('', 'abc')).toBe(3)
})
