/** Which options of kafka-topics.sh go together (TopicCommandOptions.checkArgs). */
import { checkInvalidArgs, checkInvalidArgsSet, checkRequired, exactlyOneAction } from '../cli/checks'
import type { CheckContext } from '../cli/command'
import { OptionError, UsageError } from '../cli/errors'
import { has } from '../cli/parse'
import type { TopicOptions } from './topics-options'

const ACTIONS = ['list', 'describe', 'create', 'alter', 'delete'] as const
export type TopicAction = (typeof ACTIONS)[number]

export const actionOf = (options: TopicOptions): TopicAction =>
  exactlyOneAction(options, ACTIONS, 'Command must include exactly one action: --list, --describe, --create, --alter or --delete')

type Key = keyof TopicOptions & string
const allBut = (...actions: readonly TopicAction[]): TopicAction[] => ACTIONS.filter((one) => !actions.includes(one))

/** With which actions an option goes. */
const GOES_WITH: readonly (readonly [Key, readonly TopicAction[], more?: readonly Key[]])[] = [
  ['config', ['create', 'alter']],
  ['partitions', ['create', 'alter']],
  ['replicationFactor', ['create']],
  ['replicaAssignment', ['create', 'alter']],
  ['underReplicatedPartitions', ['describe'], ['topicsWithOverrides']],
  ['underMinIsrPartitions', ['describe'], ['topicsWithOverrides']],
  ['atMinIsrPartitions', ['describe'], ['topicsWithOverrides']],
  ['unavailablePartitions', ['describe'], ['topicsWithOverrides']],
  ['topicsWithOverrides', ['describe']],
  ['ifExists', ['alter', 'delete', 'describe']],
  ['ifNotExists', ['create']],
  ['excludeInternal', ['list', 'describe']],
]

/** Throws UsageError, or OptionError where Kafka raises an exception of its own. */
export function checkTopicOptions(options: TopicOptions, { out, hasPlace }: CheckContext): void {
  const action = actionOf(options)
  if (options.deleteConfig.length > 0) {
    out.error(
      'delete-config option is no longer supported and deprecated since version 4.0. The config will be fully removed in future releases.',
    )
  }
  if (!hasPlace) throw new OptionError('--bootstrap-server must be specified')
  if (action === 'describe' && has(options, 'ifExists')) {
    if (!has(options, 'topic') && !has(options, 'topicId')) {
      throw new UsageError('--topic or --topic-id is required to describe a topic', '--if-exists needs --topic or --topic-id')
    }
    if (has(options, 'topic') && has(options, 'topicId')) {
      out.line('Only topic id will be used when both --topic and --topic-id are specified and topicId is not Uuid.ZERO_UUID')
    }
  }
  if (action !== 'list' && action !== 'describe') checkRequired(options, 'topic')
  if (action === 'alter') {
    const trailing = ' (To alter topic configurations, the kafka-configs tool can be used.)'
    checkInvalidArgsSet(options, ['bootstrapServer', 'config'], ['alter'], trailing)
    checkRequired(options, 'partitions')
  }
  for (const [key, actions, more = []] of GOES_WITH) {
    checkInvalidArgs(options, key, [...allBut(...actions), ...more])
    if (key === 'replicaAssignment' && action === 'create') checkInvalidArgs(options, key, ['partitions', 'replicationFactor'])
  }
}
