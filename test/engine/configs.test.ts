import { expect, test } from 'vitest'
import { brokerConfigs, dynamicBrokerConfig } from '../../src/engine/configs/broker-configs'
import { clientMetricsConfigs } from '../../src/engine/configs/client-metrics-configs'
import { accept, type Config, rowOf, type Table } from '../../src/engine/configs/config'
import { groupConfigs } from '../../src/engine/configs/group-configs'
import { topicConfigs, validateTopicConfig } from '../../src/engine/configs/topic-configs'
import { golden, type Probe, type TableRow } from './configs-golden'

const { table, probes } = golden<{ table: TableRow[]; probes: Probe[] }>('table')

const tables: Readonly<Record<string, Table>> = {
  broker: brokerConfigs,
  topic: topicConfigs,
  group: groupConfigs,
  clientmetrics: clientMetricsConfigs,
}

function configOf(def: string, name: string): Config {
  const config = def === 'brokerquota' ? dynamicBrokerConfig(name) : rowOf(tables[def] ?? {}, name)
  if (!config) throw new Error(`${def} ${name} is missing`)
  return config
}

test('every setting of Kafka 4.2.1 has its type, default, importance and scope', () => {
  for (const [def, name, type, initial, , importance, internal, mode] of table) {
    const config = configOf(def, name)
    const required = initial === '<required>'
    expect({ name, ...pick(config) }).toEqual({
      name,
      type,
      default: required ? null : initial,
      required,
      importance,
      internal,
      scope: mode ?? 'read-only',
    })
  }
  expect(table.length).toBe(392)
})

function pick({ type, default: initial, required, importance, internal, scope }: Config) {
  return { type, default: initial, required, importance, internal, scope }
}

test('kt has no settings but those of Kafka and its own, and all are in the order in which Kafka checks them', () => {
  for (const [def, rows] of Object.entries(tables)) {
    const names = table.filter((row) => row[0] === def).map((row) => row[1])
    const own = Object.keys(rows).filter((name) => !name.startsWith('kt.'))
    expect(own).toEqual(names)
  }
})

test("every kind of value is accepted, trimmed and refused in Kafka's words", () => {
  let compared = 0
  for (const { def, name, values } of probes) {
    const config = configOf(def, name)
    for (const [value, verdict] of Object.entries(values)) {
      const accepted = accept(name, config, value)
      const mine = accepted.error === undefined ? [accepted.text] : accepted.error
      expect({ name, value, verdict: mine }).toEqual({ name, value, verdict })
      compared++
    }
  }
  expect(compared).toBeGreaterThan(3000)
})

test('every default is a value that its own check accepts', () => {
  for (const rows of Object.values(tables)) {
    for (const [name, config] of Object.entries(rows)) {
      if (config.default === null) continue
      expect(accept(name, config, config.default)).toEqual({ text: config.default })
    }
  }
})

test('every setting is explained in one line', () => {
  for (const rows of Object.values(tables)) {
    for (const { doc } of Object.values(rows)) expect(doc).toMatch(/^.{10,140}\.$/)
  }
})

test('a topic setting is checked by name and by value', () => {
  expect(validateTopicConfig('retention.ms', '60000')).toBe(null)
  expect(validateTopicConfig('foo', '1')).toBe('Unknown topic config name: foo')
  expect(validateTopicConfig('constructor', '1')).toBe('Unknown topic config name: constructor')
  expect(validateTopicConfig('retention.ms', 'abc')).toBe(
    'Invalid value abc for configuration retention.ms: Not a number of type LONG',
  )
  expect(validateTopicConfig('segment.bytes', '1')).toBe(
    'Invalid value 1 for configuration segment.bytes: Value must be at least 1048576',
  )
  expect(validateTopicConfig('cleanup.policy', 'shred')).toBe(
    'Invalid value shred for configuration cleanup.policy: String must be one of: compact, delete',
  )
})
