import { expect, test } from 'vitest'
import {
  type Alteration,
  type AlterOp,
  applyChanges,
  incrementalAlterConfigs,
  ops,
  replaceConfigs,
} from '../../src/engine/configs/alter'
import { type BrokerSettings, withDynamicConfigs } from '../../src/engine/configs/broker-settings'
import { createdTopicRows, describeConfigs } from '../../src/engine/configs/describe'
import { type ConfigState, type Overrides, type Resource, resourceTypes } from '../../src/engine/configs/resources'
import { readServerProperties } from '../../src/engine/configs/server-properties'
import { validateNewTopicConfigs } from '../../src/engine/configs/topic-settings'
import { golden } from './configs-golden'

type Synonym = readonly [name: string, value: string | null, source: number]
type Row = readonly [string, string | null, number, boolean, boolean, number, readonly Synonym[]]

type CreatedRow = readonly [string, string | null, number, boolean, boolean]

interface Answer {
  readonly code: number
  readonly message: string | null
  readonly rows?: readonly (Row | CreatedRow)[]
}

interface Step extends Answer {
  /** `incr TYPE NAME op...`, `alter TYPE NAME setting...`, `describe TYPE NAME key...`, `create NAME setting...` */
  readonly step: readonly [string, string, ...string[]]
}

interface Session {
  readonly properties: string
  readonly steps: readonly Step[]
}

/** What Kafka holds after a step, applied whatever this code says, so that one difference does not bring on others. */
class World {
  broker: BrokerSettings
  readonly topics = new Map<string, Overrides>()
  readonly groups = new Map<string, Overrides>()
  readonly subscriptions = new Map<string, Overrides>()

  constructor(properties: string) {
    const result = readServerProperties(properties)
    if (result.errors) throw new Error(result.errors.join('\n'))
    // a new cluster writes down the file's min.insync.replicas for all brokers (KIP-966)
    this.broker = withDynamicConfigs(
      result.settings,
      new Map([['min.insync.replicas', String(result.settings.minInsyncReplicas)]]),
      new Map(),
    )
  }

  state(): ConfigState {
    return {
      broker: this.broker,
      topic: (name) => this.topics.get(name),
      group: (name) => this.groups.get(name) ?? new Map(),
      clientMetrics: (name) => this.subscriptions.get(name) ?? new Map(),
      loggers: new Map([['root', 'INFO']]),
    }
  }

  apply({ type, name }: Resource, { errorCode, changes }: Alteration): void {
    if (errorCode !== 0) return
    const { allBrokers, thisBroker } = this.broker.layers
    if (type === resourceTypes.BROKER && name === '') {
      this.broker = withDynamicConfigs(this.broker, applyChanges(allBrokers, changes), thisBroker)
    } else if (type === resourceTypes.BROKER) {
      this.broker = withDynamicConfigs(this.broker, allBrokers, applyChanges(thisBroker, changes))
    } else {
      const kinds = { [resourceTypes.TOPIC]: this.topics, [resourceTypes.GROUP]: this.groups }
      const kept = kinds[type as keyof typeof kinds] ?? this.subscriptions
      kept.set(name, applyChanges(kept.get(name) ?? new Map(), changes))
    }
  }
}

const typeOf = (word: string) => resourceTypes[word as keyof typeof resourceTypes] ?? 0

function setting(text: string): { name: string; value: string | null } {
  const at = text.indexOf('=')
  return at < 0 ? { name: text, value: null } : { name: text.slice(0, at), value: text.slice(at + 1) }
}

function operation(text: string): AlterOp {
  const [word = '', ...rest] = text.split(' ')
  return { op: ops[word as keyof typeof ops] ?? Number(word), ...setting(rest.join(' ')) }
}

/** Where kt knowingly differs. */
function isOtherwise({ step, code, message }: Step): boolean {
  const text = step.join(' ')
  if (text.includes('kt.flush.on.acks')) return true // kt knows it, and it is not dynamic
  if (code === -1) return true // Kafka stumbles; kt says what was wrong
  if (text.includes('BROKER_LOGGER') && step[0] === 'describe' && code === 0) return true // other loggers
  if (text.includes('kafka.server.KafkaConfig')) return true
  return message?.includes('Security protocol cannot be updated') ?? false // kt opens no listener that is not PLAINTEXT
}

function play(world: World, { step }: Step): Answer {
  const [verb, first, second = '', ...rest] = step
  const resource = { type: typeOf(first), name: second }
  const state = world.state()
  if (verb === 'describe') {
    const answer = describeConfigs(resource, rest.length > 0 ? rest : null, state)
    const rows = answer.configs.map((row): Row => {
      const synonyms = row.synonyms.map((synonym): Synonym => [synonym.name, synonym.value, synonym.source])
      return [row.name, row.value, row.configSource, row.isSensitive, row.readOnly, row.configType, synonyms]
    })
    return { code: answer.errorCode, message: answer.errorMessage, rows }
  }
  if (verb === 'create') return create(world, first, [second, ...rest].filter((text) => text !== '').map(setting))
  const alteration =
    verb === 'incr'
      ? incrementalAlterConfigs(resource, rest.map(operation), state)
      : replaceConfigs(resource, rest.map(setting), state)
  if (resource.type !== resourceTypes.BROKER_LOGGER) world.apply(resource, alteration)
  return { code: alteration.errorCode, message: alteration.errorMessage }
}

function create(world: World, topic: string, settings: { name: string; value: string | null }[]): Answer {
  const wanted = new Map(settings.map(({ name, value }) => [name, value]))
  const message = validateNewTopicConfigs(wanted, world.broker)
  if (message !== null) return { code: 40, message, rows: [] }
  const overrides = new Map([...wanted].map(([name, value]) => [name, value ?? '']))
  world.topics.set(topic, overrides)
  const rows = createdTopicRows(overrides, world.broker)
  const shown = rows.map((row): CreatedRow => [row.name, row.value, row.configSource, row.isSensitive, row.readOnly])
  return { code: 0, message: null, rows: shown }
}

test.each(['session-1', 'session-2'])('%s: every alteration and description is answered as Kafka answered it', (name) => {
  const session = golden<Session>(name)
  const world = new World(session.properties)
  let compared = 0
  for (const step of session.steps) {
    const before = world.broker
    const mine = play(world, step)
    if (isOtherwise(step)) {
      world.broker = before
      continue
    }
    expect({ step: step.step, ...comparable(step, mine) }).toEqual({ step: step.step, ...comparable(step, step) })
    compared++
  }
  expect(compared).toBeGreaterThan(session.steps.length * 0.9)
})

/** Rows of kt's own are left out; those of all brokers come in the order of a Scala map, which clients do not see. */
function comparable({ step }: Step, { code, message, rows }: Answer): Answer {
  if (!rows) return { code, message }
  const others = rows.filter((row) => !row[0].startsWith('kt.'))
  if (step.join(' ') !== 'describe BROKER ') return { code, message, rows: others }
  return { code, message, rows: [...others].sort(([a], [b]) => (a < b ? -1 : 1)) }
}
