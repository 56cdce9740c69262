/** A producer's links to partition leaders, and how much is under way on each. */
import type { Clock } from '../../system/system'
import type { Cluster } from '../cluster'
import type { ProducerConfig } from '../config/producer'
import type { Link } from '../link'

export interface Broker {
  link: Link | undefined
  isConnecting: boolean
  /** Requests without an answer. */
  underWay: number
  /** On the monotonic clock: not to be dialled before. */
  notBefore: number
}

export class Brokers {
  private readonly brokers = new Map<number, Broker>()

  constructor(
    private readonly cluster: Cluster,
    private readonly config: ProducerConfig,
    private readonly clock: Clock,
    /** Something changed: a link is there, or gone (`isGone`). */
    private readonly changed: (isGone: boolean) => void,
  ) {}

  /** The broker, if another request may go to it now. Else it is dialled, if need be; gives when to come again, or never. */
  withRoom(id: number, now: number): Broker | number {
    let broker = this.brokers.get(id)
    if (!broker) {
      broker = { link: undefined, isConnecting: false, underWay: 0, notBefore: 0 }
      this.brokers.set(id, broker)
    }
    if (broker.link) {
      return broker.underWay < this.config['max.in.flight.requests.per.connection'] ? broker : Number.POSITIVE_INFINITY
    }
    if (broker.notBefore > now) return broker.notBefore
    if (!broker.isConnecting) void this.connect(id, broker)
    return Number.POSITIVE_INFINITY
  }

  private async connect(id: number, broker: Broker): Promise<void> {
    broker.isConnecting = true
    let isGone = false
    try {
      const link = await this.cluster.linkOf(id)
      broker.link = link
      void link.closed.then(() => {
        broker.link = undefined
        this.changed(true)
      })
    } catch {
      broker.notBefore = this.clock.monotonic() + this.config['retry.backoff.ms']
      isGone = true
    }
    broker.isConnecting = false
    this.changed(isGone)
  }
}
