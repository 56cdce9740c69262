/** A member of a consumer group as a client would be: it says what changed, and does what it is told. */
import type { HeartbeatReply } from '../../../src/engine/groups/consumer/heartbeat'
import type { HeartbeatRequest } from '../../../src/engine/groups/consumer/validate'
import type { World } from './world'

export interface ConsumerOptions {
  readonly groupId?: string
  readonly memberId?: string
  readonly instanceId?: string | null
  readonly topics?: readonly string[]
  readonly regex?: string | null
  readonly assignor?: string | null
  readonly rebalanceMs?: number
  readonly version?: number
}

let count = 0

export class Consumer {
  epoch = 0
  /** `topic-partition` that it was given. */
  has: string[] = []
  /** What it still works with: it lets go only when the test says so. */
  holds: string[] = []
  reply: HeartbeatReply | undefined
  readonly memberId: string
  readonly options: Required<ConsumerOptions>

  constructor(
    readonly world: World,
    options: ConsumerOptions = {},
  ) {
    this.memberId = options.memberId ?? `member-${count++}`
    this.options = {
      groupId: 'g',
      memberId: this.memberId,
      instanceId: null,
      topics: ['t'],
      regex: null,
      assignor: null,
      rebalanceMs: 60_000,
      version: 1,
      ...options,
    }
  }
  async send(changes: Partial<HeartbeatRequest> = {}): Promise<HeartbeatReply> {
    const { options, world } = this
    const request: HeartbeatRequest = {
      groupId: options.groupId,
      memberId: this.memberId,
      memberEpoch: this.epoch,
      instanceId: options.instanceId,
      rackId: null,
      rebalanceTimeoutMs: -1,
      subscribedTopicNames: null,
      subscribedTopicRegex: null,
      serverAssignor: null,
      topicPartitions: null,
      ...changes,
    }
    this.reply = await world.groups.consumerHeartbeat(request, world.caller(options.version))
    if (this.reply.errorCode !== 0) return this.reply
    this.epoch = this.reply.memberEpoch
    if (this.reply.assignment) this.has = this.names(this.reply.assignment.topicPartitions)
    this.holds = [...new Set([...this.holds, ...this.has])]
    return this.reply
  }
  join(): Promise<HeartbeatReply> {
    const { topics, regex, rebalanceMs, assignor } = this.options
    this.epoch = 0
    this.holds = []
    return this.send({
      rebalanceTimeoutMs: rebalanceMs,
      subscribedTopicNames: regex === null ? [...topics] : null,
      subscribedTopicRegex: regex,
      serverAssignor: assignor,
      topicPartitions: [],
    })
  }
  /** Says what it holds, which matters only while it has something to give up. */
  async beat(): Promise<number> {
    return (await this.send({ topicPartitions: this.owned() })).errorCode
  }
  /** Lets go of what it was not given, and says so. */
  async letGo(): Promise<number> {
    this.holds = [...this.has]
    return this.beat()
  }
  /** A topic was deleted. */
  forget(topic: string): void {
    this.has = this.has.filter((held) => !held.startsWith(`${topic}-`))
    this.holds = this.holds.filter((held) => !held.startsWith(`${topic}-`))
  }
  leave(epoch = -1): Promise<HeartbeatReply> {
    return this.send({ memberEpoch: epoch })
  }
  owned(): { topicId: string; partitions: number[] }[] {
    const owned = new Map<string, number[]>()
    for (const held of this.holds) {
      const dash = held.lastIndexOf('-')
      const topicId = this.world.topics.idOf(held.slice(0, dash))
      if (topicId) owned.set(topicId, [...(owned.get(topicId) ?? []), Number(held.slice(dash + 1))])
    }
    return [...owned].map(([topicId, partitions]) => ({ topicId, partitions }))
  }
  private names(assigned: readonly { readonly topicId: string; readonly partitions: readonly number[] }[]): string[] {
    return assigned
      .flatMap(({ topicId, partitions }) => partitions.map((partition) => `${this.world.topics.nameOf(topicId)}-${partition}`))
      .sort()
  }
}

/** Everybody beats, and lets go of what it must, until nothing changes. */
export async function settle(members: readonly Consumer[]): Promise<void> {
  for (let round = 0; round < 10; round++) for (const member of members) await member.letGo()
}
