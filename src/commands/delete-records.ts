/** kafka-delete-records.sh (org.apache.kafka.tools.DeleteRecordsCommand): moves the beginning of partitions up. KIP-107. */
import { checkInvalidArgs, checkRequired } from '../cli/checks'
import { type Context, command } from '../cli/command'
import { exit, messageOf, UsageError } from '../cli/errors'
import { file, int, text } from '../cli/options'
import { has } from '../cli/parse'
import { deleteRecords } from '../client/admin/offsets'
import { isError, type Outcome } from '../client/admin/result'
import type { Cluster } from '../client/cluster'
import { KafkaError } from '../client/kafka-error'
import { keyOf } from '../client/topic-partition'
import { unmadeAdmin } from './console-servers'
import { offsetOf, type Wish, wishesFor, wishesInFile } from './delete-records-wishes'

export default command({
  name: 'delete-records',
  script: 'kafka-delete-records.sh',
  summary: 'Delete the oldest records of partitions',
  description:
    'The records before an offset are gone for all readers at once; their bytes leave the disk when no record of their file is wanted ' +
    'any more. Nothing brings them back.',
  examples: [
    ['Delete what is before offset 5 of a partition', 'kt delete-records --topic orders --partition 0 --before-offset 5'],
    ['Empty a topic', 'kt delete-records --topic orders --before-offset latest'],
    ['Delete what a file says', 'kt delete-records --offset-json-file cut.json'],
  ],
  options: {
    bootstrapServer: text('server(s) to use for bootstrapping', 'REQUIRED: The server to connect to.'),
    offsetJsonFile: file(
      'Offset json file path',
      'REQUIRED: The JSON file with offset per partition. The format to use is:\n' +
        '{"partitions":\n  [{"topic": "foo", "partition": 1, "offset": 1}],\n "version":1\n}',
    ).summed('A file {"partitions": [{"topic": "foo", "partition": 1, "offset": 1}]}; offset -1 is the end'),
    topic: text('NAME', '').summed('The topic, in place of a file').ktOnly(),
    partition: int('N', '').summed('Its partition; all of them without').ktOnly(),
    beforeOffset: text('OFFSET', '').summed("The first offset that stays, or 'latest' to keep none").ktOnly(),
    commandConfig: file(
      'command config property file path',
      'A property file containing configs to be passed to Admin Client.',
    ).summed('Client properties'),
  },
  kafka: {
    intro: 'This tool helps to delete records of the given partitions down to the specified offset.',
    badOption: 'words',
    failed(error, out) {
      out.error(messageOf(error))
      if (error instanceof KafkaError) out.error(String(error))
      return exit.failed
    },
  },
  check(options, { voice }) {
    if (voice === 'kafka') checkRequired(options, 'bootstrapServer', 'offsetJsonFile')
    else checkWords(options)
  },
  async run(context, options) {
    const { connect, out, voice } = context
    let wishes: Wish[]
    let cluster: Cluster
    try {
      if (options.topic === undefined) {
        cluster = (await connect()).cluster
        wishes = wishesInFile(context, options.offsetJsonFile ?? '')
      } else {
        const before = offsetOf(options.beforeOffset ?? '')
        cluster = (await connect()).cluster
        wishes = await wishesFor(cluster, options.topic, options.partition, before)
      }
      if (out.form === 'kafka') out.line('Executing records delete operation')
      const outcomes = await outcomesOf(cluster, wishes, voice)
      await show(context, wishes, outcomes)
      return voice === 'kt' && outcomes.some(isError) ? exit.failed : exit.done
    } catch (error) {
      throw unmadeAdmin(error, voice)
    }
  },
})

interface Words {
  readonly offsetJsonFile: string | undefined
  readonly topic: string | undefined
  readonly partition: number | undefined
  readonly beforeOffset: string | undefined
}

/** What goes together as kt. Throws UsageError. */
function checkWords(options: Words): void {
  if (has(options, 'offsetJsonFile')) {
    checkInvalidArgs(options, 'offsetJsonFile', ['topic', 'partition', 'beforeOffset'])
    return
  }
  if (!has(options, 'topic')) {
    throw new UsageError('', 'say what to delete: --topic NAME --before-offset OFFSET, or --offset-json-file FILE')
  }
  checkRequired(options, 'beforeOffset')
}

type Deleted = Outcome<{ readonly lowWatermark: number }>

/** Kafka's tool tells of a cluster that cannot be reached with each of the partitions. */
async function outcomesOf(cluster: Cluster, wishes: readonly Wish[], voice: 'kafka' | 'kt'): Promise<Deleted[]> {
  try {
    return await deleteRecords(cluster, wishes)
  } catch (error) {
    if (voice === 'kt' || !(error instanceof KafkaError)) throw error
    return wishes.map(() => error)
  }
}

/** In the order in which they were asked for; Kafka's own order changes from run to run. */
async function show({ out }: Context, wishes: readonly Wish[], outcomes: readonly Deleted[]): Promise<void> {
  const rows = outcomes.map((outcome, i) => ({ ...(wishes[i] as Wish), outcome }))
  if (out.form === 'json') {
    out.json({
      partitions: rows.map(({ topic, partition, outcome }) =>
        isError(outcome)
          ? { topic, partition, lowWatermark: null, error: outcome.name, message: outcome.message }
          : { topic, partition, lowWatermark: outcome.lowWatermark, error: null, message: null },
      ),
    })
  } else if (out.form === 'table') {
    const done = rows.flatMap(({ topic, partition, outcome }) =>
      isError(outcome) ? [] : [[topic, String(partition), String(outcome.lowWatermark)]],
    )
    if (done.length > 0) await out.table({ head: ['topic', 'partition', 'begins at'], rows: done, right: [1, 2] })
    for (const { outcome, ...one } of rows) if (isError(outcome)) out.error(`${keyOf(one)}: ${outcome.message}`)
  } else {
    out.line('Records delete operation completed:')
    for (const { outcome, ...one } of rows) {
      out.line(`partition: ${keyOf(one)}\t${isError(outcome) ? `error: ${outcome}` : `low_watermark: ${outcome.lowWatermark}`}`)
    }
  }
}
