import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Command, command, subcommand } from '../../src/cli/command'
import { argparseHelp, usageOf } from '../../src/cli/help-argparse'
import { double, file, flag, int, keyValue, list, long, text } from '../../src/cli/options'
import { harness } from './harness'

const golden = (name: string) => readFileSync(`test/golden/help/${name}.txt`, 'utf8').trimEnd()
const base = { summary: 's', examples: [], parser: 'argparse', place: 'none' } as const

const config = file('', 'The Kafka configuration file to use.').letter('c').required()
const release = (what: string) =>
  text('', `The release version to use for the ${what}. The minimum is 3.3-IV3; the default is 4.2-IV1`).letter('r')
const ran: unknown[] = []
const run = (_: unknown, options: object) => void ran.push({ ...options })
const storage: Command = command({
  ...base,
  name: 'storage',
  script: 'kafka-storage.sh',
  options: {},
  kafka: { intro: 'The Kafka storage tool.', program: 'kafka-storage', helpExit: 0 },
  subcommands: {
    info: subcommand({ summary: 'Get information about the Kafka log directories on this node.', options: { config }, run }),
    format: subcommand({
      summary: 'Format the Kafka log directories on this node.',
      options: {
        config,
        clusterId: text('', 'The cluster ID to use.').letter('t').required(),
        ignoreFormatted: flag(
          'When this option is passed, the format command will skip over already formatted directories rather than failing.',
        ).letter('g'),
        feature: list(
          '',
          'The setting to use for a specific feature, in feature=level format. For example: `kraft.version=1`.',
        ).letter('f'),
        standalone: flag(
          'Used to initialize a controller as a single-node dynamic quorum. When setting this flag, the controller.quorum.voters config must not be set, and controller.quorum.bootstrap.servers is set instead.',
        ).letter('s'),
        noInitialControllers: flag('').letter('N'),
      },
      groups: [{ keys: ['standalone', 'noInitialControllers'], isExclusive: true }],
      run,
    }),
    'version-mapping': subcommand({
      summary:
        'Look up the corresponding features for a given metadata version. Using the command with no --release-version  argument will return the mapping for the latest stable metadata version',
      options: { releaseVersion: release('corresponding feature mapping') },
      run,
    }),
    'feature-dependencies': subcommand({
      summary:
        'Look up dependencies for a given feature version. If the feature is not known or the version not yet defined, an error is thrown. Multiple features can be specified.',
      options: {},
      run,
    }),
    'random-uuid': subcommand({ summary: 'Print a random UUID.', options: {}, run }),
  },
})

test('the help of an argparse4j tool is folded and justified as Kafka prints it', () => {
  expect(argparseHelp(storage, undefined)).toBe(golden('kafka-storage'))
})

test("a sub-command's help has its flags twice and its description in the middle gaps", () => {
  expect(argparseHelp(storage, 'version-mapping')).toBe(`usage: kafka-storage version-mapping [-h]
                     [--release-version RELEASE_VERSION]

optional arguments:
  -h, --help             show this help message and exit
  --release-version RELEASE_VERSION, -r RELEASE_VERSION
                         The release version to  use  for the corresponding
                         feature  mapping.  The  minimum  is  3.3-IV3;  the
                         default is 4.2-IV1`)
  const format = argparseHelp(storage, 'format')
  expect(format).toContain(`  --feature FEATURE, -f FEATURE
                         The setting to  use  for  a  specific  feature, in
                         feature=level   format.   For   example:   \`kraft.
                         version=1\`.`)
  expect(format).toContain(`  --standalone, -s       Used to initialize a  controller  as a single-node
                         dynamic  quorum.  When  setting   this  flag,  the
                         controller.quorum.voters config must  not  be set,
                         and  controller.quorum.bootstrap.servers   is  set
                         instead.`)
})

test('groups stand apart, with a title or only with a sentence', () => {
  const perf = command({
    ...base,
    name: 'producer-perf-test',
    options: {
      bootstrapServer: text(
        'BOOTSTRAP-SERVER',
        'The server(s) to connect to. This config takes precedence over bootstrap.servers specified via --command-property or --command-config.',
      ),
      topic: text('TOPIC', 'Produce records to this topic.').required(),
      numRecords: long('NUM-RECORDS', 'Number of records to produce.').required(),
      payloadDelimiter: text(
        'PAYLOAD-DELIMITER',
        'Provides the delimiter to be used when --payload-file is provided. Defaults to new line. Note that this parameter will be ignored if --payload-file is not provided.',
      ).default('\\n'),
      throughput: double(
        'THROUGHPUT',
        'Throttle maximum record throughput to *approximately* THROUGHPUT records/sec. Set this to -1 to disable throttling.',
      ).required(),
      commandProperty: keyValue(
        'PROP-NAME=PROP-VALUE',
        'Kafka producer related configuration properties like client.id. These configs take precedence over those passed via --command-config or --producer.config.',
      )
        .several()
        .was(
          'producer-props',
          '(DEPRECATED) Kafka producer related configuration properties like client.id. These configs take precedence over those passed via --command-config or --producer.config. This option will be removed in a future version. Use --command-property instead.',
        ),
      commandConfig: file('CONFIG-FILE', 'Producer config properties file.').was(
        'producer.config',
        '(DEPRECATED) Producer config properties file. This option will be removed in a future version. Use --command-config instead.',
      ),
      printMetrics: flag('Print out metrics at the end of the test.'),
      transactionalId: text(
        'TRANSACTIONAL-ID',
        'The transactional id to use. This config takes precedence over the transactional.id specified via --command-property or --command-config. Note that if the transactional id is not specified while --transaction-duration-ms is provided, the default value for the transactional id will be performance-producer- followed by a random uuid.',
      ),
      transactionDurationMs: long(
        'TRANSACTION-DURATION',
        'The maximum duration of each transaction. The commitTransaction will be called after this time has elapsed. The value should be greater than 0. If the transactional id is specified via --command-property, --command-config or --transactional-id but --transaction-duration-ms is not specified, the default value will be 3000.',
      ),
      warmupRecords: long(
        'WARMUP-RECORDS',
        'The number of records to treat as warmup. These initial records will not be included in steady-state statistics. An additional summary line will be printed describing the steady-state statistics.',
      ).default(0),
      reportingInterval: long('INTERVAL-MS', 'Interval in milliseconds at which to print progress info.').default(5000),
      recordSize: int(
        'RECORD-SIZE',
        'Record size in bytes. Note that you must provide exactly one of --record-size, --payload-file or --payload-monotonic.',
      ),
      payloadFile: file(
        'PAYLOAD-FILE',
        'File to read the record payloads from. This works only for UTF-8 encoded text files. Payloads will be read from this file and a payload will be randomly selected when sending records. Note that you must provide exactly one of --record-size, --payload-file or --payload-monotonic.',
      ),
      payloadMonotonic: flag(
        'Payload is a monotonically increasing integer. Note that you must provide exactly one of --record-size, --payload-file or --payload-monotonic.',
      ),
    },
    groups: [
      {
        keys: ['recordSize', 'payloadFile', 'payloadMonotonic'],
        isExclusive: true,
        isRequired: true,
        description: 'Note that you must provide exactly one of --record-size, --payload-file or --payload-monotonic.',
      },
    ],
    kafka: {
      intro:
        'This tool is used to verify the producer performance. To enable transactions, you can specify a transactional id or set a transaction duration using --transaction-duration-ms. There are three ways to specify the transactional id: set transactional.id=<id> via --command-property, set transactional.id=<id> in the config file via --command-config, or use --transactional-id <id>.',
      program: 'kafka-producer-perf-test',
      showsDefaults: true,
    },
    run,
  })
  const wanted = golden('kafka-producer-perf-test').split('\n')
  const got = argparseHelp(perf, undefined).split('\n')
  // Kafka declares both new names after both old ones
  const [usageGot, usageWanted] = [got, wanted].map((lines) => lines.slice(0, lines.indexOf('')).sort())
  expect(usageGot).toEqual(usageWanted)
  expect(got.sort()).toEqual(wanted.sort())
})

test('what the parser above insists on comes before the sub-command in its usage', () => {
  const features = command({
    ...base,
    name: 'features',
    options: {
      bootstrapServer: text('', ''),
      bootstrapController: text('', ''),
      commandConfig: file('', ''),
    },
    groups: [{ keys: ['bootstrapServer', 'bootstrapController'], isExclusive: true, isRequired: true }],
    kafka: { intro: '', program: 'kafka-features' },
    subcommands: {
      upgrade: subcommand({
        summary: '',
        options: { metadata: text('', ''), releaseVersion: text('', ''), feature: list('', ''), dryRun: flag('') },
        run,
      }),
    },
  })
  expect(usageOf(features, 'upgrade')).toBe(`usage: kafka-features (--bootstrap-server BOOTSTRAP_SERVER |
                      --bootstrap-controller BOOTSTRAP_CONTROLLER) upgrade
                      [-h] [--metadata METADATA]
                      [--release-version RELEASE_VERSION]
                      [--feature FEATURE] [--dry-run]`)
})

const main = `usage: kafka-storage [-h]
                     {info,format,version-mapping,feature-dependencies,random-uuid}
                     ...
`
const errors: [words: string, err: string][] = [
  ['', `${main}kafka-storage: error: too few arguments\n`],
  ['info', 'usage: kafka-storage info [-h] --config CONFIG\nkafka-storage: error: argument --config/-c is required\n'],
  [
    'info -c',
    'usage: kafka-storage info [-h] --config CONFIG\nkafka-storage: error: argument --config/-c: expected one argument\n',
  ],
  ['info -c x y', "usage: kafka-storage info [-h] --config CONFIG\nkafka-storage: error: unrecognized arguments: 'y'\n"],
  [
    'info -c x --zork',
    "usage: kafka-storage info [-h] --config CONFIG\nkafka-storage: error: unrecognized arguments: '--zork'\n",
  ],
  ['--version', `${main}kafka-storage: error: unrecognized arguments: '--version'\n`],
  [
    'frob',
    `${main}kafka-storage:  error:  invalid   choice:   'frob'   (choose  from  'info',
'format', 'version-mapping', 'feature-dependencies', 'random-uuid')

Did you mean:
\tformat
`,
  ],
]
test.each(errors)("'kafka-storage.sh %s' is refused as argparse4j refuses it", async (words, err) => {
  expect(await harness().kafka(storage, words)).toEqual({ out: '', err, code: 1 })
})

test.each([
  ['format -c a', 'argument --cluster-id/-t is required'],
  ['form', 'argument --cluster-id/-t is required'],
  ['format --conifg x', "unrecognized arguments: '--conifg'\n\nDid you mean:\n\t--config"],
  ['format -c a -t b --standalone=1', "argument  --standalone/-s:  ignore  implicit argument\n'1'"],
  ['format -c a -t b -N -s', 'argument --standalone/-s:  not  allowed with argument\n--no-initial-controllers/-N'],
])("'kafka-storage.sh %s' says %j", async (words, message) => {
  const { err, code } = await harness().kafka(storage, words)
  expect(err.slice(err.indexOf('kafka-storage: error: ') + 'kafka-storage: error: '.length)).toBe(`${message}\n`)
  expect(code).toBe(1)
})

test('letters, letters with their value, prefixes and repeats are understood', async () => {
  ran.length = 0
  expect(await harness().kafka(storage, 'format -ca.properties --cluster-i id -f a=1 -g -f b=2')).toMatchObject({
    err: '',
    code: 0,
  })
  expect(ran[0]).toMatchObject({
    config: 'a.properties',
    clusterId: 'id',
    feature: ['a=1', 'b=2'],
    ignoreFormatted: true,
    standalone: false,
  })
})

test('of an option that is given twice argparse4j takes the last', async () => {
  ran.length = 0
  await harness().kafka(storage, 'info -c a -c b')
  expect(ran[0]).toMatchObject({ config: 'b' })
})

test('as kt a sub-command is told to in a sentence, and 2 is the exit code', async () => {
  expect(await harness().run(storage, '')).toMatchObject({
    err: "kt storage: say what to do: info, format, version-mapping, feature-dependencies, random-uuid\nTry 'kt storage --help'.\n",
    code: 2,
  })
  expect(await harness().run(storage, 'fromat')).toMatchObject({
    err: "kt storage: there is no 'fromat'; did you mean format?\nTry 'kt storage --help'.\n",
    code: 2,
  })
  expect(await harness().run(storage, 'info --help')).toMatchObject({ err: '', code: 0 })
})

test('help of a sub-command and of the tool go to stdout with the exit code of the tool', async () => {
  expect(await harness().kafka(storage, '--help')).toEqual({ out: `${golden('kafka-storage')}\n`, err: '', code: 0 })
  expect(await harness().kafka(storage, 'random-uuid -h')).toEqual({
    out: 'usage: kafka-storage random-uuid [-h]\n\noptional arguments:\n  -h, --help             show this help message and exit\n',
    err: '',
    code: 0,
  })
})
