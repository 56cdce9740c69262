/** Which options of kafka-consumer-groups.sh go together (ConsumerGroupCommandOptions.checkArgs), in Kafka's order. */
import { anyOf, checkInvalidArgs, checkRequired, exactlyOneAction } from '../cli/checks'
import type { CheckContext } from '../cli/command'
import { OptionError, UsageError } from '../cli/errors'
import { has, spellingOf } from '../cli/parse'
import type { GroupOptions } from './consumer-groups-options'

const ACTIONS = ['list', 'describe', 'delete', 'resetOffsets', 'deleteOffsets', 'validateRegex'] as const
export type GroupAction = (typeof ACTIONS)[number]

export const actionOf = (options: GroupOptions): GroupAction =>
  exactlyOneAction(
    options,
    ACTIONS,
    'Command must include exactly one action: --list, --describe, --delete, --reset-offsets, --delete-offsets, --validate-regex',
  )

type Key = keyof GroupOptions & string

const SCOPES = ['allGroups', 'group'] as const
const VIEWS = ['members', 'offsets', 'state'] as const
const SCENARIOS = [
  'toOffset',
  'toDatetime',
  'byDuration',
  'toEarliest',
  'toLatest',
  'toCurrent',
  'shiftBy',
  'fromFile',
] as const satisfies readonly Key[]

/** Options that the parser takes only beside one of others. */
const ONLY_WITH: readonly (readonly [Key, readonly Key[]])[] = [
  ['members', ['describe']],
  ['offsets', ['describe']],
  ['state', ['describe', 'list']],
  ['type', ['list']],
  ['verbose', ['describe']],
]

const NO_EXECUTE =
  'WARN: No action will be performed as the --execute option is missing. In version 5.0, this command will require either ' +
  '--dry-run or --execute to be specified. You should add the --dry-run option explicitly if you are scripting this command and ' +
  'want to keep the current default behavior without prompting.'

/** Throws UsageError, or OptionError where Kafka's parser itself refuses. */
export function checkGroupOptions(options: GroupOptions, { out, voice, hasPlace }: CheckContext): void {
  checkAvailable(options)
  if (!has(options, 'validateRegex') && !hasPlace) checkRequired(options, 'bootstrapServer')
  const given = (keys: readonly Key[]) => keys.filter((key) => has(options, key))
  const dashed = (keys: readonly Key[]) => keys.map((key) => `--${spellingOf(options, key)}`)

  for (const action of ['describe', 'delete', 'resetOffsets'] as const) {
    if (!has(options, action)) continue
    if (action === 'resetOffsets') checkReset(options, () => voice === 'kafka' && out.error(NO_EXECUTE))
    if (given(SCOPES).length === 0) {
      const sentence = `say which groups: ${anyOf(dashed(['group', 'allGroups']))}`
      throw new UsageError(
        `Option ${bracket(options, action)} takes one of these options: ${brackets(options, SCOPES)}`,
        sentence,
      )
    }
    if (action === 'describe') checkViews(options, given(VIEWS))
    if (action === 'delete' && has(options, 'topic')) {
      const message = 'The consumer does not support topic-specific offset deletion from a consumer group.'
      throw new UsageError(message, '--delete is about whole groups; for some topics use --delete-offsets')
    }
  }
  if (has(options, 'deleteOffsets') && given(['group', 'topic']).length < 2) {
    const message = `Option ${bracket(options, 'deleteOffsets')} takes the following options: ${brackets(options, ['group', 'topic'])}`
    throw new UsageError(message, '--delete-offsets needs --group and --topic')
  }
  if (has(options, 'resetOffsets')) {
    for (const scenario of SCENARIOS) {
      checkInvalidArgs(
        options,
        scenario,
        SCENARIOS.filter((one) => one !== scenario),
      )
    }
  }
  checkInvalidArgs(options, 'group', ['allGroups', 'list'])
  checkInvalidArgs(options, 'topic', ['list', 'describe'])
  actionOf(options)
}

const bracket = (options: GroupOptions, key: Key) => `[${spellingOf(options, key)}]`
const brackets = (options: GroupOptions, keys: readonly Key[]) => keys.map((key) => bracket(options, key)).join(', ')

function checkAvailable(options: GroupOptions): void {
  const wrong = ONLY_WITH.filter(([key, others]) => has(options, key) && !others.some((one) => has(options, one)))
  const [first] = wrong
  if (!first) return
  const names = wrong.map(([key]) => spellingOf(options, key)).sort()
  const others = anyOf(first[1].map((key) => `--${spellingOf(options, key)}`))
  throw new OptionError(
    `Option(s) [${names.join(', ')}] are unavailable given other options on the command line`,
    `--${spellingOf(options, first[0])} goes with ${others}`,
  )
}

function checkViews(options: GroupOptions, views: readonly Key[]): void {
  if (views.length > 1) {
    const message = `Option [describe] takes at most one of these options: ${brackets(options, VIEWS)}`
    throw new UsageError(message, `--describe shows one of ${views.map((key) => `--${spellingOf(options, key)}`).join(' and ')}`)
  }
  if (options.state !== undefined) {
    throw new UsageError('Option [describe] does not take a value for [state]', '--state takes no value with --describe')
  }
}

function checkReset(options: GroupOptions, warn: () => void): void {
  const [dryRun, execute] = [has(options, 'dryRun'), has(options, 'execute')]
  if (dryRun && execute) {
    const message = 'Option [reset-offsets] only accepts one of [execute] and [dry-run]'
    throw new UsageError(message, '--dry-run and --execute exclude each other')
  }
  if (!dryRun && !execute) warn()
}
