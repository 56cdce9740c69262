/**
 * The links to brokers: one to each address and purpose, made when first needed, and made again, with growing pauses, after they
 * broke. Waiting for a group's answer can take minutes and brokers answer a connection in order, so the coordinator of a group has
 * a link of its own.
 */
import { Disconnected } from '../../protocol/call'
import { Malformed } from '../../protocol/reader'
import type { Clock, Random } from '../../system/system'
import { backoffMs, pause } from '../backoff'
import type { ClientConfig } from '../config/client'
import { type Attempt, isRetriable, kafkaException } from '../kafka-error'
import type { Link } from '../link'

/** A broker to connect to. Bootstrap addresses have ids from -1 down, as their brokers' ids are not known yet. */
export interface Target {
  readonly id: number
  readonly host: string
  readonly port: number
}
/** Makes a link to a broker; the engine in this process needs no address. */
export type Dial = (target: Target) => Promise<Link>

export type Purpose = 'main' | 'group'

/** No link could be made. */
export class Unreachable extends Disconnected {
  /** Whether the host has no address at all. */
  get isUnresolved(): boolean {
    return isUnresolved(this.cause)
  }
}

const isUnresolved = (error: unknown): boolean => {
  const code = (error as { code?: unknown } | undefined)?.code
  return code === 'ENOTFOUND' || code === 'EAI_AGAIN'
}

interface Place {
  readonly address: string
  link?: Link
  opening: Promise<Link> | undefined
  failures: number
  reason: string
  /** On the monotonic clock: not to be dialled before. */
  notBefore: number
}

export class Nodes {
  private readonly places = new Map<string, Place>()
  private closed = false

  constructor(
    private readonly dial: Dial,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly config: ClientConfig,
    private readonly onWarning: (text: string) => void,
    /** Producers and consumers complain of bootstrap addresses twice. */
    private readonly complainsTwice: boolean,
  ) {}

  private place(target: Target, purpose: Purpose): Place {
    const key = `${addressOf(target)} ${purpose}`
    let found = this.places.get(key)
    if (!found) {
      found = { address: `${target.host}:${target.port}`, opening: undefined, failures: 0, reason: '', notBefore: 0 }
      this.places.set(key, found)
    }
    return found
  }

  /** Whether there is a link now, so that a call needs no dialling. */
  isOpen(target: Target): boolean {
    return this.place(target, 'main').link !== undefined
  }
  /** When the target may be dialled, on the monotonic clock. */
  notBefore(target: Target): number {
    return this.place(target, 'main').notBefore
  }
  /** Addresses that could not be reached when last tried, and why. */
  failures(): Attempt[] {
    const failed = [...this.places.values()].filter(({ failures }) => failures > 0)
    return failed.map(({ address, reason }) => ({ address, reason }))
  }

  /** The link to `target`, dialled if need be. Rejects when this try failed, after a pause if the one before failed too. */
  async link(target: Target, purpose: Purpose = 'main'): Promise<Link> {
    if (this.closed) throw kafkaException('The client is closed')
    const place = this.place(target, purpose)
    if (place.link) return place.link
    place.opening ??= this.open(target, place).finally(() => {
      place.opening = undefined
    })
    return place.opening
  }

  private async open(target: Target, place: Place): Promise<Link> {
    const wait = place.notBefore - this.clock.monotonic()
    if (wait > 0) await pause(this.clock, wait)
    if (this.closed) throw kafkaException('The client is closed')
    try {
      const link = await this.dial(target)
      if (this.closed) {
        link.close()
        throw kafkaException('The client is closed')
      }
      place.link = link
      place.failures = 0
      void link.closed.then(() => {
        delete place.link
        this.delay(place, 1) // a broker that hangs up at once is not dialled in a circle
      })
      return link
    } catch (error) {
      if (!isPassing(error)) throw error // it is there and will not have us, or there is no way to go on
      place.failures++
      place.reason = reasonOf(error)
      this.delay(place, place.failures)
      this.complain(target, error)
      throw new Unreachable(`${target.host}:${target.port}: ${place.reason}`, { cause: error })
    }
  }

  private delay(place: Place, failures: number): void {
    const { 'reconnect.backoff.ms': first, 'reconnect.backoff.max.ms': greatest } = this.config
    place.notBefore = this.clock.monotonic() + backoffMs(failures, first, greatest, this.random)
  }

  private complain(target: Target, error: unknown): void {
    if (this.closed) return
    const { id, host, port } = target
    if (id < 0 && isUnresolved(error)) {
      this.onWarning(`Couldn't resolve server ${host}:${port} from bootstrap.servers as DNS resolution failed for ${host}`)
      return
    }
    this.onWarning(
      `Connection to node ${id} (${javaAddress(host, port, error)}) could not be established. Node may not be available.`,
    )
    if (id < 0 && this.complainsTwice) {
      this.onWarning(`Bootstrap broker ${host}:${port} (id: ${id} rack: null isFenced: false) disconnected`)
    }
  }

  close(): void {
    this.closed = true
    for (const { link } of this.places.values()) link?.close()
    this.places.clear()
  }
}

/** Where a broker is: one that was reached as localhost and calls itself 127.0.0.1 needs no second link. */
export const addressOf = ({ host, port }: Omit<Target, 'id'>): string => `${host === 'localhost' ? '127.0.0.1' : host}:${port}`

/** Whether the same dialling could succeed later. */
const isPassing = (error: unknown): boolean =>
  error instanceof Disconnected ||
  error instanceof Malformed ||
  isRetriable(error) ||
  typeof (error as { code?: unknown }).code === 'string' // the operating system's errors

/** As InetSocketAddress prints: name/number:port. */
function javaAddress(host: string, port: number, error: unknown): string {
  const isNumber = /^[\d.]+$/.test(host) || host.includes(':')
  if (isNumber) return `/${host}:${port}`
  const found = (error as { address?: unknown } | null)?.address
  return typeof found === 'string' ? `${host}/${found}:${port}` : `${host}:${port}`
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name could not be looked up',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ECONNRESET: 'the connection was reset',
  ENOENT: 'there is no such socket',
  EACCES: 'no permission',
}

/** What a person wants to know of a failed connection. */
export function reasonOf(error: unknown): string {
  const { code, message, errors } = error as { code?: unknown; message?: unknown; errors?: unknown }
  if (typeof code === 'string' && REASONS[code]) return REASONS[code]
  if (Array.isArray(errors) && errors.length > 0) return reasonOf(errors[0]) // several addresses of one name were tried
  return typeof message === 'string' ? message : String(error)
}
