/** kafka-get-offsets.sh (org.apache.kafka.tools.GetOffsetShell): where partitions begin, end, or are at a time. */
import { checkRequired } from '../cli/checks'
import { command } from '../cli/command'
import { Failure, messageOf } from '../cli/errors'
import { isInternal } from '../cli/java-regex'
import { file, flag, text } from '../cli/options'
import { has } from '../cli/parse'
import { nearest } from '../cli/suggest'
import { type FoundOffset, listOffsets } from '../client/admin/offsets'
import { isError, type Outcome, type TopicPartition } from '../client/admin/result'
import type { Cluster } from '../client/cluster'
import { Metadata } from '../protocol/apis/metadata'
import { checkServers, unmadeAdmin } from './console-servers'
import { type Filter, filterOf, ruleFilter, specOf } from './get-offsets-filter'

export default command({
  name: 'get-offsets',
  script: 'kafka-get-offsets.sh',
  summary: 'Show where partitions begin and end',
  examples: [
    ['Show where the partitions of a topic end', 'kt get-offsets --topic orders'],
    ['Show where they begin', 'kt get-offsets --topic orders --time earliest'],
    ['Show the first records since a time in milliseconds', 'kt get-offsets --topic orders --time 1767225600000'],
    ['Ask about some partitions only', "kt get-offsets --topic-partitions 'orders:0-3,payments:1'"],
  ],
  options: {
    topic: text(
      'topic',
      'The topic to get the offsets for. It also accepts a regular expression. If not present, all authorized topics are queried. ' +
        'Cannot be used if --topic-partitions is present.',
    ).summed('The topic, or a regular expression with commas for "or"; without it all'),
    partitions: text(
      'partition ids',
      'Comma separated list of partition ids to get the offsets for. If not present, all partitions of the authorized topics are ' +
        'queried. Cannot be used if --topic-partitions is present.',
    ).summed('Only these partitions: 0,1,2'),
    topicPartitions: text(
      'topic1:1,topic2:0-3,topic3,topic4:5-,topic5:-3',
      'Comma separated list of topic-partition patterns to get the offsets for, with the format of ' +
        "'([^:,]*)(?::(?:([0-9]*)|(?:([0-9]*)-([0-9]*))))?'. The first group is an optional regex for the topic name, if omitted, it " +
        "matches any topic name. The section after ':' describes a 'partition' pattern, which can be: a number, a range in the format " +
        "of 'NUMBER-NUMBER' (lower inclusive, upper exclusive), an inclusive lower bound in the format of 'NUMBER-', an exclusive " +
        "upper bound in the format of '-NUMBER' or may be omitted to accept all partitions.",
    ).summed('Topics with partitions: orders:1,payments:0-3,users:5-'),
    time: text(
      '<timestamp> / -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or ' +
        'earliest-pending-upload',
      'timestamp of the offsets before that. [Note: No offset is returned, if the timestamp greater than recently committed record ' +
        'timestamp is given.]',
    )
      .default('latest')
      .summed('Milliseconds since 1970, latest, earliest, max-timestamp, earliest-local, latest-tiered'),
    excludeInternalTopics: flag('By default, internal topics are included. If specified, internal topics are excluded.').summed(
      "Leave out Kafka's internal topics",
    ),
    bootstrapServer: text(
      'HOST1:PORT1,...,HOST3:PORT3',
      'REQUIRED. The server(s) to connect to in the form HOST1:PORT1,HOST2:PORT2.',
    ),
    commandConfig: file('config file', 'Property file containing configs to be passed to Admin Client.').summed(
      'Client properties',
    ),
  },
  legacy: 'broker-list',
  kafka: {
    intro: 'An interactive shell for getting topic-partition offsets.',
    badOption: (message) => `Error occurred: ${message}`,
    failed(error, out) {
      out.error(`Error occurred: ${messageOf(error)}`)
      if (!(error instanceof Failure)) out.error(String(error))
      return 1
    },
  },
  check(options, { hasPlace }) {
    if (!hasPlace) checkRequired(options, 'bootstrapServer')
    if (options.bootstrapServer !== undefined) checkServers(options.bootstrapServer)
  },
  async run({ connect, out, voice }, options) {
    if (has(options, 'topicPartitions') && (has(options, 'topic') || has(options, 'partitions'))) {
      throw new Failure('--topic-partitions cannot be used with --topic or --partitions', { exitCode: 2 })
    }
    const spec = specOf(options.time)
    const filter =
      options.topicPartitions === undefined ? filterOf(options.topic, options.partitions) : ruleFilter(options.topicPartitions)
    let cluster: Cluster
    let partitions: TopicPartition[]
    try {
      cluster = (await connect({ clientId: 'GetOffsetShell' })).cluster
      partitions = await matching(cluster, filter, options.excludeInternalTopics, options.topic)
    } catch (error) {
      throw unmadeAdmin(error, voice)
    }
    const found = await listOffsets(
      cluster,
      partitions.map((one) => ({ ...one, at: spec })),
    )
    const rows = partitions.map((one, i) => ({ ...one, outcome: found[i] as Outcome<FoundOffset> }))
    let failed = 0
    for (const { topic, partition, outcome } of rows) {
      if (!isError(outcome)) continue
      failed++
      const words = voice === 'kafka' ? String(outcome) : outcome.message
      out.error(`Skip getting offsets for topic-partition ${topic}-${partition} due to error: ${words}`)
    }
    const known = rows.flatMap(({ topic, partition, outcome }) =>
      isError(outcome) || outcome.offset < 0 ? [] : [{ topic, partition, offset: outcome.offset, timestamp: outcome.timestamp }],
    )
    if (out.form === 'json') {
      out.json({ offsets: known.map((row) => ({ ...row, timestamp: row.timestamp < 0 ? null : row.timestamp })) })
    } else if (out.form === 'table') {
      await out.table({
        head: ['topic', 'partition', 'offset'],
        rows: known.map(({ topic, partition, offset }) => [topic, String(partition), String(offset)]),
        right: [1, 2],
      })
    } else {
      known.sort((a, b) => (`${a.topic}-${a.partition}` < `${b.topic}-${b.partition}` ? -1 : 1))
      for (const { topic, partition, offset } of known) out.line(`${topic}:${partition}:${offset}`)
    }
    return voice === 'kt' && failed > 0 ? 1 : 0
  },
})

/** The partitions that are meant, by topic and number. Throws Failure when there are none. */
async function matching(
  cluster: Cluster,
  filter: Filter,
  excludesInternal: boolean,
  asked: string | undefined,
): Promise<TopicPartition[]> {
  const { topics } = await cluster.during('listTopics')(Metadata, { topics: null, allowAutoTopicCreation: false })
  const names = topics.map(({ name }) => name ?? '')
  const partitions = topics
    .filter(({ name }) => name !== null && filter.takesTopic(name) && !(excludesInternal && isInternal(name)))
    .flatMap(({ name, partitions: all }) => all.map(({ partitionIndex }) => ({ topic: name ?? '', partition: partitionIndex })))
    .filter((one) => filter.takes(one))
    .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
  if (partitions.length > 0) return partitions
  const close = asked === undefined || names.includes(asked) ? undefined : nearest(asked, names)
  throw new Failure('Could not match any topic-partitions with the specified filters', {
    sentence: 'no partition matches',
    ...(close === undefined ? {} : { hint: `Did you mean --topic '${close}'?` }),
  })
}
