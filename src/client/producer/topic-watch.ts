/** Keeps what is known of a producer's topics fresh: one question at a time, with pauses that grow while answers are bad. */
import type { Clock, Random } from '../../system/system'
import { backoffMs } from '../backoff'
import type { Cluster } from '../cluster'
import type { ProducerConfig } from '../config/producer'

export class TopicWatch {
  private readonly wanted = new Set<string>()
  private isAsking = false
  private failures = 0
  /** On the monotonic clock: not to be asked before. */
  private notBefore = 0

  constructor(
    private readonly cluster: Cluster,
    private readonly config: ProducerConfig,
    private readonly clock: Clock,
    private readonly random: Random,
    /** Something was learnt, or could not be. */
    private readonly learnt: () => void,
  ) {}

  want(topic: string): void {
    this.wanted.add(topic)
  }

  /** Asks for what is wanted, and for `others` in the same breath. Gives when to come again, if it is too early. */
  ask(now: number, others: () => Iterable<string>): number {
    if (this.wanted.size === 0 || this.isAsking) return Number.POSITIVE_INFINITY
    if (this.notBefore > now) return this.notBefore
    this.isAsking = true
    const names = [...new Set([...this.wanted, ...others()])]
    this.wanted.clear()
    void this.askNow(names)
    return Number.POSITIVE_INFINITY
  }

  private async askNow(names: readonly string[]): Promise<void> {
    try {
      const { failures, topics } = await this.cluster.refresh(names, true)
      const isGood = names.every((name) => !failures.has(name) && topics.get(name)?.partitions.every(({ leader }) => leader >= 0))
      this.failures = isGood ? 0 : this.failures + 1
    } catch {
      this.failures++
      for (const name of names) this.wanted.add(name)
    }
    this.isAsking = false
    const { 'retry.backoff.ms': first, 'retry.backoff.max.ms': most } = this.config
    this.notBefore = this.clock.monotonic() + backoffMs(Math.max(this.failures, 1), first, most, this.random)
    this.learnt()
  }
}
