/**
 * The message language: a Kafka message is a value that says, once, which fields it has in which versions.
 *
 *     const Heartbeat = api({ key: 12, name: 'Heartbeat', versions: [0, 4], flexible: 4, route: 'group',
 *       request: { groupId: string, groupInstanceId: string.orNull().since(3).default(null) }, ... })
 *
 * The rules are those of Kafka's own generator (org.apache.kafka.message.MessageGenerator): a field that a version lacks
 * reads as its default; writing another value than the default into such a version is an error unless the field is
 * ignorable; a tagged field (KIP-482) at its default is not written. `stage.ts` turns a declaration into code.
 */

/** What a field is made of. */
export type Shape =
  | { readonly kind: Primitive }
  | { readonly kind: 'array'; readonly element: AnyType }
  | { readonly kind: 'struct'; readonly fields: Fields }

export type Primitive =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'exact64'
  | 'float64'
  | 'uuid'
  | 'string'
  | 'bytes'
  | 'records'

/** In which versions a field exists, how it is written there, and what stands for it elsewhere. */
export interface Rules {
  readonly since: number
  readonly until: number
  /** First version in which null is allowed; Infinity: never. */
  readonly nullSince: number
  readonly tag: number | undefined
  /** First version in which it is a tagged field. */
  readonly tagSince: number
  readonly ignorable: boolean
  /** Not compact even in a flexible version (RequestHeader.clientId). */
  readonly plain: boolean
  readonly hasDefault: boolean
  readonly defaultValue: unknown
}

const RULES: Rules = {
  since: 0,
  until: Number.POSITIVE_INFINITY,
  nullSince: Number.POSITIVE_INFINITY,
  tag: undefined,
  tagSince: Number.POSITIVE_INFINITY,
  ignorable: false,
  plain: false,
  hasDefault: false,
  defaultValue: undefined,
}

/**
 * A type of the language. `O` is what a reader gives, `I` what a writer takes, `Owed` whether a struct's writer must be
 * given the field: it need not once the field has a default, is tagged, is ignorable, or is not in all versions.
 */
export class Type<O, I = O, Owed extends boolean = true> {
  declare readonly _out: O
  declare readonly _in: I
  declare readonly _owed: Owed

  constructor(
    readonly shape: Shape,
    readonly rules: Rules = RULES,
  ) {}

  private with<O2, I2, Owed2 extends boolean>(rules: Partial<Rules>): Type<O2, I2, Owed2> {
    return new Type<O2, I2, Owed2>(this.shape, { ...this.rules, ...rules })
  }
  /** Exists from version `version` on. */
  since(version: number): Type<O, I, false> {
    return this.with({ since: version })
  }
  /** Exists up to and including version `version`. */
  until(version: number): Type<O, I, false> {
    return this.with({ until: version })
  }
  /** May be null from version `version` on. */
  orNull(version = 0): Type<O | null, I | null, Owed> {
    return this.with({ nullSince: version })
  }
  /** The value that stands for the field where it is absent. Without this: 0, '', false, [], the zero uuid. */
  default(value: O): Type<O, I, false> {
    return this.with({ hasDefault: true, defaultValue: value })
  }
  /** Silently dropped in versions that lack the field. */
  ignorable(): Type<O, I, false> {
    return this.with({ ignorable: true })
  }
  /** A tagged field with number `tag` from version `version` on. */
  tag(tag: number, version: number): Type<O, I, false> {
    return this.with({ tag, tagSince: version, since: Math.max(version, this.rules.since) })
  }
  /** Never compact. */
  plain(): Type<O, I, Owed> {
    return this.with({ plain: true })
  }
}

export type AnyType = Type<unknown, unknown, boolean>
export type Fields = { readonly [name: string]: AnyType }

type Simplify<T> = { [K in keyof T]: T[K] } & {}
type Out1<T> = T extends Type<infer O, infer _I, infer _W> ? O : never
type In1<T> = T extends Type<infer _O, infer I, infer _W> ? I : never
type OwedKeys<F extends Fields> = { [K in keyof F]: F[K] extends Type<infer _O, infer _I, true> ? K : never }[keyof F]

/** What reading a struct gives: every field, defaults filled in. */
export type Out<F extends Fields> = Simplify<{ [K in keyof F]: Out1<F[K]> }>
/** What writing a struct takes: it owes only the fields that have no default. */
export type In<F extends Fields> = Simplify<
  { readonly [K in OwedKeys<F>]: In1<F[K]> } & { readonly [K in Exclude<keyof F, OwedKeys<F>>]?: In1<F[K]> | undefined }
>

export const bool = new Type<boolean>({ kind: 'bool' })
export const int8 = new Type<number>({ kind: 'int8' })
export const int16 = new Type<number>({ kind: 'int16' })
export const uint16 = new Type<number>({ kind: 'uint16' })
export const int32 = new Type<number>({ kind: 'int32' })
export const uint32 = new Type<number>({ kind: 'uint32' })
/** A number; refused beyond 2^53. */
export const int64 = new Type<number>({ kind: 'int64' })
/** A bigint, for what a client may choose freely. */
export const exact64 = new Type<bigint>({ kind: 'exact64' })
export const float64 = new Type<number>({ kind: 'float64' })
/** Kafka's 22 characters of base64url. */
export const uuid = new Type<string>({ kind: 'uuid' })
export const string = new Type<string>({ kind: 'string' })
export const bytes = new Type<Uint8Array>({ kind: 'bytes' })
/** Record batches, as bytes; given to a writer in one piece or in several that follow each other. */
export const records = new Type<Uint8Array, Uint8Array | readonly Uint8Array[]>({ kind: 'records' })

export function array<O, I, W extends boolean>(element: Type<O, I, W>): Type<O[], readonly I[]> {
  return new Type({ kind: 'array', element })
}
export function struct<const F extends Fields>(fields: F): Type<Out<F>, In<F>> {
  return new Type({ kind: 'struct', fields })
}

export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA'

/** Who answers: any broker, the partition's leader, the controller, or the coordinator of a group, transaction or share group. */
export type Route = 'any' | 'leader' | 'controller' | 'group' | 'transaction' | 'share'

/** An API is a value: its number, versions and both messages. */
export interface Api<Req extends Fields = Fields, Res extends Fields = Fields> {
  readonly key: number
  readonly name: string
  /** Versions that Kafka 4.2.1 has, both included. */
  readonly versions: readonly [number, number]
  /** First flexible version (KIP-482), or null. */
  readonly flexible: number | null
  readonly route: Route
  /** Greatest version that is stable, where the newest is not (InitProducerId). */
  readonly stable?: number
  readonly listeners?: readonly ('broker' | 'controller')[]
  readonly request: Req
  readonly response: Res
}

export function api<const Req extends Fields, const Res extends Fields>(declaration: Api<Req, Res>): Api<Req, Res> {
  return declaration
}

/** A message that is not an API's: a record key or value, a header. Versions and flexibility as in an API. */
export interface Message<F extends Fields = Fields> {
  readonly name: string
  readonly versions: readonly [number, number]
  readonly flexible: number | null
  readonly fields: F
}
export function message<const F extends Fields>(declaration: Message<F>): Message<F> {
  return declaration
}

export type Request<A extends Api> = Out<A['request']>
export type Reply<A extends Api> = Out<A['response']>
export type RequestIn<A extends Api> = In<A['request']>
export type ReplyIn<A extends Api> = In<A['response']>
