/**
 * What was asked of an engine and what it promised by answering, in the order in which both happened: the other half of a test that
 * crashes it. An attempt that was answered must hold after any crash (`acks=1` after a kill only); one that was not may or may not.
 */

import type { PartitionView, View } from './view'

export interface Attempt {
  /** When it was asked for and when it was answered, by the ledger's count. */
  began: number
  ended: number
}
export interface TopicMade extends Attempt {
  readonly name: string
  readonly partitions: number
  id: string | undefined
  deleted: Attempt | undefined
}
export interface ConfigSet extends Attempt {
  readonly topic: TopicMade
  readonly name: string
  readonly value: string | null
}
export interface Produced extends Attempt {
  readonly topic: TopicMade
  readonly partition: number
  /** Numbers of the records: recordOf says what each is. */
  readonly numbers: readonly number[]
  readonly timestamp: number
  readonly acks: -1 | 1
  readonly producer: { readonly producerId: number; readonly baseSequence: number } | undefined
  /** The end of a transaction; it has no records. */
  readonly marker: boolean
  baseOffset: number
}
export interface Committed extends Attempt {
  readonly group: string
  readonly topic: TopicMade
  readonly partition: number
  readonly offset: number
}
/** The start of a partition moved up, by delete-records or by retention: to `offset`; at most to `most`, while nobody knows. */
export interface Started extends Attempt {
  readonly topic: TopicMade
  readonly partition: number
  readonly most: number
  /** Whether the answer promises it: what was deleted does not come back. */
  readonly promised: boolean
  offset: number
}
export interface Joined extends Attempt {
  readonly group: string
  readonly instance: string
  memberId: string
  generation: number
}
export interface ProducerNamed extends Attempt {
  producerId: number
}

/** Offsets that an earlier power cut left without records: `from` to below `to`. */
export interface Hole {
  readonly from: number
  readonly to: number
}

export class Ledger {
  /** Goes up with everything that happens. */
  time = 0
  topics: TopicMade[] = []
  configs: ConfigSet[] = []
  produced: Produced[] = []
  commits: Committed[] = []
  starts: Started[] = []
  joins: Joined[] = []
  producers: ProducerNamed[] = []
  holes: (Hole & { readonly topic: TopicMade; readonly partition: number })[] = []
  /** Times at which the engine was told to end cleanly, and had. */
  cleanStops: Attempt[] = []

  begin<A extends Attempt>(list: A[], attempt: Omit<A, keyof Attempt>): A {
    const begun = { ...attempt, began: ++this.time, ended: Number.POSITIVE_INFINITY } as A // the two fields that were left out
    list.push(begun)
    return begun
  }
  end(attempt: Attempt): void {
    attempt.ended = ++this.time
  }
  /** After a power cut: what is there is what holds from now on. */
  rebase(view: View, holesOf: (partition: PartitionView) => Hole[]): void {
    const now = ++this.time
    const sure = { began: now, ended: now }
    this.topics = [...view.topics].map(([name, { id, partitions }]) => {
      const made = this.topics.filter((topic) => topic.name === name && (topic.id ?? id) === id).at(-1)
      return Object.assign(made ?? { name, partitions: partitions.length }, { ...sure, id, deleted: undefined })
    })
    const topicOf = (name: string) => this.topics.find((topic) => topic.name === name) as TopicMade // all that are in the view
    this.configs = [...view.topics].flatMap(([name, { configs }]) =>
      [...configs].map(([key, value]) => ({ ...sure, topic: topicOf(name), name: key, value })),
    )
    const left = new Map<number, number>() // first number to offset
    for (const { partitions } of view.topics.values()) {
      for (const { batches } of partitions)
        for (const { baseOffset, records } of batches) {
          if (records[0]) left.set(numberOf(records[0].value), baseOffset)
        }
    }
    this.produced = this.produced.filter((one) => left.has(one.numbers[0] ?? -1))
    for (const one of this.produced) Object.assign(one, { ...sure, acks: -1, baseOffset: left.get(one.numbers[0] ?? -1) })
    // offsets of a topic whose deletion came first to the disk may still be there
    this.commits = [...view.offsets].flatMap(([place, offset]) => {
      const [, group = '', name = '', partition = ''] = /^(\S+) (.*)-(\d+)$/.exec(place) ?? []
      if (!view.topics.has(name)) return []
      return { ...sure, group, topic: topicOf(name), partition: Number(partition), offset }
    })
    this.starts = [...view.topics].flatMap(([name, { partitions }]) =>
      partitions.map(({ start }, partition) => ({
        ...sure,
        topic: topicOf(name),
        partition,
        most: start,
        offset: start,
        promised: true,
      })),
    )
    this.holes = [...view.topics].flatMap(([name, { partitions }]) =>
      partitions.flatMap((shown, partition) => holesOf(shown).map((hole) => ({ ...hole, topic: topicOf(name), partition }))),
    )
    this.joins = this.joins.filter(({ ended }) => ended <= now)
    this.cleanStops = []
  }
  /** The topics that somebody may use now. */
  usable(): TopicMade[] {
    return this.topics.filter((topic) => topic.ended <= this.time && !topic.deleted)
  }
}

/** What a record of a number is made of: unlike any other. */
export function recordOf(number: number, timestamp: number) {
  return {
    timestamp: timestamp + (number % 7),
    key: number % 5 === 0 ? null : Buffer.from(`key ${number % 3}`),
    value: Buffer.from(`record ${number} `.padEnd(20 + ((number * 37) % 90), '.')),
    headers: number % 4 === 0 ? [{ key: 'number', value: Buffer.from(String(number)) }] : [],
  }
}
export const numberOf = (value: Buffer | null): number => Number(/^record (\d+) /.exec(String(value))?.[1] ?? -1)

/** Of attempts that replace each other, those that may be in force at `time`; empty when none of them need be. */
export function inForce<A extends Attempt>(attempts: readonly A[], time: number): { readonly sure: boolean; readonly any: A[] } {
  const begun = attempts.filter(({ began }) => began <= time)
  const last = begun.filter(({ ended }) => ended <= time).sort((a, b) => b.ended - a.ended)[0]
  return { sure: last !== undefined, any: begun.filter((one) => !last || one.ended >= last.began) }
}
