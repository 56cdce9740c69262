/**
 * Members of a classic group do whatever comes to their mind, in any order, with time-outs and crashes of the broker between.
 * Whatever happens: nobody waits for ever, generations only grow, one generation has one leader and one assignment, and a broker
 * that reads the log finds the group as it was last told.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GroupCoordinator } from '../../../src/engine/groups/coordinator'
import { Member } from './classic-member'
import { FakeClock, settled, World } from './world'

const SEATS = 5
const actions = ['come', 'come', 'sync', 'sync', 'join', 'first join', 'beat', 'leave', 'vanish', 'commit'] as const
const step = fc.oneof(
  { weight: 30, arbitrary: fc.record({ do: fc.constantFrom(...actions), seat: fc.nat({ max: SEATS - 1 }) }) },
  { weight: 9, arbitrary: fc.record({ pass: fc.constantFrom(1, 3_000, 3_000, 6_000, 11_000, 25_000) }) },
  { weight: 1, arbitrary: fc.constant({ restart: true } as const) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

class Model {
  readonly world = new World({}, 3)
  readonly seats = Array.from({ length: SEATS }, (_, i) => this.member(i))
  readonly asked: Member[] = []
  /** Who led each generation. */
  readonly leaders = new Map<number, string>()

  private member(seat: number): Member {
    const instanceId = seat >= 3 ? `seat-${seat}` : null
    const protocols = seat % 2 === 0 ? ['range', 'sticky'] : ['sticky', 'range']
    return new Member(this.world, { instanceId, protocols, rebalanceMs: 20_000, version: seat === 2 ? 3 : 9 })
  }
  async run(step: Step): Promise<void> {
    if ('pass' in step) await this.world.pass(step.pass)
    else if ('restart' in step) this.restart()
    else await this.act(step.do, step.seat)
    await settled()
    this.check()
  }
  private restart(): void {
    this.world.restart()
    // A generation that was never assigned is not recorded: its number comes again.
    const recorded = this.world.log.records.findLast((record) => record.name === 'GroupMetadata')?.value?.generation ?? 0
    for (const generation of this.leaders.keys()) if (generation > recorded) this.leaders.delete(generation)
    // Connections break: what was asked is asked of nobody.
    const asked = new Set(this.asked.splice(0))
    for (const [seat, member] of this.seats.entries()) if (asked.has(member)) this.renew(seat)
  }
  /** A new process in the same seat, which knows nothing of the former one. */
  private renew(seat: number): void {
    this.seats[seat] = this.member(seat)
  }
  private async act(action: (typeof actions)[number], seat: number): Promise<void> {
    const member = this.seats[seat] as Member
    switch (action) {
      case 'come':
        this.asked.push(member)
        await member.join()
        return
      case 'first join':
        if (member.reply?.errorCode === 79) member.memberId = member.reply.memberId
        else this.renew(seat)
        return this.ask(this.seats[seat] as Member)
      case 'join':
        if (member.reply?.errorCode === 79) member.memberId = member.reply.memberId
        return this.ask(member)
      case 'sync':
        if (member.reply?.errorCode !== 0) return
        this.asked.push(member)
        await member.sync()
        return
      case 'beat':
        expect([0, 16, 22, 25, 27, 82]).toContain(await member.beat())
        return
      case 'commit':
        expect([0, 22, 25, 27, 69, 82]).toContain(await member.commit(seat))
        return
      case 'leave':
        if (member.memberId !== '') await member.leave()
        this.renew(seat)
        return
      case 'vanish':
        this.renew(seat)
        return
    }
  }
  private async ask(member: Member): Promise<void> {
    this.asked.push(member)
    await member.send()
  }
  check(): void {
    for (const { reply } of this.asked) {
      if (reply?.errorCode !== 0) continue
      const generation = reply.generationId as number
      const known = this.leaders.get(generation)
      // A static leader that came back has a new name; an old client of it is told the former one.
      const same =
        !known || known === reply.leader || known.split('-').slice(0, 2).join() === reply.leader.split('-').slice(0, 2).join()
      expect(same, `generation ${generation} has two leaders`).toBe(true)
      this.leaders.set(generation, reply.leader)
    }
    const { groupState, members } = this.look(this.world.groups)
    if (groupState !== 'Stable' && groupState !== 'Empty') return
    const reader = new GroupCoordinator({ ...this.world, system: { clock: new FakeClock(), random: this.world.random } })
    const found = this.look(reader)
    expect(found).toEqual({ groupState, members, protocolData: found.protocolData, protocolType: found.protocolType })
    reader.abandon()
  }
  private look(groups: GroupCoordinator) {
    const { groupState, members, protocolData, protocolType } = groups.describe('g', this.world.caller(5))
    return { groupState: groupState === 'Dead' ? 'Empty' : groupState, members, protocolData, protocolType }
  }
  async end(): Promise<void> {
    await this.world.pass(600_000)
    for (const { unanswered } of this.asked) expect(unanswered, 'requests without answer').toBe(0)
    expect(this.look(this.world.groups)).toMatchObject({ groupState: 'Empty', members: [] })
    expect(this.world.clock.waiting, 'timers of a group that is empty').toBe(0)
  }
}

test('whatever members do, nobody waits for ever, and a restart finds what was told', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), async (steps) => {
      const model = new Model()
      for (const one of steps) await model.run(one)
      await model.end()
    }),
    { numRuns: 800 },
  )
}, 60_000)

test('generations only grow, also over restarts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('rejoin', 'restart', 'leave'), { maxLength: 12 }), async (events) => {
      const world = new World()
      let member = new Member(world)
      let last = 0
      for (const event of ['rejoin', ...events]) {
        if (event === 'restart') world.restart()
        else if (event === 'leave') {
          await member.leave()
          member = new Member(world)
        } else {
          await member.join()
          if (member.reply?.errorCode === 25) member = await new Member(world).join()
          await world.pass(3_000)
          await member.sync()
          expect(member.generation).toBeGreaterThan(last)
          last = member.generation
        }
      }
    }),
    { numRuns: 50 },
  )
})
