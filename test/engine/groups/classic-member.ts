/** A member of a classic group as a client would be, down to the coordinator's own words. */
import type { JoinReply, SyncReply } from '../../../src/engine/groups/plan'
import { encodeSubscription } from '../../../src/protocol/records/consumer-protocol'
import { settled, type World } from './world'

export interface MemberOptions {
  readonly groupId?: string
  readonly instanceId?: string | null
  readonly version?: number
  readonly sessionMs?: number
  readonly rebalanceMs?: number
  readonly protocols?: readonly string[]
  readonly protocolType?: string
  readonly topics?: readonly string[]
}

export class Member {
  memberId = ''
  generation = -1
  reply: JoinReply | undefined
  synced: SyncReply | undefined
  /** Requests that have no answer yet. */
  unanswered = 0
  readonly options: Required<MemberOptions>

  constructor(
    readonly world: World,
    options: MemberOptions = {},
  ) {
    this.options = {
      groupId: 'g',
      instanceId: null,
      version: 9,
      sessionMs: 10_000,
      rebalanceMs: 60_000,
      protocols: ['range'],
      protocolType: 'consumer',
      topics: ['t'],
      ...options,
    }
  }

  protected metadata(): Buffer {
    return encodeSubscription(0, { topics: [...this.options.topics] })
  }
  /** Sends JoinGroup; the reply is put into `reply` when it comes. */
  async send(memberId = this.memberId): Promise<void> {
    const { options } = this
    this.reply = undefined
    const metadata = this.metadata()
    const later = this.world.groups.join(
      {
        groupId: options.groupId,
        sessionTimeoutMs: options.sessionMs,
        rebalanceTimeoutMs: options.rebalanceMs,
        memberId,
        groupInstanceId: options.instanceId,
        protocolType: options.protocolType,
        protocols: options.protocols.map((name) => ({ name, metadata })),
        reason: null,
      },
      this.world.caller(options.version),
    )
    this.unanswered++
    void Promise.resolve(later).then((reply) => {
      this.unanswered--
      this.reply = reply
      if (reply.errorCode !== 0) return
      this.memberId = reply.memberId
      this.generation = reply.generationId as number
    })
    await settled()
  }
  /** Joins as a client does: gets an id first, if it must. Does not wait for the others. */
  async join(): Promise<this> {
    await this.send()
    if (this.reply?.errorCode === 79) {
      this.memberId = this.reply.memberId
      await this.send()
    }
    return this
  }
  get leads(): boolean {
    return this.reply?.leader === this.memberId
  }
  /** Sends SyncGroup; a leader gives every member its own id as the assignment. */
  async sync(assignments?: Record<string, string>): Promise<this> {
    this.synced = undefined
    const given = assignments ?? Object.fromEntries((this.reply?.members ?? []).map(({ memberId }) => [memberId, memberId]))
    const later = this.world.groups.sync(
      {
        groupId: this.options.groupId,
        generationId: this.generation,
        memberId: this.memberId,
        groupInstanceId: this.options.instanceId,
        protocolType: null,
        protocolName: null,
        assignments: Object.entries(given).map(([memberId, text]) => ({ memberId, assignment: Buffer.from(text, 'latin1') })),
      },
      this.world.caller(5),
    )
    this.unanswered++
    void Promise.resolve(later).then((reply) => {
      this.unanswered--
      this.synced = reply
    })
    await settled()
    return this
  }
  get assignment(): string | undefined {
    return this.synced?.errorCode === 0 ? Buffer.from(this.synced.assignment).toString() : undefined
  }
  async beat(): Promise<number> {
    return this.world.groups.heartbeat(
      {
        groupId: this.options.groupId,
        memberId: this.memberId,
        groupInstanceId: this.options.instanceId,
        generationId: this.generation,
      },
      this.world.caller(4),
    )
  }
  async leave(memberId = this.memberId, groupInstanceId = this.options.instanceId) {
    const members = [{ memberId, groupInstanceId, reason: null }]
    return this.world.groups.leave({ groupId: this.options.groupId, members }, this.world.caller(5))
  }
  async commit(offset = 1, changes: { memberId?: string; generation?: number; instanceId?: string | null } = {}) {
    const replies = await this.world.groups.commitOffsets(
      this.options.groupId,
      {
        memberId: this.memberId,
        generation: this.generation,
        instanceId: this.options.instanceId,
        version: 9,
        transactional: false,
        ...changes,
      },
      [
        {
          name: 't',
          topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
          partitions: [{ partitionIndex: 0, committedOffset: offset, committedLeaderEpoch: -1, committedMetadata: '' }],
        },
      ],
      -1,
      this.world.caller(9),
    )
    return replies[0]?.partitions[0]?.errorCode
  }
}

/** Members who joined together, synced, and form a Stable group. */
export async function stable(world: World, members: readonly Member[]): Promise<void> {
  for (const member of members) await member.join()
  while (members.some(({ reply }) => !reply)) await world.pass(100)
  for (const member of members) if (!member.leads) await member.sync()
  await members.find((member) => member.leads)?.sync()
}
