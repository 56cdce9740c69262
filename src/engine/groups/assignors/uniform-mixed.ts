/**
 * The uniform assignor where members want different topics. Everybody keeps what it has and still wants; what is left goes to the
 * subscriber with the least; then, topic by topic, partitions move from the subscribers with most to those with least until no
 * topic has two subscribers who differ by more than one, or nothing gets better. (UniformHeterogeneousAssignmentBuilder does the
 * same with other tie-breaks.)
 */
import type { Assignment } from '../consumer/assignment'
import type { Assignor, AssignorInput } from './assignor'

/** Enough to come to rest in practice; the bound makes it sure. */
const ROUNDS = 16

class Desk {
  /** Who wants a topic. */
  readonly subscribers = new Map<string, string[]>()
  private readonly owners = new Map<string, (string | undefined)[]>()
  private readonly sizes = new Map<string, number>()

  constructor(private readonly input: AssignorInput) {
    for (const { memberId, topics } of input.members) {
      this.sizes.set(memberId, 0)
      for (const topic of topics) {
        const wanting = this.subscribers.get(topic)
        if (wanting) wanting.push(memberId)
        else this.subscribers.set(topic, [memberId])
      }
    }
    for (const topic of this.subscribers.keys()) {
      this.owners.set(topic, new Array<string | undefined>(input.partitionCount(topic)).fill(undefined))
    }
  }
  ownersOf(topic: string): readonly (string | undefined)[] {
    return this.owners.get(topic) ?? []
  }
  size(memberId: string): number {
    return this.sizes.get(memberId) as number
  }
  give(topic: string, partition: number, memberId: string): void {
    const owners = this.owners.get(topic) as (string | undefined)[]
    const before = owners[partition]
    if (before !== undefined) this.sizes.set(before, this.size(before) - 1)
    owners[partition] = memberId
    this.sizes.set(memberId, this.size(memberId) + 1)
  }
  /** Subscribers of a topic, those with least first. */
  bySize(topic: string): string[] {
    return [...(this.subscribers.get(topic) as string[])].sort((a, b) => this.size(a) - this.size(b))
  }
  result(): ReadonlyMap<string, Assignment> {
    const result = new Map(this.input.members.map(({ memberId }) => [memberId, new Map<string, Set<number>>()]))
    for (const [topic, owners] of this.owners) {
      for (const [partition, owner] of owners.entries()) {
        const mine = owner === undefined ? undefined : result.get(owner)
        mine?.set(topic, (mine.get(topic) ?? new Set()).add(partition))
      }
    }
    return result
  }
}

export const uniformMixed: Assignor = (input) => {
  const desk = new Desk(input)
  for (const { memberId, topics, assigned } of input.members) {
    for (const [topic, partitions] of assigned) {
      if (!topics.has(topic)) continue
      const owners = desk.ownersOf(topic)
      for (const partition of partitions) {
        if (partition < owners.length && owners[partition] === undefined) desk.give(topic, partition, memberId)
      }
    }
  }
  // Topics that few want come first: the others have more ways to even things out.
  const topics = [...desk.subscribers.keys()].sort((a, b) => wanting(desk, a) - wanting(desk, b))
  for (const topic of topics) {
    for (const [partition, owner] of desk.ownersOf(topic).entries()) {
      if (owner === undefined) desk.give(topic, partition, desk.bySize(topic)[0] as string)
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    let moved = 0
    for (const topic of topics) moved += balance(desk, topic)
    if (moved === 0) break
  }
  return desk.result()
}

const wanting = (desk: Desk, topic: string) => desk.subscribers.get(topic)?.length ?? 0

/** Moves partitions of one topic to who has least; how many. */
function balance(desk: Desk, topic: string): number {
  let moved = 0
  for (;;) {
    const [least, ...others] = desk.bySize(topic)
    if (least === undefined) return moved
    const owners = desk.ownersOf(topic)
    const giver = others.reverse().find((memberId) => owners.includes(memberId))
    if (giver === undefined || desk.size(giver) - desk.size(least) <= 1) return moved
    desk.give(topic, owners.lastIndexOf(giver), least)
    moved++
  }
}
