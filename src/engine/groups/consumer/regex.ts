/**
 * Subscriptions by pattern (KIP-848, RE2 syntax, so that matching takes linear time whatever a client writes). A pattern is
 * matched against the topics away from the request: the member hears what it got with a later heartbeat. What matched is a
 * record, so that a restart need not ask again.
 */
import { errors } from '../../../protocol/errors'
import { type Plan, type Refusal, refuse } from '../plan'
import { metadataHash } from './metadata-hash'
import { epochRecord, regexRecord, regexTombstone } from './records'
import type { ConsumerGroup, ConsumerMember, ResolvedRegex } from './state'
import { countRegexTopics } from './subscriptions'

/** A pattern is not matched anew before this, however often topics or members change. */
const LEAST_INTERVAL_MS = 10_000

type Re2 = typeof import('re2js')['RE2JS']
let re2: Re2 | undefined

/** Loads the engine of patterns, which most groups never need; undefined: it is there. */
export function loadRegex(): Promise<void> | undefined {
  if (re2) return undefined
  return import('re2js').then(({ RE2JS }) => {
    re2 = RE2JS
  })
}

function compile(regex: string): { matches(text: string): boolean } {
  if (!re2) throw new Error('patterns are used before they are loaded')
  return re2.compile(regex)
}

export function checkRegex(regex: string): Refusal | undefined {
  try {
    compile(regex)
    return undefined
  } catch (error) {
    const why = error instanceof Error && 'getDescription' in error ? describe(error) : String(error)
    return refuse(
      errors.INVALID_REGULAR_EXPRESSION,
      `SubscribedTopicRegex \`${regex}\` is not a valid regular expression: ${why}.`,
    )
  }
}
const describe = (error: object) => (error as { getDescription(): string }).getDescription() // re2js declares no error class

export type RegexChange = 'none' | 'changed' | 'changed and known'

/** What the member's new pattern means for the group, and whether patterns have to be matched now. */
export function changeRegex(
  plan: Plan,
  group: ConsumerGroup,
  before: ConsumerMember,
  after: ConsumerMember,
): RegexChange | Refusal {
  let change: RegexChange = 'none'
  let isNew = false
  if (before.regex !== after.regex) {
    change = 'changed'
    if (before.regex !== '' && group.regexCounts.get(before.regex) === 1) {
      plan.records.push(regexTombstone(plan.groupId, before.regex))
    }
    if (after.regex === '') change = 'changed and known'
    else if (!group.regexCounts.has(after.regex)) {
      const wrong = checkRegex(after.regex)
      if (wrong) return wrong
      isNew = true
    } else if (group.regexes.has(after.regex)) change = 'changed and known'
  }
  const patterns = patternsWith(group, before, after)
  if (patterns.size > 0 && !group.resolving && isDue(plan, group, patterns, isNew)) plan.resolve = [...patterns]
  return change
}

function patternsWith(group: ConsumerGroup, before: ConsumerMember, after: ConsumerMember): Set<string> {
  const patterns = new Set(group.regexCounts.keys())
  if (before.regex !== after.regex && group.regexCounts.get(before.regex) === 1) patterns.delete(before.regex)
  if (after.regex !== '') patterns.add(after.regex)
  return patterns
}

function isDue({ now, settings, around }: Plan, group: ConsumerGroup, patterns: ReadonlySet<string>, isNew: boolean): boolean {
  const [resolved] = group.regexes.values()
  if (resolved && now <= resolved.timestamp + LEAST_INTERVAL_MS) return false
  if (isNew || !resolved || patterns.size !== group.regexes.size) return true
  return resolved.version !== around.topics.version || now > resolved.timestamp + settings.consumerRegexRefreshIntervalMs
}

/** Which topics each pattern matches, as a whole. A pattern that cannot be read (a newer Kafka's) matches nothing. */
export function resolveRegexes({ now, around }: Plan, regexes: readonly string[]): Map<string, ResolvedRegex> {
  const names = [...around.topics.all()].sort()
  const resolve = (regex: string): string[] => {
    if (checkRegex(regex)) return []
    const pattern = compile(regex)
    return names.filter((name) => pattern.matches(name))
  }
  return new Map(regexes.map((regex) => [regex, { topics: resolve(regex), version: around.topics.version, timestamp: now }]))
}

/** Takes over what the patterns matched; the group begins a new epoch when that is something else than before. */
export function takeResolved(plan: Plan, group: ConsumerGroup, resolved: ReadonlyMap<string, ResolvedRegex>): void {
  const counts = new Map(group.topicCounts)
  let changed = false
  for (const [regex, found] of resolved) {
    if (!group.regexCounts.has(regex)) continue
    const before = group.regexes.get(regex)?.topics ?? []
    if (before.join('\n') !== found.topics.join('\n')) {
      changed = true
      countRegexTopics(counts, before, -1)
      countRegexTopics(counts, found.topics, 1)
    }
    plan.records.push(regexRecord(plan.groupId, regex, found))
  }
  const hash = metadataHash(plan.around.topics, counts.keys())
  if (!changed && hash === group.metadataHash) return
  const epoch = group.epoch + 1
  plan.records.push(epochRecord(plan.groupId, epoch, hash))
  plan.looked = { version: plan.around.topics.version, epoch }
}
