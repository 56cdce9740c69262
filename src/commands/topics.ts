/** kafka-topics.sh (org.apache.kafka.tools.TopicCommand): creates, lists, describes, alters and deletes topics. */
import { command, extended } from '../cli/command'
import { messageOf } from '../cli/errors'
import type { Place } from '../cli/where'
import { configError } from './console-servers'
import { alterTopics, createTopic, deleteTopics, listTopics } from './topics-change'
import { actionOf, checkTopicOptions } from './topics-check'
import { describeTopics } from './topics-describe'
import { topicOptions } from './topics-options'

const ACTIONS = { list: listTopics, describe: describeTopics, create: createTopic, alter: alterTopics, delete: deleteTopics }

export default command({
  name: 'topics',
  script: 'kafka-topics.sh',
  summary: 'Create, list, describe, alter and delete topics',
  description: `Exactly one of --list, --describe, --create, --alter and --delete says what to do.

But for --create, --topic is a regular expression in Java's syntax for the whole name, in which commas stand for "or": --topic a,b
means both, and --topic 'log-.*' every topic whose name begins with log-. Put \\Q and \\E around a name with a dot in it to mean just
that one.

Partitions can be added and not taken away; with keys, records of one key go to another partition from then on. Settings of a topic
that exists are changed by Kafka's kafka-configs.sh, through a kt server.`,
  examples: [
    ['Create a topic with three partitions', 'kt topics --create --topic orders --partitions 3'],
    ['List the topics', 'kt topics --list'],
    ['Show the partitions and settings of a topic', 'kt topics --describe --topic orders'],
    ['Add partitions', 'kt topics --alter --topic orders --partitions 6'],
    ['Delete every topic whose name begins with test-', "kt topics --delete --topic 'test-.*'"],
  ],
  options: topicOptions,
  legacy: 'zookeeper',
  kafka: {
    intro: 'This tool helps to create, delete, describe, or change a topic.',
    noArguments: 'Create, delete, describe, or change a topic.',
    badOption: 'words',
    failed(error, out) {
      out.line(`Error while executing topic command : ${messageOf(error)}`)
      return 1
    },
  },
  check: checkTopicOptions,
  async run(context, options) {
    const action = actionOf(options)
    let place: Place
    try {
      place = await context.connect()
    } catch (error) {
      if (context.voice === 'kt') throw error
      context.out.error(messageOf(error)) // Kafka makes its client before it begins to report errors on stdout
      return 1
    }
    try {
      await ACTIONS[action](extended(context, { cluster: place.cluster }), options)
    } catch (error) {
      // kt finds out only now that there could have been no client, and Kafka before it reports on stdout
      if (context.voice === 'kt' || !configError(error)) throw error
      context.out.error('Failed to create new KafkaAdminClient')
      return 1
    }
    return 0
  },
})
