/**
 * The topic that kt's console commands work on when none was named: the only one there is, or on a terminal the one that is chosen.
 * And what kt says of a topic or partition that is not there.
 */
import type { Context } from '../cli/command'
import { Failure, UsageError } from '../cli/errors'
import { isInternal } from '../cli/java-regex'
import { nearest } from '../cli/suggest'
import { listTopics } from '../client/admin/topics'
import type { Cluster } from '../client/cluster'

/** Names of the topics that are not Kafka's own, in order. */
async function ownTopics(cluster: Cluster): Promise<string[]> {
  return (await listTopics(cluster)).filter((topic) => !topic.isInternal && !isInternal(topic.name)).map(({ name }) => name)
}

/** Throws Failure when there is no topic, UsageError when there are several and nobody to ask. */
export async function chooseTopic(cluster: Cluster, { out, terminal }: Pick<Context, 'out' | 'terminal'>): Promise<string> {
  const names = await ownTopics(cluster)
  const [first, second] = names
  if (first === undefined) {
    throw new Failure('there is no topic yet', { hint: "Create one with 'kt topics --create --topic NAME'." })
  }
  if (second === undefined) {
    out.error(`Topic: ${first}, the only one there is.`)
    return first
  }
  const shown = names.length > 6 ? [...names.slice(0, 5), `${names.length - 5} more`] : names
  const { choose } = terminal
  if (!choose) throw new UsageError('', `say which topic: --topic ${shown.join(', ')}`)
  return choose('Which topic?', names)
}

/** Throws Failure for a topic that does not exist; it would be made otherwise, perhaps for a slip of the hand. */
export async function checkTopicExists(cluster: Cluster, topic: string): Promise<void> {
  if (await cluster.topic(topic)) return
  const close = nearest(topic, await ownTopics(cluster))
  throw new Failure(`there is no topic '${topic}'`, {
    hint: close === undefined ? `Create it with 'kt topics --create --topic ${topic}'.` : `Did you mean '${close}'?`,
  })
}

/** The same for one of its partitions, which would be waited for in vain. */
export async function checkPartitionExists(cluster: Cluster, topic: string, partition: number): Promise<void> {
  await checkTopicExists(cluster, topic)
  const count = (await cluster.partitions(topic)).length
  if (partition >= 0 && partition < count) return
  const present = count === 1 ? 'only partition 0' : `partitions 0 to ${count - 1}`
  throw new Failure(`there is no partition ${partition} of topic '${topic}'`, { hint: `It has ${present}.` })
}
