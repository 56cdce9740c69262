/**
 * kafka-consumer-groups.sh (org.apache.kafka.tools.consumer.group.ConsumerGroupCommand): lists, describes and deletes consumer
 * groups, and sets or forgets their offsets. Under Kafka's name a command that was understood exits with 0 whatever came of it;
 * as kt with 1 when something could not be done.
 */
import { command, extended } from '../cli/command'
import { Failure, messageOf } from '../cli/errors'
import { nearest } from '../cli/suggest'
import { listGroups } from '../client/admin/groups'
import { KafkaError } from '../client/kafka-error'
import { errors } from '../protocol/errors'
import { unmade } from './console-servers'
import { actionOf, checkGroupOptions, type GroupAction } from './consumer-groups-check'
import { describeConsumerGroups } from './consumer-groups-describe'
import { listConsumerGroups } from './consumer-groups-list'
import { type GroupOptions, groupOptions } from './consumer-groups-options'
import { type At, unchecked } from './consumer-groups-print'

/** Gives the exit code; nothing: it has done its work. */
type Action = (at: At, options: GroupOptions) => Promise<number> | Promise<void>

/** What changes something is loaded when it is asked for: most calls only look. */
const ACTIONS: Record<Exclude<GroupAction, 'validateRegex'>, Action> = {
  list: listConsumerGroups,
  describe: describeConsumerGroups,
  delete: async (at, options) => (await import('./consumer-groups-delete')).deleteConsumerGroups(at, options),
  resetOffsets: async (at, options) => (await import('./consumer-groups-reset')).resetOffsets(at, options),
  deleteOffsets: async (at, options) => (await import('./consumer-groups-delete')).deleteOffsets(at, options),
}

export default command({
  name: 'consumer-groups',
  script: 'kafka-consumer-groups.sh',
  summary: 'List, describe and delete consumer groups, and move their offsets',
  examples: [
    ['List the groups', 'kt consumer-groups --list'],
    ['Show how far a group has read, and its lag', 'kt consumer-groups --describe --group billing'],
    ['Show who is in it', 'kt consumer-groups --describe --group billing --members'],
    [
      'Let a group read a topic again',
      'kt consumer-groups --reset-offsets --group billing --topic orders --to-earliest --execute',
    ],
    [
      'Move all groups to what was written in the last hour',
      'kt consumer-groups --reset-offsets --all-groups --topic orders --by-duration PT1H',
    ],
    ['Delete a group', 'kt consumer-groups --delete --group billing'],
  ],
  options: groupOptions,
  kafka: {
    intro:
      'This tool helps to list all consumer groups, describe a consumer group, delete consumer group info, or reset consumer group offsets.',
    badOption: 'words',
    failed(error, out) {
      out.line(`\nError: Executing consumer group command failed due to ${messageOf(error)}`)
      // a stack trace follows in Java, in which only the class of an error that came without a wrapping is news; what is no
      // error of the protocol has frames below it, and nothing new
      if (error instanceof KafkaError && error.exception.startsWith('org.apache.kafka.common.errors.')) out.error(String(error))
      return 0
    },
  },
  check: checkGroupOptions,
  async run(context, options) {
    const action = actionOf(options)
    const isKafka = context.voice === 'kafka'
    if (action === 'validateRegex') {
      const { validateRegex } = await import('./consumer-groups-regex')
      const code = await validateRegex(context, options.validateRegex ?? '')
      return isKafka ? 0 : code
    }
    let at: At | undefined
    const place = await context.connect().catch((error) => {
      throw error instanceof Failure && error.javaClass !== undefined ? unchecked(context, error) : error
    })
    try {
      at = extended(context, { cluster: place.cluster, timeoutMs: options.timeout }) // a client of bad addresses fails here
      const code = await ACTIONS[action](at, options)
      return isKafka ? 0 : (code ?? 0)
    } catch (error) {
      throw at && !isKafka
        ? await withHint(at, options, error)
        : unmade(error, context.voice, 'Failed to create new KafkaAdminClient')
    }
  },
})

/** A group that is not there: perhaps another one was meant. */
async function withHint({ cluster, timeoutMs }: At, { group }: GroupOptions, error: unknown): Promise<unknown> {
  if (!(error instanceof KafkaError) || error.code !== errors.GROUP_ID_NOT_FOUND) return error
  const known = (await listGroups(cluster, { timeoutMs }).catch(() => [])).map(({ groupId }) => groupId)
  const missing = group.find((one) => !known.includes(one))
  const close = missing === undefined ? undefined : nearest(missing, known)
  const sentence = missing === undefined ? error.message : `there is no group '${missing}'`
  return new Failure(error.message, { sentence, ...(close === undefined ? {} : { hint: `Did you mean '${close}'?` }) })
}
