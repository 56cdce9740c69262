/** How often topics are subscribed to, counted as members and patterns come and go. */
import type { ConsumerGroup, ConsumerMember, SubscriptionCount } from './state'

type Counts = Map<string, SubscriptionCount>

function add(counts: Counts, topic: string, byName: number, byRegex: number): void {
  const known = counts.get(topic) ?? { byName: 0, byRegex: 0 }
  const count = { byName: known.byName + byName, byRegex: known.byRegex + byRegex }
  if (count.byName > 0 || count.byRegex > 0) counts.set(topic, count)
  else counts.delete(topic)
}
export function countNames(counts: Counts, topics: readonly string[], by: 1 | -1): void {
  for (const topic of topics) add(counts, topic, by, 0)
}
export function countRegexTopics(counts: Counts, topics: readonly string[], by: 1 | -1): void {
  for (const topic of topics) add(counts, topic, 0, by)
}

/** The counts as they would be with `after` in the place of `before`. */
export function countsWith(
  group: ConsumerGroup,
  before: ConsumerMember | undefined,
  after: ConsumerMember | undefined,
): ReadonlyMap<string, SubscriptionCount> {
  const counts = new Map(group.topicCounts)
  if (before) countNames(counts, before.topics, -1)
  if (after) countNames(counts, after.topics, 1)
  if (before && before.regex !== '' && before.regex !== after?.regex && group.regexCounts.get(before.regex) === 1) {
    const resolved = group.regexes.get(before.regex)
    if (resolved) countRegexTopics(counts, resolved.topics, -1)
  }
  return counts
}

/** The counts as they would be without `members` and the patterns that only they had. */
export function countsWithout(
  group: ConsumerGroup,
  members: readonly ConsumerMember[],
  regexes: readonly string[],
): ReadonlyMap<string, SubscriptionCount> {
  const counts = new Map(group.topicCounts)
  for (const member of members) countNames(counts, member.topics, -1)
  for (const regex of regexes) {
    const resolved = group.regexes.get(regex)
    if (resolved) countRegexTopics(counts, resolved.topics, -1)
  }
  return counts
}

/** Topics that the member wants: those that it names, and those that its pattern matched when it was last resolved. */
export function subscribedTopics(group: ConsumerGroup, member: ConsumerMember): ReadonlySet<string> {
  const topics = new Set(member.topics)
  for (const topic of group.regexes.get(member.regex)?.topics ?? []) topics.add(topic)
  return topics
}
