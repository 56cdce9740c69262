/**
 * A cluster is a Call, however many brokers there are: it knows who leads what, asks the right one, and asks again where a broker
 * went away or another took over. It is built over `dial`, so that brokers elsewhere and the engine in this process serve alike.
 */
import { Metadata } from '../protocol/apis/metadata'
import { type Call, Disconnected } from '../protocol/call'
import type { Api, Reply, RequestIn } from '../protocol/types'
import type { Clock, Random } from '../system/system'
import type { Row } from './cluster/by-leader'
import { isSplittable } from './cluster/by-leader'
import { type CoordinatorKind, Coordinators } from './cluster/coordinators'
import { MetadataCache } from './cluster/metadata-cache'
import { addressOf, type Dial, Nodes, type Target, Unreachable } from './cluster/nodes'
import { Operation, type Surroundings } from './cluster/operation'
import { type Question, toAny, toController, toCoordinators, toEverybody, type Ways } from './cluster/routes'
import type { Node, Partition, Snapshot, Topic } from './cluster/snapshot'
import { toLeaders } from './cluster/to-leaders'
import { type BootstrapAddress, bootstrapAddresses, type ClientConfig } from './config/client'
import { ConfigException } from './kafka-error'
import type { Link } from './link'

export interface ClusterOptions {
  readonly dial: Dial
  readonly clock: Clock
  readonly random: Random
  readonly config: ClientConfig
  /** Where to begin; without it config's bootstrap.servers. */
  readonly bootstrap?: readonly BootstrapAddress[]
  /** Told of every connection that could not be made, in Kafka's words. */
  readonly onWarning?: (text: string) => void
  /** Producers and consumers say a second thing of bootstrap addresses. */
  readonly complainsTwice?: boolean
}

/** Which APIs are asked of every broker, and the list that is put together from their replies. */
const EVERYBODY: { readonly [api: string]: string } = { ListGroups: 'groups', ListTransactions: 'transactionStates' }

const DEFAULT_API_TIMEOUT_MS = 60_000

export class Cluster {
  private readonly links: Nodes
  private readonly bootstrap: readonly Target[]
  private readonly ways: Ways
  private readonly around: Surroundings
  private readonly cache: MetadataCache
  private readonly coordinators: Coordinators

  /** Throws ConfigException for addresses that are none. */
  constructor(private readonly options: ClusterOptions) {
    const { clock, random, config } = options
    const addresses = options.bootstrap ?? bootstrapAddresses(config['bootstrap.servers'])
    if (addresses.length === 0) throw new ConfigException('You must set either bootstrap.servers or bootstrap.controllers')
    this.bootstrap = addresses.map((address, place) => ({ id: -1 - place, ...address }))
    this.links = new Nodes(options.dial, clock, random, config, options.onWarning ?? (() => {}), options.complainsTwice ?? false)
    this.around = { clock, random, config, failures: () => this.links.failures() }
    const anyLink = () => this.anyLink()
    this.cache = new MetadataCache(
      async (request) => (await anyLink()).call(Metadata, request),
      clock,
      config['metadata.max.age.ms'],
    )
    this.coordinators = new Coordinators(anyLink)
    this.ways = {
      metadata: this.cache,
      coordinators: this.coordinators,
      anyLink,
      linkOf: (id) => this.linkOf(id),
      coordinatorLink: async (kind, key) => this.links.link(await this.coordinators.find(kind, key)),
    }
  }

  /** Asks whoever the API is for, until default.api.timeout.ms is over. Rejects with KafkaError, TimeoutException, Malformed, Unsayable. */
  readonly call: Call = (api, request, version) => {
    const name = api.name.charAt(0).toLowerCase() + api.name.slice(1)
    return this.ask(this.operation(name), api, request, version)
  }

  /** The same under a name of its own, which the time-out's text has, with one deadline for all its calls. */
  during(name: string, timeoutMs?: number): Call {
    const operation = this.operation(name, timeoutMs)
    return (api, request, version) => this.ask(operation, api, request, version)
  }

  /** Something with a name and a deadline; its attempts may use everything here. */
  operation(name: string, timeoutMs = this.options.config['default.api.timeout.ms'] ?? DEFAULT_API_TIMEOUT_MS): Operation {
    return new Operation(name, timeoutMs, this.around)
  }

  private async ask<A extends Api>(operation: Operation, api: A, request: RequestIn<A>, version?: number): Promise<Reply<A>> {
    const question: Question = { api, request: request as Row, version }
    return (await this.route(operation, question)) as Reply<A>
  }
  private route(operation: Operation, question: Question): Promise<Row> {
    const { api } = question
    const everybody = EVERYBODY[api.name]
    if (everybody) return toEverybody(this.ways, operation, question, everybody)
    switch (api.route) {
      case 'controller':
        return toController(this.ways, operation, question)
      case 'leader':
        if (isSplittable(api)) return toLeaders(this.ways, operation, question)
        throw new RangeError(`${api.name} is for a leader, but which one cannot be told: use node(id)`)
      case 'group':
      case 'transaction':
        return toCoordinators(this.ways, operation, question)
      case 'any':
      case 'share':
        return toAny(this.ways, operation, question)
    }
  }

  /** One attempt at one broker: rejects with Disconnected where a Call of the cluster would try again. */
  node(id: number): Call {
    return async (api, request, version) => (await this.linkOf(id)).call(api, request, version)
  }
  /** A link to one broker. Rejects with Disconnected. */
  async linkOf(id: number): Promise<Link> {
    const node = this.cache.snapshot.nodes.get(id) ?? (await this.cache.fetch([])).nodes.get(id)
    if (!node) throw new Disconnected(`broker ${id} is not part of the cluster now`)
    return this.links.link(node)
  }

  /** The coordinator of a group or transactional id. Rejects with KafkaError, Disconnected. */
  coordinator(kind: CoordinatorKind, key: string): Promise<Target> {
    return this.coordinators.find(kind, key)
  }
  /** A link of its own to the coordinator. Rejects as `coordinator` does. */
  async coordinatorLink(kind: CoordinatorKind, key: string): Promise<Link> {
    return this.links.link(await this.coordinators.find(kind, key), 'group')
  }
  forgetCoordinator(kind: CoordinatorKind, key: string): void {
    this.coordinators.forget(kind, key)
  }

  /** What is known now. */
  get metadata(): Snapshot {
    return this.cache.snapshot
  }
  /** One attempt to learn about these topics (null: all; []: brokers only). Rejects with Disconnected. */
  refresh(topics: readonly string[] | null, create = false): Promise<Snapshot> {
    return this.cache.fetch(topics, create)
  }
  /** A topic that is known and not too old. */
  known(topic: string): Topic | undefined {
    return this.cache.known(topic)
  }
  /** Takes note of a leader that an answer named (KIP-951). */
  learnLeader(topic: string, partition: number, leader: number, leaderEpoch: number): void {
    this.cache.learn(topic, partition, leader, leaderEpoch)
  }

  /** The brokers, by id. */
  async nodes(timeoutMs?: number): Promise<readonly Node[]> {
    const { nodes } = await this.operation('listNodes', timeoutMs).persist(() => this.cache.fetch([]))
    return [...nodes.values()].sort((a, b) => a.id - b.id)
  }
  /** The topic, if it exists. */
  async topic(name: string, timeoutMs?: number): Promise<Topic | undefined> {
    await this.operation('describeTopics', timeoutMs).persist(() => this.cache.need([name]))
    return this.cache.snapshot.topics.get(name)
  }

  /** The topic's partitions in order; none if it does not exist. */
  async partitions(topic: string, timeoutMs?: number): Promise<readonly Partition[]> {
    return (await this.topic(topic, timeoutMs))?.partitions ?? []
  }

  /** A link to whichever broker can be reached first. Rejects with Disconnected. */
  someLink(): Promise<Link> {
    return this.anyLink()
  }

  /** A broker that answers: one with a link, else whoever can be dialled first, known brokers before bootstrap addresses. */
  private async anyLink(): Promise<Link> {
    const known = [...this.cache.snapshot.nodes.values()]
    const addresses = new Set(known.map(addressOf))
    const start = this.options.random.below(this.bootstrap.length)
    const bootstrap = [...this.bootstrap.slice(start), ...this.bootstrap.slice(0, start)]
    const candidates: Target[] = [...known, ...bootstrap.filter((one) => !addresses.has(addressOf(one)))]
    const open = candidates.find((target) => this.links.isOpen(target))
    if (open) return this.links.link(open)
    candidates.sort((a, b) => this.links.notBefore(a) - this.links.notBefore(b))
    const reasons: Unreachable[] = []
    for (const target of candidates) {
      try {
        return await this.links.link(target)
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error
        reasons.push(error)
      }
    }
    if (reasons.every(({ isUnresolved }) => isUnresolved)) {
      throw new ConfigException('No resolvable bootstrap urls given in bootstrap.servers')
    }
    throw reasons.at(-1)
  }

  /** Closes all links. Who waits is told that it is over. */
  close(): void {
    this.links.close()
  }
}
