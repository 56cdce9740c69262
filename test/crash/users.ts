/**
 * Everybody who uses a Kafka at random: creates and deletes topics, sends, commits, joins, deletes records, changes settings. What is
 * asked for and what is answered goes into the ledger. Whatever waits for the disk does so at the same time as others.
 */

import { expireRecords } from '../../src/engine/retention'
import { CreateTopics } from '../../src/protocol/apis/create-topics'
import { DeleteRecords } from '../../src/protocol/apis/delete-records'
import { DeleteTopics } from '../../src/protocol/apis/delete-topics'
import { IncrementalAlterConfigs } from '../../src/protocol/apis/incremental-alter-configs'
import { JoinGroup } from '../../src/protocol/apis/join-group'
import { OffsetCommit } from '../../src/protocol/apis/offset-commit'
import { SyncGroup } from '../../src/protocol/apis/sync-group'
import { ZERO_UUID } from '../../src/protocol/types'
import type { Chance } from '../fuzz/random'
import type { Ledger, TopicMade } from './ledger'
import { Senders } from './senders'
import { answered, FOLDER, type World } from './world'

export const GROUPS = ['g0', 'g1', 'members']
const NAMES = ['a', 'b', 'c']
const SETTINGS: readonly (readonly [name: string, values: readonly string[]])[] = [
  ['retention.bytes', ['1500', '6000', '-1']],
  ['segment.ms', ['5000', '604800000']],
  ['max.message.bytes', ['500000', '1048588']],
  ['internal.segment.bytes', ['700', '2000', '9000']],
]

export class Users {
  /** What was answered wrongly though nothing had crashed. */
  readonly complaints: string[] = []
  readonly senders: Senders

  constructor(
    readonly ledger: Ledger,
    readonly dice: Chance,
  ) {
    this.senders = new Senders(ledger, dice, (complaint) => this.complaints.push(complaint))
  }

  /** A few at once, and what each is answered. */
  async act(world: World): Promise<void> {
    const { dice } = this
    const tasks = Array.from({ length: 1 + dice.below(4) }, () => this.one(world))
    await answered(world, Promise.all(tasks))
  }
  private one(world: World): Promise<void> {
    const roll = this.ledger.usable().length === 0 ? 0 : this.dice.below(100)
    if (roll < 7) return this.createTopic(world)
    if (roll < 9) return this.deleteTopic(world)
    if (roll < 14) return this.configure(world)
    if (roll < 28) return this.commit(world)
    if (roll < 30) return this.join(world)
    if (roll < 36) return this.deleteRecords(world)
    if (roll < 41) return this.expire(world)
    if (roll < 44) return this.passTime(world)
    if (roll < 54) return this.senders.transact(world)
    return this.senders.send(world)
  }

  private async createTopic({ call }: World): Promise<void> {
    const { ledger, dice } = this
    const name = dice.pick(NAMES)
    if (ledger.topics.some((topic) => topic.name === name && (topic.deleted?.ended ?? Number.POSITIVE_INFINITY) > ledger.time))
      return
    const configs = new Map<string, string>([
      ['internal.segment.bytes', dice.pick(['600', '2000', '8000'])],
      ['index.interval.bytes', dice.pick(['0', '300', '4096'])],
      ['file.delete.delay.ms', dice.pick(['0', '1000', '60000'])],
    ])
    if (dice.once(3)) configs.set('retention.bytes', '4000')
    if (dice.once(3)) configs.set('retention.ms', '20000')
    const partitions = 1 + dice.below(3)
    const attempt = ledger.begin(ledger.topics, { name, partitions, id: undefined, deleted: undefined })
    const set = [...configs].map(([key, value]) => ledger.begin(ledger.configs, { topic: attempt, name: key, value }))
    const wanted = {
      name,
      numPartitions: partitions,
      replicationFactor: 1,
      assignments: [],
      configs: [...configs].map(([key, value]) => ({ name: key, value })),
    }
    const topic = (await call(CreateTopics, { topics: [wanted] })).topics[0]
    if (topic?.errorCode !== 0) {
      this.complaints.push(`creating ${name}: ${topic?.errorCode} ${topic?.errorMessage}`)
      return
    }
    attempt.id = topic.topicId
    for (const one of [attempt, ...set]) ledger.end(one)
  }
  private async deleteTopic({ call }: World): Promise<void> {
    const { ledger, dice } = this
    const topic = dice.pick(ledger.usable())
    topic.deleted = ledger.begin([], {})
    const reply = await call(DeleteTopics, { topics: [{ name: topic.name, topicId: ZERO_UUID }], timeoutMs: 1000 })
    if (reply.responses[0]?.errorCode === 0) ledger.end(topic.deleted)
    else this.complaints.push(`deleting ${topic.name}: ${reply.responses[0]?.errorCode}`)
  }
  private async configure({ call }: World): Promise<void> {
    const { ledger, dice } = this
    const topic = dice.pick(ledger.usable())
    const [name, values] = dice.pick(SETTINGS)
    const value = name !== 'internal.segment.bytes' && dice.once(4) ? null : dice.pick(values)
    if (ledger.configs.some((one) => one.topic === topic && one.name === name && one.ended > ledger.time)) return
    const attempt = ledger.begin(ledger.configs, { topic, name, value })
    const configs = [{ name, configOperation: value === null ? 1 : 0, value }]
    const resources = [{ resourceType: 2, resourceName: topic.name, configs }]
    const reply = await call(IncrementalAlterConfigs, { resources, validateOnly: false })
    const errorCode = reply.responses[0]?.errorCode
    if (errorCode === 0) ledger.end(attempt)
    else if (!topic.deleted) this.complaints.push(`setting ${name} of ${topic.name}: ${errorCode}`)
  }

  private async commit({ call, engine }: World): Promise<void> {
    const { ledger, dice } = this
    const topic = dice.pick(ledger.usable())
    const partition = dice.below(topic.partitions)
    const member = ledger.joins.findLast(({ ended }) => ended <= ledger.time)
    const group = member && dice.once(3) ? member.group : dice.pick(['g0', 'g1'])
    const offset = dice.below((engine.partition(topic.name, partition)?.highWatermark ?? 0) + 1)
    const attempt = ledger.begin(ledger.commits, { group, topic, partition, offset })
    const partitions = [{ partitionIndex: partition, committedOffset: offset, committedMetadata: dice.once(2) ? null : 'here' }]
    const who = group === 'members' ? { generationIdOrMemberEpoch: member?.generation ?? -1, groupInstanceId: 'i' } : {}
    const memberId = group === 'members' ? (member?.memberId ?? '') : ''
    const reply = await call(OffsetCommit, { groupId: group, memberId, ...who, topics: [{ name: topic.name, partitions }] }, 8)
    const errorCode = reply.topics[0]?.partitions[0]?.errorCode
    if (errorCode === 0) ledger.end(attempt)
    else if (!topic.deleted && group !== 'members') this.complaints.push(`committing for ${group}: ${errorCode}`)
  }
  /** A static member, so that nobody's absence changes the group. */
  private async join({ call }: World): Promise<void> {
    const { ledger } = this
    if (ledger.joins.some(({ ended }) => ended > ledger.time)) return
    const attempt = ledger.begin(ledger.joins, { group: 'members', instance: 'i', memberId: '', generation: -1 })
    const metadata = Buffer.from('000000000001000161ffffffff', 'hex')
    const joined = await call(JoinGroup, {
      groupId: 'members',
      sessionTimeoutMs: 600_000,
      rebalanceTimeoutMs: 600_000,
      memberId: ledger.joins.at(-2)?.memberId ?? '',
      groupInstanceId: 'i',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata }],
    })
    if (joined.errorCode !== 0) {
      ledger.joins.splice(ledger.joins.indexOf(attempt), 1)
      return
    }
    attempt.memberId = joined.memberId
    attempt.generation = joined.generationId
    const { memberId, generationId } = joined
    const assignments = [{ memberId, assignment: Buffer.from('000000000000ffffffff', 'hex') }]
    const synced = await call(SyncGroup, { groupId: 'members', generationId, memberId, groupInstanceId: 'i', assignments })
    if (synced.errorCode === 0) ledger.end(attempt)
    else ledger.joins.splice(ledger.joins.indexOf(attempt), 1)
  }

  private async deleteRecords({ call, engine }: World): Promise<void> {
    const { ledger, dice } = this
    const topic = dice.pick(ledger.usable())
    const partition = dice.below(topic.partitions)
    const found = engine.partition(topic.name, partition)
    const start = found?.log.startOffset ?? 0
    const offset = start + dice.below((found?.highWatermark ?? 0) - start + 1)
    const attempt = ledger.begin(ledger.starts, { topic, partition, most: offset, offset, promised: true })
    const asked = [{ name: topic.name, partitions: [{ partitionIndex: partition, offset }] }]
    const reply = await call(DeleteRecords, { topics: asked, timeoutMs: 1000 })
    const errorCode = reply.topics[0]?.partitions[0]?.errorCode
    if (errorCode === 0) ledger.end(attempt)
    else if (!topic.deleted) this.complaints.push(`deleting records of ${topic.name}: ${errorCode}`)
  }
  /** What a server does every few minutes. */
  private async expire({ engine }: World): Promise<void> {
    const { ledger } = this
    const logOf = (topic: TopicMade, partition: number) => engine.partition(topic.name, partition)?.log
    const attempts = ledger.usable().flatMap((topic) =>
      Array.from({ length: topic.partitions }, (_, partition) => {
        const most = logOf(topic, partition)?.endOffset ?? 0
        return ledger.begin(ledger.starts, { topic, partition, most, offset: most, promised: false })
      }),
    )
    await expireRecords(engine, { log: () => {}, stopped: () => false })
    for (const one of attempts) {
      one.offset = logOf(one.topic, one.partition)?.startOffset ?? one.most
      ledger.end(one)
    }
  }
  private async passTime({ clock }: World): Promise<void> {
    await clock.pass(this.dice.below(25_000))
  }

  /** Ends the engine cleanly. */
  stop(world: World): void {
    const { ledger } = this
    const attempt = ledger.begin(ledger.cleanStops, {})
    world.stop()
    // who only reads makes nothing durable and leaves the mark as it was
    if (world.engine.system.fs.exists(`${FOLDER}/.kafka_cleanshutdown`)) ledger.end(attempt)
  }
}
