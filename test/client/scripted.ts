/**
 * A cluster of brokers that do as the test says. Requests and replies go through their bytes, so that a field that is misspelt or
 * that a version cannot carry is found here.
 */
import { setTimeout } from 'node:timers/promises'
import { Cluster, type ClusterOptions } from '../../src/client/cluster'
import type { Target } from '../../src/client/cluster/nodes'
import { adminConfig, type Properties } from '../../src/client/config'
import { type Link, linkTo } from '../../src/client/link'
import { apiTable } from '../../src/protocol/apis/index'
import { type Call, Disconnected } from '../../src/protocol/call'
import { requestCodec, responseCodec } from '../../src/protocol/codecs'
import { Reader } from '../../src/protocol/reader'
import type { Api, ReplyIn, Request } from '../../src/protocol/types'
import { Writer } from '../../src/protocol/writer'
import { evenRandom, ManualClock } from './world'

/** Gives the reply, a promise of it, or throws (Disconnected: the broker hangs up). */
export type Answer<A extends Api> = (
  request: Request<A>,
  context: { readonly broker: number; readonly version: number },
) => ReplyIn<A> | Promise<ReplyIn<A>>

export interface Asked {
  readonly broker: number
  readonly api: string
  readonly version: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into requests of every API
  readonly request: any
}

interface TopicScript {
  readonly id: string
  /** Leader by partition. */
  leaders: number[]
  epochs: number[]
}

const GENTLE_HOST = 'broker'

export class Scripted {
  readonly clock = new ManualClock()
  readonly asked: Asked[] = []
  readonly warnings: string[] = []
  readonly down = new Set<number>()
  readonly topics = new Map<string, TopicScript>()
  readonly coordinators = new Map<string, number>()
  /** Ranges that differ from Kafka's; null: not spoken. */
  readonly ranges = new Map<string, readonly [number, number] | null>()
  readonly features: { name: string; maxVersionLevel: number; minVersionLevel: number }[] = []
  dials = 0
  /** What a broker that is down looks like. */
  refusal = 'ECONNREFUSED'
  private readonly answers = new Map<string, Answer<Api>>()
  private readonly links = new Map<number, Link[]>()

  constructor(readonly brokers: readonly number[] = [1]) {}

  topic(name: string, leaders: number[]): this {
    const id = Buffer.from(name.padEnd(16, '-').slice(0, 16)).toString('base64url')
    this.topics.set(name, { id, leaders, epochs: leaders.map(() => 0) })
    return this
  }
  on<A extends Api>(api: A, answer: Answer<A>): this {
    this.answers.set(api.name, answer as never)
    return this
  }
  /** The requests of one API, as they came. */
  requests(api: Api): Asked[] {
    return this.asked.filter((each) => each.api === api.name)
  }
  /** Breaks every link to the broker; it answers new ones unless it is `down`. */
  hangUp(broker: number): void {
    for (const link of this.links.get(broker)?.splice(0) ?? []) link.close()
  }

  readonly dial = async (target: Target): Promise<Link> => {
    this.dials++
    const broker = target.host === GENTLE_HOST ? target.port : (this.brokers[-1 - target.id] ?? 0)
    if (!this.brokers.includes(broker) || this.down.has(broker)) {
      throw Object.assign(new Error(`connect ${this.refusal}`), { code: this.refusal })
    }
    const link = await linkTo(this.callOf(broker))
    this.links.set(broker, [...(this.links.get(broker) ?? []), link])
    const call: Call = (api, request, version) =>
      Promise.race([link.call(api, request, version), link.closed.then(() => Promise.reject(new Disconnected('gone')))])
    return { ...link, call }
  }

  private callOf(broker: number): Call {
    return (async (api: Api, given: object, asked?: number) => {
      const version = asked ?? api.versions[1]
      const request = throughBytes(requestCodec(api, version), given) as Request<Api>
      if (api.name !== 'ApiVersions') this.asked.push({ broker, api: api.name, version, request })
      const answer = this.answers.get(api.name) ?? this.builtIn(api)
      const reply = await answer(request, { broker, version })
      return throughBytes(responseCodec(api, version), reply as object)
    }) as Call
  }

  private builtIn(api: Api): Answer<Api> {
    const known: Record<string, (request: never) => object> = {
      ApiVersions: () => ({ errorCode: 0, apiKeys: this.apiKeys(), finalizedFeatures: this.features }),
      Metadata: (request) => this.metadata(request),
      FindCoordinator: (request) => this.findCoordinator(request),
    }
    const found = known[api.name]
    if (!found) throw new Error(`nobody said what to answer to ${api.name}`)
    return found as never
  }
  private apiKeys() {
    return apiTable.flatMap(({ key, name, versions }) => {
      const range = this.ranges.has(name) ? this.ranges.get(name) : versions
      return range ? [{ apiKey: key, minVersion: range[0], maxVersion: range[1] }] : []
    })
  }
  private metadata({ topics }: { topics: { name: string }[] | null }) {
    const names = topics?.map(({ name }) => name) ?? [...this.topics.keys()]
    return {
      brokers: this.brokers.filter((id) => !this.down.has(id)).map((id) => ({ nodeId: id, host: GENTLE_HOST, port: id })),
      clusterId: 'cluster',
      controllerId: this.brokers[0],
      topics: names.map((name) => {
        const topic = this.topics.get(name)
        if (!topic) return { errorCode: 3, name, partitions: [] }
        const partitions = topic.leaders.map((leaderId, partitionIndex) => ({
          errorCode: leaderId < 0 ? 5 : 0,
          partitionIndex,
          leaderId,
          leaderEpoch: topic.epochs[partitionIndex],
          replicaNodes: [...this.brokers],
          isrNodes: [...this.brokers],
          offlineReplicas: [],
        }))
        return { errorCode: 0, name, topicId: topic.id, partitions }
      }),
    }
  }
  private findCoordinator({ coordinatorKeys, key }: { coordinatorKeys: string[]; key: string }) {
    const place = (name: string) => {
      const nodeId = this.coordinators.get(name) ?? this.brokers[0] ?? -1
      return { nodeId, host: GENTLE_HOST, port: nodeId }
    }
    if (key !== '') return { errorCode: 0, ...place(key) }
    return { coordinators: coordinatorKeys.map((each) => ({ key: each, ...place(each), errorCode: 0, errorMessage: null })) }
  }

  cluster(properties: Properties = {}, options: Partial<ClusterOptions> = {}): Cluster {
    const servers = this.brokers.map((id) => `seed:${id}`).join(',')
    return new Cluster({
      dial: this.dial,
      clock: this.clock,
      random: evenRandom,
      config: adminConfig({ 'bootstrap.servers': servers, ...properties }),
      onWarning: (text) => this.warnings.push(text),
      ...options,
    })
  }

  /** The outcome of `promise`, moving time on until there is one. */
  async outcome<T>(promise: Promise<T>, stepMs = 50, limitMs = 200_000): Promise<T> {
    let done = false
    const watched = promise.finally(() => {
      done = true
    })
    watched.catch(() => {})
    for (let tries = 0; !done && tries < 20; tries++) {
      if (tries > 0) await setTimeout(500) // a module may be on its way, for which no clock of ours helps
      for (let passed = 0; !done && passed < limitMs; passed += stepMs) await this.clock.pass(stepMs)
    }
    if (!done) throw new Error(`nothing came of it in ${limitMs} ms, asked again and again`)
    return watched
  }
}

function throughBytes(
  codec: { write(writer: Writer, value: never): void; read(reader: Reader): unknown },
  value: object,
): unknown {
  const writer = new Writer()
  codec.write(writer, value as never)
  return codec.read(new Reader(Buffer.concat(writer.finish())))
}
