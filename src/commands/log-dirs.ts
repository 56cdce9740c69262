/** kafka-log-dirs.sh (org.apache.kafka.tools.LogDirsCommand): how much each replica takes in the data directories. */
import { checkRequired } from '../cli/checks'
import { command } from '../cli/command'
import { exit, Failure, messageOf } from '../cli/errors'
import { hashCode, hashOrder, partitionOrder } from '../cli/java-hash'
import { file, flag, text } from '../cli/options'
import { describeCluster, describeLogDirs, type LogDirDescription } from '../client/admin/brokers'
import { isError } from '../client/admin/result'
import type { Cluster } from '../client/cluster'
import { KafkaError } from '../client/kafka-error'
import { keyOf } from '../client/topic-partition'
import { unmadeAdmin } from './console-servers'
import { sizeText } from './size-text'

export default command({
  name: 'log-dirs',
  script: 'kafka-log-dirs.sh',
  summary: 'Show how much space partitions take, by data directory',
  examples: [
    ['Show the size of every partition', 'kt log-dirs'],
    ['Of two topics only', 'kt log-dirs --topic-list orders,payments'],
  ],
  options: {
    bootstrapServer: text('The server(s) to use for bootstrapping', 'REQUIRED: the server(s) to use for bootstrapping'),
    commandConfig: file('Admin client property file', 'Property file containing configs to be passed to Admin Client.').summed(
      'Client properties',
    ),
    describe: flag('Describe the specified log directories on the specified brokers.').summed('What it does anyway'),
    topicList: text(
      'Topic list',
      'The list of topics to be queried in the form "topic1,topic2,topic3". All topics will be queried if no topic list is specified',
    )
      .default('')
      .summed('Only these topics: orders,payments')
      .ktDefault(null),
    brokerList: text(
      'Broker list',
      'The list of brokers to be queried in the form "0,1,2". All brokers in the cluster will be queried if no broker list is specified',
    )
      .default('')
      .summed('Only these brokers: 0,1,2')
      .ktDefault(null),
  },
  kafka: {
    intro: 'This tool helps to query log directory usage on the specified brokers.',
    badOption: 'words',
    failed(error, out) {
      out.error(messageOf(error))
      if (error instanceof KafkaError) out.error(String(error))
      return exit.failed
    },
  },
  check(options, { voice }) {
    if (voice === 'kafka') checkRequired(options, 'bootstrapServer', 'describe')
  },
  async run({ connect, out, voice }, options) {
    try {
      const { cluster } = await connect({ clientId: 'log-dirs-tool' })
      const topics = new Set(wordsIn(options.topicList))
      const brokers = await brokersFor(cluster, wordsIn(options.brokerList))
      if (out.form === 'kafka') out.line('Querying brokers for log directories information')
      const found = await directories(cluster, brokers, topics)
      if (out.form === 'table') {
        const { head, rows, right } = table(found)
        await out.table({ head, rows, right })
        for (const { logDir, error } of found) if (error) out.error(`${logDir}: ${error.message}`)
      } else if (out.form === 'json') out.json(document(found, (error) => error.name))
      else {
        out.line(`Received log directory information from brokers ${brokers.join(',')}`)
        out.line(JSON.stringify(document(found, (error) => error.exception)))
      }
      return voice === 'kt' && found.some(({ error }) => error) ? exit.failed : exit.done
    } catch (error) {
      throw unmadeAdmin(error, voice)
    }
  },
})

const wordsIn = (list: string): string[] => list.split(',').filter((word) => word !== '')

const itself = (id: number): number => id

/** Ids of the brokers that are meant, as Java's sets give them. Throws Failure for one that is not there. */
async function brokersFor(cluster: Cluster, words: readonly string[]): Promise<number[]> {
  const wanted = hashOrder([...new Set(words.map(brokerId))], itself)
  const { nodes } = await describeCluster(cluster)
  const existing = hashOrder(
    nodes.map(({ id }) => id),
    itself,
  )
  const missing = wanted.filter((id) => !existing.includes(id))
  if (missing.length > 0) {
    throw new Failure(
      `ERROR: The given brokers do not exist from --broker-list: ${missing.join(',')}. Current existent brokers: ${existing.join(',')}`,
      {
        sentence: `there is no broker ${missing.join(', ')}; there ${existing.length === 1 ? 'is' : 'are'} ${existing.join(', ')}`,
      },
    )
  }
  return wanted.length > 0 ? wanted : existing
}

function brokerId(word: string): number {
  const id = /^[+-]?\d+$/.test(word) ? Number(word) : Number.NaN
  if (id >= -(2 ** 31) && id < 2 ** 31) return id
  throw new Failure(`For input string: "${word}"`, {
    sentence: `--broker-list takes numbers parted by commas, not '${word}'`,
    exitCode: exit.usage,
  })
}

interface Directory {
  readonly broker: number
  readonly logDir: string
  readonly error: KafkaError | undefined
  readonly replicas: LogDirDescription['replicas']
}

/** Brokers, directories and partitions as Java's maps give them, of which Kafka's line is made (KafkaAdminClient.describeLogDirs). */
async function directories(cluster: Cluster, brokers: readonly number[], topics: ReadonlySet<string>): Promise<Directory[]> {
  const byBroker = await describeLogDirs(cluster, brokers)
  return hashOrder(brokers, itself, brokers.length).flatMap((broker) => {
    const outcome = byBroker.get(broker) ?? []
    if (isError(outcome)) throw outcome
    const ordered = hashOrder(outcome, ({ path }) => hashCode(path), outcome.length)
    return ordered.map(({ path, error, replicas }) => ({
      broker,
      logDir: path,
      error,
      replicas: partitionOrder(partitionOrder(replicas).filter(({ topic }) => topics.size === 0 || topics.has(topic))),
    }))
  })
}

/** As Kafka writes it: the order of the fields is part of it. */
function document(found: readonly Directory[], nameOf: (error: KafkaError) => string) {
  const brokers = [...new Set(found.map(({ broker }) => broker))]
  return {
    brokers: brokers.map((broker) => ({
      broker,
      logDirs: found
        .filter((each) => each.broker === broker)
        .map(({ replicas, error, logDir }) => ({
          partitions: replicas.map(({ sizeBytes, offsetLag, isFuture, ...one }) => ({
            partition: keyOf(one),
            size: sizeBytes,
            offsetLag,
            isFuture,
          })),
          error: error ? nameOf(error) : null,
          logDir,
        })),
    })),
    version: 1,
  }
}

/** The greatest first, with the sum of each directory below. */
function table(found: readonly Directory[]) {
  const manyBrokers = new Set(found.map(({ broker }) => broker)).size > 1
  const rows = found.flatMap(({ broker, logDir, replicas }) => {
    const sorted = [...replicas].sort(
      (a, b) => b.sizeBytes - a.sizeBytes || (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition),
    )
    const sum = replicas.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0)
    const lead = manyBrokers ? [String(broker)] : []
    const each = sorted.map(({ topic, partition, sizeBytes, isFuture }) => [
      ...lead,
      logDir,
      isFuture ? `${topic} (being moved here)` : topic,
      String(partition),
      sizeText(sizeBytes),
    ])
    return [...each, [...lead, logDir, 'all', '', sizeText(sum)]]
  })
  const head = [...(manyBrokers ? ['broker'] : []), 'directory', 'topic', 'partition', 'size']
  return { head, rows, right: [head.length - 2, head.length - 1] }
}
