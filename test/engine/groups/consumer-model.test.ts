/**
 * Members of a consumer group come, go, change their minds and let go of partitions when they like, while topics change and the
 * broker crashes. Whatever happens: no partition is with two members, a broker that reads the log knows exactly what the former
 * one knew, and when all do what they are told, everything that is wanted is with somebody who wants it.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GroupCoordinator } from '../../../src/engine/groups/coordinator'
import { Consumer, settle } from './consumer-member'
import { FakeClock, World } from './world'

const SEATS = 4
const TOPICS = ['t', 'u', 'v']
const seat = fc.nat({ max: SEATS - 1 })
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('join' as const),
      seat,
      topics: fc.subarray(TOPICS),
      pattern: fc.boolean(),
      range: fc.boolean(),
    }),
  },
  { weight: 12, arbitrary: fc.record({ do: fc.constantFrom('beat' as const, 'let go' as const), seat }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('want' as const), seat, topics: fc.subarray(TOPICS) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('leave' as const, 'vanish' as const, 'away' as const), seat }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('grow' as const, 'drop' as const), topic: fc.constantFrom(...TOPICS) }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'restart' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'pass' as const }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

class Model {
  readonly world = new World({}, 5)
  readonly members = new Map<number, Consumer>()
  private names = 0

  constructor() {
    this.world.topics.add('t', 3)
    this.world.topics.add('u', 1)
  }
  async run(step: Step): Promise<void> {
    await this.act(step)
    await this.world.pass(0)
    for (const [place, member] of this.members) if (member.reply?.errorCode !== 0) this.members.delete(place)
    this.check()
  }
  private async act(step: Step): Promise<void> {
    const { world } = this
    const member = 'seat' in step ? this.members.get(step.seat) : undefined
    switch (step.do) {
      case 'join':
        return this.join(step.seat, step.pattern ? '[tv]' : null, step.topics, step.range ? 'range' : null)
      case 'beat':
        await member?.beat()
        return
      case 'let go':
        await member?.letGo()
        return
      case 'want':
        await member?.send({ subscribedTopicNames: step.topics, topicPartitions: member.owned() })
        return
      case 'leave':
        await member?.leave()
        this.members.delete(step.seat)
        return
      case 'away': // a static member's process ends, and lets go of everything
        if (member?.options.instanceId) await member.leave(-2)
        else await member?.leave()
        this.members.delete(step.seat)
        return
      case 'vanish':
        this.members.delete(step.seat)
        return this.wait(46_000)
      case 'grow':
        if (world.topics.exists(step.topic)) world.topics.grow(step.topic, world.topics.partitionCount(step.topic) + 1)
        else world.topics.add(step.topic, 2)
        return
      case 'drop':
        if (world.topics.exists(step.topic)) world.topics.remove(step.topic)
        // one of the same name that comes later is another, and nobody has anything of it yet
        for (const one of this.members.values()) one.forget(step.topic)
        return
      case 'restart':
        world.restart()
        return
      case 'pass':
        return this.wait(11_000)
    }
  }
  private async join(place: number, regex: string | null, topics: string[], assignor: string | null): Promise<void> {
    if (this.members.has(place)) return
    const instanceId = place >= 2 ? `seat-${place}` : null
    const member = new Consumer(this.world, {
      memberId: `m${this.names++}`,
      instanceId,
      topics,
      regex,
      assignor,
      rebalanceMs: 600_000,
    })
    this.members.set(place, member)
    await member.join()
  }
  /** Time passes while everybody who is there says so. */
  private async wait(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 5_000) {
      await this.world.pass(5_000)
      for (const member of this.members.values()) await member.beat()
    }
  }
  check(): void {
    const owners = new Map<string, string>()
    for (const member of this.members.values()) {
      for (const held of member.holds) {
        if (held.startsWith('undefined')) continue
        expect(owners.get(held), `${held} is with ${member.memberId} too`).toBeUndefined()
        owners.set(held, member.memberId)
      }
    }
    const reader = new GroupCoordinator({ ...this.world, system: { clock: new FakeClock(), random: this.world.random } })
    expect(reader.describeConsumer('g')).toEqual(this.world.groups.describeConsumer('g'))
    reader.abandon()
  }
  async end(): Promise<void> {
    await this.wait(61_000) // seats whose holders are away are free, patterns are matched anew
    const present = [...this.members.values()]
    await settle(present)
    const { topics, groups } = this.world
    if (present.length === 0) return
    expect(groups.describeConsumer('g')).toMatchObject({ groupState: 'Stable' })
    const wanted = new Set<string>()
    for (const member of groups.describeConsumer('g').members) {
      const names =
        member.subscribedTopicRegex === '[tv]' ? ['t', 'v', ...member.subscribedTopicNames] : member.subscribedTopicNames
      for (const name of names) for (let i = 0; i < topics.partitionCount(name); i++) wanted.add(`${name}-${i}`)
    }
    expect(present.flatMap(({ has }) => has).sort()).toEqual([...wanted].sort())
    for (const member of present) await member.leave()
    await this.world.pass(0)
    expect(this.world.clock.waiting, 'timers of a group that is empty').toBe(0)
  }
}

test('no partition is ever with two members, and all end up with somebody who wants them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 50 }), async (steps) => {
      const model = new Model()
      for (const one of steps) await model.run(one)
      await model.end()
    }),
    { numRuns: 150 },
  )
}, 60_000)
