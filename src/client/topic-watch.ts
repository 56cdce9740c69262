/** Keeps what a producer or consumer knows of its topics fresh: one question at a time, with pauses that grow while answers are bad. */
import type { Clock, Random } from '../system/system'
import { backoffMs } from './backoff'
import type { Cluster } from './cluster'
import type { ClientConfig } from './config/client'

export interface TopicWatchOptions {
  readonly cluster: Cluster
  readonly config: ClientConfig
  readonly clock: Clock
  readonly random: Random
  /** Whether the broker may make topics that are asked for. */
  readonly create: boolean
  /** Something was learnt, or could not be. `failures`: what is wrong with which topic, by error code. */
  learnt(failures: ReadonlyMap<string, number>): void
}

export class TopicWatch {
  private readonly wanted = new Set<string>()
  private wantsAll = false
  private isAsking = false
  private failures = 0
  /** On the monotonic clock: not to be asked before. */
  private notBefore = 0

  constructor(private readonly options: TopicWatchOptions) {}

  want(topic: string): void {
    this.wanted.add(topic)
  }

  /** Whatever topics there are. */
  wantAll(): void {
    this.wantsAll = true
  }

  /** Asks for what is wanted, and for `others` in the same breath. Gives when to come again, if it is too early. */
  ask(now: number, others: () => Iterable<string>): number {
    if ((this.wanted.size === 0 && !this.wantsAll) || this.isAsking) return Number.POSITIVE_INFINITY
    if (this.notBefore > now) return this.notBefore
    this.isAsking = true
    const names = this.wantsAll ? null : [...new Set([...this.wanted, ...others()])]
    this.wantsAll = false
    this.wanted.clear()
    void this.askNow(names)
    return Number.POSITIVE_INFINITY
  }

  /** `names` null: all topics. */
  private async askNow(names: readonly string[] | null): Promise<void> {
    const { cluster, clock, random, config, create } = this.options
    const found = new Map<string, number>()
    try {
      const { failures, topics } = await cluster.refresh(names, names !== null && create)
      for (const name of names ?? []) {
        const failure = failures.get(name)
        if (failure !== undefined) found.set(name, failure)
      }
      const isGood =
        found.size === 0 && (names ?? []).every((name) => topics.get(name)?.partitions.every(({ leader }) => leader >= 0))
      this.failures = isGood ? 0 : this.failures + 1
    } catch {
      this.failures++
      if (names === null) this.wantsAll = true
      for (const name of names ?? []) this.wanted.add(name)
    }
    this.isAsking = false
    const { 'retry.backoff.ms': first, 'retry.backoff.max.ms': most } = config
    this.notBefore = clock.monotonic() + backoffMs(Math.max(this.failures, 1), first, most, random)
    this.options.learnt(found)
  }
}
