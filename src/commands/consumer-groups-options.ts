/** The options of kafka-consumer-groups.sh, with Kafka's descriptions. */
import { file, flag, list, long, text, type Values } from '../cli/options'

const EXAMPLE = 'Example: --bootstrap-server localhost:9092'

export const groupOptions = {
  list: flag('List all consumer groups.').summed('List groups'),
  describe: flag(
    'Describe consumer group and list offset lag (number of messages not yet processed) related to given group.',
  ).summed('Show offsets and lag, members or state of groups'),
  delete: flag(
    'Pass in groups to delete topic partition offsets and ownership information over the entire consumer group. For instance ' +
      '--group g1 --group g2',
  ).summed('Delete groups that nobody is in'),
  resetOffsets: flag(
    'Reset offsets of consumer group. Supports one consumer group at the time, and instances should be inactive\nHas 2 execution ' +
      'options: --dry-run (the default) to plan which offsets to reset, and --execute to update the offsets. Additionally, the ' +
      '--export option is used to export the results to a CSV format.\nYou must choose one of the following reset specifications: ' +
      '--to-datetime, --by-duration, --to-earliest, --to-latest, --shift-by, --from-file, --to-current, --to-offset.\nTo define the ' +
      "scope use --all-topics or --topic. One scope must be specified unless you use '--from-file'.",
  ).summed('Set where groups go on reading; shows the plan, and does it with --execute'),
  deleteOffsets: flag('Delete offsets of consumer group. Supports one consumer group at the time, and multiple topics.').summed(
    'Forget the offsets of one group',
  ),
  validateRegex: text(
    'regex',
    'Validate that the syntax of the provided regular expression is valid according to the RE2 format.',
  ).summed('Check a regular expression for subscriptions (RE2)'),
  group: list('consumer group', 'The consumer group we wish to act on.').summed('A group; repeatable'),
  allGroups: flag('Apply to all consumer groups.').summed('All groups'),
  topic: list(
    'topic',
    'The topic whose consumer group information should be deleted or topic whose should be included in the reset offset process. ' +
      'In `reset-offsets` case, partitions can be specified using this format: `topic1:0,1,2`, where 0,1,2 are the partition to be ' +
      'included in the process. Reset-offsets also supports multiple topic inputs.',
  ).summed('A topic, or some partitions of it: orders:0,1; repeatable'),
  allTopics: flag('Consider all topics assigned to a group in the `reset-offsets` process.').summed(
    'All topics that the group has offsets for',
  ),
  offsets: flag(
    'Describe the group and list all topic partitions in the group along with their offset lag. This is the default sub-action of ' +
      `and may be used with '--describe' and '--bootstrap-server' options only.\n${EXAMPLE} --describe --group group1 --offsets`,
  ).summed('With --describe: offsets and lag (the default)'),
  members: flag(
    "Describe members of the group. This option may be used with '--describe' and '--bootstrap-server' options only.\n" +
      `${EXAMPLE} --describe --group group1 --members`,
  ).summed('With --describe: who is in the group'),
  state: text(
    '',
    "When specified with '--describe', includes the state of the group.\n" +
      `${EXAMPLE} --describe --group group1 --state\nWhen specified with '--list', it displays the state of all groups. It can also ` +
      `be used to list groups with specific states.\n${EXAMPLE} --list --state stable,empty\nThis option may be used with ` +
      "'--describe', '--list' and '--bootstrap-server' options only.",
  )
    .orBare(undefined)
    .summed('With --describe: the state; with --list: show states, or only groups in these'),
  type: text(
    '',
    "When specified with '--list', it displays the types of all the groups. It can also be used to list groups with specific " +
      `types.\n${EXAMPLE} --list --type classic,consumer\nThis option may be used with the '--list' option only.`,
  )
    .orBare(undefined)
    .summed('With --list: show types, or only groups of these (classic, consumer)'),
  verbose: flag(
    'Provide additional information, if any, when describing the group. This option may be used with ' +
      `'--offsets'/'--members'/'--state' and '--bootstrap-server' options only.\n${EXAMPLE} --describe --group group1 --members ` +
      '--verbose',
  ).summed('With --describe: more columns'),
  toEarliest: flag('Reset offsets to earliest offset.').summed('To the first record'),
  toLatest: flag('Reset offsets to latest offset.').summed('To the end'),
  toCurrent: flag('Reset offsets to current offset.').summed('Where they are; to the end where there is none'),
  toOffset: long('offset', 'Reset offsets to a specific offset.').summed('To this offset, or the nearest that there is'),
  shiftBy: long(
    'number-of-offsets',
    "Reset offsets shifting current offset by 'n', where 'n' can be positive or negative.",
  ).summed('Forward by N records, or back'),
  toDatetime: text('datetime', "Reset offsets to offset from datetime. Format: 'YYYY-MM-DDThh:mm:ss.sss'").summed(
    'To the first record since then: 2026-01-31T12:00:00.000, with Z or +01:00',
  ),
  byDuration: text('duration', "Reset offsets to offset by duration from current timestamp. Format: 'PnDTnHnMnS'").summed(
    'To the first record since that long ago: PT1H30M',
  ),
  fromFile: file('path to CSV file', 'Reset offsets to values defined in CSV file.').summed('What a file of --export says'),
  dryRun: flag('Only show results without executing changes on Consumer Groups. Supported operations: reset-offsets.').summed(
    'Only show the plan',
  ),
  execute: flag('Execute operation. Supported operations: reset-offsets.').summed('Do it'),
  export: flag('Export operation execution to a CSV file. Supported operations: reset-offsets.').summed('Print the plan as CSV'),
  timeout: long(
    'timeout (ms)',
    'The timeout that can be set for some use cases. For example, it can be used when describing the group to specify the maximum ' +
      'amount of time in milliseconds to wait before the group stabilizes (when the group is just created, or is going through some ' +
      'changes).',
  )
    .default(30_000)
    .summed('Milliseconds that each request may take'),
  bootstrapServer: text(
    'server to connect to',
    'The server(s) to connect to. REQUIRED for all options except for --validate-regex.',
  ),
  commandConfig: file(
    'command config property file',
    'Property file containing configs to be passed to Admin Client and Consumer.',
  ).summed('Client properties'),
}

export type GroupOptions = Values<typeof groupOptions>
