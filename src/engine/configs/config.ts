/**
 * What a setting is. Every setting of a topic, broker, group or metrics subscription is one value of this kind in one table,
 * and parsing, checking, describing, altering and the typed views of the engine are all derived from it. The rules are those
 * of Kafka's ConfigDef (KIP-226 for what can change at run time); the explanations are kt's own.
 */
import { type ConfigType, canonical, javaDouble, javaTrim, toNumber } from './values'

/** How much a setting matters to most people, as Kafka ranks it. */
export type Importance = 'HIGH' | 'MEDIUM' | 'LOW'

/** Where a broker setting can be changed while the broker runs (KIP-226). */
export type Scope = 'read-only' | 'per-broker' | 'cluster-wide'

/** Says what is wrong with a canonical value, whole sentence, or null. */
export type Check = (name: string, text: string) => string | null

/** What can be added to a declaration; several are merged, the last one wins. */
export interface Trait {
  readonly check?: Check
  /** Doubles in a list are dropped. */
  readonly distinct?: boolean
  readonly scope?: Scope
  /** Not shown unless it is set. */
  readonly internal?: boolean
}

export interface Config<T = unknown> {
  readonly type: ConfigType
  /** Canonical text; null where nothing is set by default. Meaningless when `required`. */
  readonly default: string | null
  readonly required: boolean
  readonly importance: Importance
  readonly doc: string
  readonly scope: Scope
  readonly internal: boolean
  readonly distinct: boolean
  readonly check: Check | null
  /** The value of a canonical text. */
  readonly read: (text: string) => T
  /** What `read` stands for when nothing is set. */
  readonly absent: T
}

export type Table = Readonly<Record<string, Config>>

/**
 * A table of several parts, each put together when something is first looked for in it: there are hundreds of settings, and a
 * command that asks for a handful should not pay for all. It is looked for in `first` before the others.
 */
export function lazily<T extends Table>(parts: readonly (() => Table)[], first: readonly (() => Table)[] = []): T {
  const made = new Map<() => Table, Table>()
  const tableOf = (part: () => Table): Table => {
    const table = made.get(part) ?? part()
    made.set(part, table)
    return table
  }
  const order = [...first, ...parts.filter((part) => !first.includes(part))]
  const find = (name: string | symbol): Table | undefined => {
    const part = order.find((one) => Object.hasOwn(tableOf(one), name))
    return part && tableOf(part)
  }
  return new Proxy({} as T, {
    get: (_, name) => find(name)?.[name as string],
    has: (_, name) => find(name) !== undefined,
    ownKeys: () => parts.flatMap((part) => Object.keys(tableOf(part))),
    getOwnPropertyDescriptor: (_, name) => Object.getOwnPropertyDescriptor(find(name) ?? {}, name),
  })
}

/** The row of `name`, or undefined if the table has none. */
export function rowOf(table: Table, name: string): Config | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** A value that was accepted, as Kafka would print it, or the sentence that refuses it. */
export type Accepted = { readonly text: string; readonly error?: undefined } | { readonly error: string }

/**
 * Parses and checks one value as ConfigDef.parse does. `raw` is what the user wrote; the answer's text is canonical
 * (` 007 ` becomes `7`, `a , b` becomes `a,b`).
 */
export function accept(name: string, config: Config, raw: string): Accepted {
  const text = canonical(config.type, raw)
  if (text === null) return { error: invalid(name, raw, typeComplaint(config.type)) }
  const error = config.check?.(name, text) ?? null
  if (error !== null) return { error }
  return { text: config.distinct ? [...new Set(readList(text))].join(',') : text }
}

/** The canonical text of a value that is known to be good, or null if it is not. */
export function acceptedText(name: string, config: Config, raw: string): string | null {
  const accepted = accept(name, config, raw)
  return accepted.error === undefined ? accepted.text : null
}

/** `Invalid value 1 for configuration segment.bytes: Value must be at least 1048576` (ConfigException). */
export function invalid(name: string, value: string, why: string): string {
  return `Invalid value ${value} for configuration ${name}: ${why}`
}

/** `Missing required configuration "node.id" which has no default value.` */
export function missing(name: string): string {
  return `Missing required configuration "${name}" which has no default value.`
}

function typeComplaint(type: ConfigType): string {
  return type === 'BOOLEAN' ? 'Expected value to be either true or false' : `Not a number of type ${type}`
}

/** The parts of a canonical list. */
export function readList(text: string): readonly string[] {
  return text === '' ? [] : text.split(',')
}

/** The greatest LONG, which Kafka uses for "never" and "no limit". In the typed views it is Infinity. */
export const NEVER = '9223372036854775807'

/** Default of what must be given. */
export const REQUIRED = Symbol('required')
type Required = typeof REQUIRED

type Row = readonly [importance: Importance, doc: string, ...traits: readonly Trait[]]

/** `initial` must be canonical already: a few hundred of these run at every start. A test sees to it. */
function declare<T>(
  type: ConfigType,
  initial: string | null | Required,
  absent: T,
  read: (text: string) => T,
  row: Row,
): Config<T> {
  const config = {
    type,
    default: initial === REQUIRED ? null : initial,
    required: initial === REQUIRED,
    importance: row[0],
    doc: row[1],
    scope: 'read-only' as Scope,
    internal: false,
    distinct: false,
    check: null as Check | null,
    read,
    absent,
  }
  for (let i = 2; i < row.length; i++) Object.assign(config, row[i])
  return config
}

type Initial<T> = T | Required
/** A setting that is null by default may be null in the typed view, any other never. */
type Typed<D, T> = null extends D ? T | null : T

export function boolean<D extends Initial<boolean>>(initial: D, ...row: Row): Config<boolean> {
  return declare('BOOLEAN', initial === REQUIRED ? REQUIRED : String(initial), false, (text) => text === 'true', row)
}

export function string<D extends Initial<string | null>>(initial: D, ...row: Row): Config<Typed<D, string>> {
  return declare<string | null>('STRING', initial, null, (text) => text, row) as Config<Typed<D, string>> // null only if D is
}

export function int<D extends Initial<number | null>>(initial: D, ...row: Row): Config<Typed<D, number>> {
  return numeric('INT', initial, row)
}

export function short<D extends Initial<number | null>>(initial: D, ...row: Row): Config<Typed<D, number>> {
  return numeric('SHORT', initial, row)
}

export function long<D extends Initial<number | typeof NEVER | null>>(initial: D, ...row: Row): Config<Typed<D, number>> {
  return numeric('LONG', initial, row)
}

export function double<D extends Initial<number>>(initial: D, ...row: Row): Config<number> {
  return numeric('DOUBLE', typeof initial === 'number' ? javaDouble(initial) : initial, row)
}

function numeric<D>(type: ConfigType, initial: number | string | null | Required, row: Row): Config<Typed<D, number>> {
  const text = typeof initial === 'number' ? String(initial) : initial
  return declare<number | null>(type, text, null, toNumber, row) as Config<Typed<D, number>> // null only if the default is
}

export function list<D extends Initial<string | null>>(initial: D, ...row: Row): Config<Typed<D, readonly string[]>> {
  return declare<readonly string[] | null>('LIST', initial, null, readList, row) as Config<Typed<D, readonly string[]>> // as above
}

/** The name of a Java class. kt loads none: what it can stand in for, it knows by name. */
export function javaClass<D extends Initial<string | null>>(initial: D, ...row: Row): Config<Typed<D, string>> {
  return declare<string | null>('CLASS', initial, null, javaTrim, row) as Config<Typed<D, string>> // as above
}

/** A secret: never shown, never logged. */
export function password(initial: null, ...row: Row): Config<string | null> {
  return declare<string | null>('PASSWORD', initial, null, (text) => text, row)
}

export const perBroker: Trait = { scope: 'per-broker' }
export const clusterWide: Trait = { scope: 'cluster-wide' }
export const internal: Trait = { internal: true }

/** `log.segment.bytes` is `logSegmentBytes` in the typed views. */
export type Camel<S extends string> = S extends `${infer Head}.${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S

/** The typed view of a table: camel-cased names, values of the declared types. */
export type Settings<T extends Table> = { readonly [K in keyof T & string as Camel<K>]: T[K] extends Config<infer V> ? V : never }

/** Canonical texts by name, defaults filled in; undefined where there is neither. */
export interface Texts {
  get(name: string): string | undefined
  has(name: string): boolean
}
export const textsOf = (get: Texts['get']): Texts => ({ get, has: (name) => get(name) !== undefined })

/** Properties beside those of the table, each made when it is first asked for. */
type Makers<M> = { readonly [K in keyof M]: () => M[K] }

/**
 * The typed view of canonical texts. What has no text gets the default. A LONG beyond 2^53 is Infinity. There are hundreds of
 * settings and a command asks for a handful: a value is read when it is first asked for, and is a plain property from then on.
 */
export function settingsOf<T extends Table, M extends object = Record<never, never>>(
  table: T,
  texts: Texts,
  more?: Makers<M>,
): Settings<T> & M {
  const makers: Readonly<Record<string, () => unknown>> = more ?? {}
  const read = (property: string): unknown => {
    if (Object.hasOwn(makers, property)) return makers[property]?.()
    const name = dotted(property)
    const config = rowOf(table, name)
    if (!config) return undefined
    const text = texts.get(name)
    return text === undefined ? config.absent : config.read(text)
  }
  const unread = new Proxy<object>(Object.prototype, {
    get(target, property) {
      const value = typeof property === 'string' ? read(property) : undefined
      if (value === undefined) return Reflect.get(target, property)
      Object.defineProperty(settings, property, { value, enumerable: true })
      return value
    },
    getOwnPropertyDescriptor(target, property) {
      const value = typeof property === 'string' ? read(property) : undefined
      return value === undefined ? Reflect.getOwnPropertyDescriptor(target, property) : { value, configurable: true }
    },
  })
  const settings: object = Object.create(unread)
  return settings as Settings<T> & M // `unread` has a property for each name, of the type that its row reads
}

const dotted = (property: string): string => property.replace(/[A-Z]/g, (letter) => `.${letter.toLowerCase()}`)
