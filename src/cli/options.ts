/**
 * The options of a command as values: `text('topic', 'The topic ...')`. From the record of them come the parser, the types
 * of what a command is given, `--help` in both voices, man pages and completion.
 *
 * A value is read when the command asks for it, as in jopt-simple: `--batch-size many` is an error at that moment under
 * Kafka's names (some tools print something before), and at once as `kt`, which reads every option before it begins.
 */
import { OptionError } from './errors'

export type Voice = 'kafka' | 'kt'

/** An earlier spelling of an option. */
export interface OldName {
  /** Without dashes. */
  readonly name: string
  /** What Kafka's table of options says about it. */
  readonly description: string
  /** Printed on stdout under Kafka's names when it is used; '' prints nothing. */
  readonly notice: string
  /** Kafka names the old one first when both are given. */
  readonly namedFirst: boolean
  /** Its own name for the word after it, where it differs. */
  readonly argument: string | undefined
  readonly defaultText: string | undefined
}

interface Spec<T> {
  /** How many words follow it: none, one, one that may be left out, or one and all that follow. */
  readonly arity: 'none' | 'one' | 'optional' | 'many'
  /** The Java type that Kafka's help names; '' for none. */
  readonly type: 'String' | 'Integer' | 'Long' | 'Double' | 'Float' | ''
  /** What the word is, for help. */
  readonly argument: string
  /** Kafka's own description. */
  readonly description: string
  /** The description as `kt`, where Kafka's does not fit. */
  readonly summary: string | undefined
  /** Spelling without dashes, where it is not the key in kebab-case. */
  readonly name: string | undefined
  /** One letter. */
  readonly short: string | undefined
  /** The letter is named first: `-h, --help`. */
  readonly isLetterFirst: boolean
  readonly isRequired: boolean
  /** Only under Kafka's names. */
  readonly isRequiredBy?: Voice
  /** As Kafka's help prints it. */
  readonly defaultText: string | undefined
  /** As kt's help does, where that is another one; null: not at all. */
  readonly ktDefaultText?: string | null
  readonly oldNames: readonly OldName[]
  readonly onlyFor: Voice | undefined
  readonly isHidden: boolean
  readonly choices: readonly string[] | undefined
  /** Turns the words that were given, none when the option was not, into the value. */
  readonly read: (words: readonly string[], at: ReadAt) => T
}

/** Where a value is being read. */
export interface ReadAt {
  /** The option's spelling without dashes. */
  readonly name: string
  readonly voice: Voice
  /** The option was there, with or without a word. */
  readonly isGiven: boolean
  /** All its spellings, as argparse4j names it in messages; undefined for the other parsers. */
  readonly argument?: string | undefined
}

/** A declared option that gives a command a `T`. */
export class Option<T> {
  declare readonly _value: T
  constructor(readonly spec: Spec<T>) {}

  private with<T2 = T>(change: Partial<Spec<T2>>): Option<T2> {
    return new Option({ ...(this.spec as unknown as Spec<T2>), ...change })
  }
  /** The parser itself insists on it (jopt's required(), argparse4j's required(true)). */
  required(): Option<Exclude<T, undefined>> {
    return this.with<Exclude<T, undefined>>({ isRequired: true })
  }
  /** The same, and `kt` can do without. */
  requiredByKafka(): Option<T> {
    return this.with({ isRequired: true, isRequiredBy: 'kafka' })
  }
  /** The value without the option; `text` is how Kafka's help prints it, `null` keeps it out of the help. */
  default<D extends T>(value: D, text: string | null = String(value)): Option<Exclude<T, undefined> | D> {
    const { read } = this.spec
    return this.with<Exclude<T, undefined> | D>({
      ...(text === null ? {} : { defaultText: text }),
      read: (words, at) => (at.isGiven ? (read(words, at) as Exclude<T, undefined>) : value),
    })
  }
  /** Its name, without dashes, where it is not the key in kebab-case. */
  named(name: string): Option<T> {
    return this.with({ name })
  }
  /** A one-letter spelling (argparse4j tools). */
  letter(short: string, more: { isFirst?: boolean } = {}): Option<T> {
    return this.with({ short, isLetterFirst: more.isFirst ?? false })
  }
  /** An earlier spelling that still works; `{}` in a notice is the option's present one. */
  was(name: string, description: string, more: Partial<Omit<OldName, 'name' | 'description'>> = {}): Option<T> {
    const old: OldName = {
      name,
      description,
      notice: more.notice ?? `Warning: --${name} is deprecated and will be removed in a future version. Use {} instead.`,
      namedFirst: more.namedFirst ?? false,
      argument: more.argument,
      defaultText: more.defaultText,
    }
    return this.with({ oldNames: [...this.spec.oldNames, old] })
  }
  /** What `kt` says about it, in one line. */
  summed(summary: string): Option<T> {
    return this.with({ summary })
  }
  /** The default that kt's help tells, where kt has another one; null: it tells none. */
  ktDefault(text: string | null): Option<T> {
    return this.with({ ktDefaultText: text })
  }
  /** Not there under Kafka's names. */
  ktOnly(): Option<T> {
    return this.with({ onlyFor: 'kt' })
  }
  /** Not there as `kt`. */
  kafkaOnly(): Option<T> {
    return this.with({ onlyFor: 'kafka' })
  }
  /** Takes all words up to the next option (argparse4j's nargs("+")). */
  several(): Option<T> {
    return this.with({ arity: 'many' })
  }
  /** Works, and no help mentions it. */
  hidden(): Option<T> {
    return this.with({ isHidden: true })
  }
  /** The word may be left out: `--compression-codec` alone gives `absent`. */
  orBare<B>(absent: B): Option<T | B> {
    const { read } = this.spec
    return this.with<T | B>({
      arity: 'optional',
      read: (words, at) => (at.isGiven && words.length === 0 ? absent : read(words, at)),
    })
  }
}

export type AnyOption = Option<unknown>
export type OptionTable = { readonly [key: string]: AnyOption }

/** What a command is given: every option's value by its key. */
export type Values<O extends OptionTable> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never }

/** All of a specification, in one order: literals of many shapes are felt where there are forty of them at every start. */
function specOf<T>(
  arity: Spec<T>['arity'],
  type: JavaType,
  argument: string,
  description: string,
  read: Spec<T>['read'],
): Spec<T> {
  return {
    arity,
    type,
    argument,
    description,
    summary: undefined,
    name: undefined,
    short: undefined,
    isLetterFirst: false,
    isRequired: false,
    defaultText: undefined,
    oldNames: [],
    onlyFor: undefined,
    isHidden: false,
    choices: undefined,
    read,
  }
}

type JavaType = Spec<unknown>['type']

function single<T>(
  type: JavaType,
  argument: string,
  description: string,
  convert: (word: string, at: ReadAt) => T,
): Option<T | undefined> {
  return new Option<T | undefined>(
    specOf('one', type, argument, description, (words, at) => {
      if (words.length > 1 && at.argument === undefined) throw givenTwice(at.name)
      const word = words.at(-1) // of several, argparse4j takes the last
      return word === undefined ? undefined : convert(word, at)
    }),
  )
}

function givenTwice(name: string): OptionError {
  return new OptionError(`Found multiple arguments for option ${name}, but you asked for only one`, `--${name} is given twice`)
}

function badValue(word: string, at: ReadAt, type: JavaType, wanted: string): OptionError {
  const message =
    at.argument === undefined
      ? `Cannot parse argument '${word}' of option ${at.name}`
      : `argument ${at.argument}: could not convert '${word}' to ${type} (For input string: "${word}")`
  return new OptionError(message, `--${at.name} takes ${wanted}, not '${word}'`)
}

/** There or not. Given twice it is there. */
export function flag(description: string): Option<boolean> {
  return new Option(specOf('none', '', '', description, (_words, at) => at.isGiven))
}

/** A word as it is. */
export const text = (argument: string, description: string): Option<string | undefined> =>
  single('String', argument, description, (word) => word)

/** The name of a file, relative to the working directory. */
export const file = (argument: string, description: string): Option<string | undefined> => text(argument, description)

/** A whole number of 32 bits (java.lang.Integer). */
export const int = (argument: string, description: string): Option<number | undefined> =>
  single('Integer', argument, description, (word, at) => wholeNumber(word, at, 'Integer', -(2 ** 31)))

/** The same, above 0; under Kafka's names that is left for the tool to judge. */
export const positiveInt = (argument: string, description: string): Option<number | undefined> =>
  single('Integer', argument, description, (word, at) =>
    wholeNumber(word, at, 'Integer', at.voice === 'kt' ? 1 : -(2 ** 31), 'a whole number above 0'),
  )

/** Of TCP, for an option of kt alone. */
export const port = (argument: string, description: string): Option<number | undefined> =>
  single('Integer', argument, description, (word, at) => {
    const value = wholeNumber(word, at, 'Integer', 1, PORTS)
    if (value > 65_535) throw badValue(word, at, 'Integer', PORTS)
    return value
  })
const PORTS = 'a port between 1 and 65535'

/** A whole number (java.lang.Long); refused beyond 2^53. */
export const long = (argument: string, description: string): Option<number | undefined> =>
  single('Long', argument, description, (word, at) => wholeNumber(word, at, 'Long', -(2 ** 53 - 1)))

/** A number (java.lang.Double). */
export const double = (argument: string, description: string): Option<number | undefined> =>
  single('Double', argument, description, (word, at) => {
    if (word.trim() === '' || !/^\s*[+-]?(\d|\.\d)[\d.eE+-]*[dDfF]?\s*$/.test(word))
      throw badValue(word, at, 'Double', 'a number')
    const value = Number.parseFloat(word)
    if (Number.isNaN(value)) throw badValue(word, at, 'Double', 'a number')
    return value
  })

/** One of a few words. Under Kafka's names `refuse` gives the tool's own sentence about another one. */
export function choice<const C extends string>(
  choices: readonly C[],
  argument: string,
  description: string,
  refuse?: (word: string) => string,
): Option<C | undefined> {
  const option = single('String', argument, description, (word, at) => {
    const found = choices.find((one) => one === word)
    if (found !== undefined) return found
    const wanted = choices.length === 2 ? choices.join(' or ') : `one of ${choices.join(', ')}`
    if (at.voice === 'kafka' && refuse) throw new OptionError(refuse(word))
    const { message, sentence } = badValue(word, at, 'String', wanted)
    const invalid = `argument ${at.argument}: invalid choice: '${word}' (choose from {${choices.join(',')}})`
    throw new OptionError(at.argument === undefined ? message : invalid, sentence)
  })
  return new Option({ ...option.spec, choices })
}

/** Repeatable: every word that was given, in order. */
export const list = (argument: string, description: string): Option<readonly string[]> =>
  new Option<readonly string[]>(specOf('one', 'String', argument, description, (words) => words))

/** Repeatable `key=value`; a key without a value has '' (CommandLineUtils.parseKeyValueArgs). */
export const keyValue = (argument: string, description: string): Option<ReadonlyMap<string, string>> =>
  new Option<ReadonlyMap<string, string>>(
    specOf('one', 'String', argument, description, (words) => new Map(words.map(splitPair))),
  )

function splitPair(word: string): [string, string] {
  const at = word.indexOf('=')
  return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)]
}

function wholeNumber(word: string, at: ReadAt, type: 'Integer' | 'Long', least: number, wanted = 'a whole number'): number {
  const most = type === 'Integer' ? 2 ** 31 - 1 : 2 ** 53 - 1
  const value = /^[+-]?\d+$/.test(word) ? Number(word) : Number.NaN
  if (!(value >= least && value <= most)) throw badValue(word, at, type, wanted)
  return value
}

/** The spelling of the option with this key, without dashes: `bootstrapServer` is `bootstrap-server`. */
export function nameOf(key: string, option: AnyOption): string {
  return option.spec.name ?? inKebabCase(key)
}

/** By hand: this is asked of every option at every start, where a regular expression takes three times as long. */
function inKebabCase(key: string): string {
  const lower = key.toLowerCase()
  if (lower === key) return key
  let name = ''
  for (let i = 0; i < key.length; i++) name += key[i] === lower[i] ? lower[i] : `-${lower[i]}`
  return name
}

/** All spellings of an option, as argparse4j names it: `--config/-c`. */
export function spellingsOf(key: string, option: AnyOption): string {
  const { short } = option.spec
  return `--${nameOf(key, option)}${short === undefined ? '' : `/-${short}`}`
}

/** What deprecation notices say, with the new spelling filled in. */
export const noticeOf = (old: OldName, name: string): string => old.notice.replaceAll('{}', `--${name}`)
