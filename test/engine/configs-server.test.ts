import { expect, test } from 'vitest'
import { readServerProperties, type ServerProperties } from '../../src/engine/configs/server-properties'
import { topicSettings } from '../../src/engine/configs/topic-settings'
import { golden } from './configs-golden'

interface Endpoint {
  readonly name: string
  readonly host: string | null
  readonly port: number
  readonly protocol: string
}

interface Case {
  readonly text: string
  readonly error?: string
  readonly out?: {
    readonly nodeId: number
    readonly brokerId: number
    readonly listeners: readonly Endpoint[]
    readonly advertisedBroker: readonly Endpoint[]
    readonly logDirs: readonly string[]
    readonly metadataLogDir: string
    readonly interBroker: string
    readonly retentionMs: number
    readonly rollMs: number
    readonly jitterMs: number
    readonly flushMs: number
  }
}

/** kt reads these files of the time of ZooKeeper, which Kafka 4 does not start with. */
const isOld = (text: string) => !/^(process\.roles|node\.id)=/m.test(text) && /^(broker\.id|zookeeper\.connect)=/m.test(text)
const cases = golden<Case[]>('server').filter(({ text }) => !isOld(text))

function read(text: string, overrides: string[] = []): ServerProperties {
  const result = readServerProperties(text, overrides)
  if (result.errors) throw new Error(result.errors.join('\n'))
  return result
}

const title = (text: string) => text.trim().split('\n').slice(-2).join(' | ')

test.each(cases.filter((entry) => entry.error !== undefined).map((entry) => [title(entry.text), entry] as const))(
  '%s is refused as Kafka refuses it',
  (_, { text, error }) => {
    const result = readServerProperties(text)
    // kt loads no classes and only names those it misses
    if (error?.includes('could not be found')) expect(read(text).warnings.join()).toContain('principal.builder.class=x.Y')
    else expect(result.errors?.[0]).toBe(error)
  },
)

test.each(cases.filter((entry) => entry.out !== undefined).map((entry) => [title(entry.text), entry] as const))(
  '%s is understood as Kafka understands it',
  (_, { text, out }) => {
    const result = readServerProperties(text)
    if (result.errors?.[0]?.includes('kt speaks PLAINTEXT only')) return
    const { settings } = read(text)
    const topic = topicSettings(new Map(), settings)
    const retentionMs = topic.retentionMs === Number.POSITIVE_INFINITY ? -1 : topic.retentionMs
    expect({
      nodeId: settings.nodeId,
      brokerId: settings.brokerId,
      listeners: settings.listeners,
      advertisedBroker: settings.advertisedListeners,
      logDirs: settings.dataDirs,
      metadataLogDir: settings.metadataDir,
      interBroker: settings.interBrokerListener,
      retentionMs,
      rollMs: topic.segmentMs,
      jitterMs: topic.segmentJitterMs,
      flushMs: topic.flushMs,
    }).toEqual({
      nodeId: out?.nodeId,
      brokerId: out?.brokerId,
      listeners: out?.listeners,
      advertisedBroker: out?.advertisedBroker,
      logDirs: out?.logDirs,
      metadataLogDir: out?.metadataLogDir,
      interBroker: out?.interBroker,
      retentionMs: out?.retentionMs,
      rollMs: out?.rollMs,
      jitterMs: out?.jitterMs,
      flushMs: out?.flushMs === 2 ** 63 ? Number.POSITIVE_INFINITY : out?.flushMs,
    })
  },
)
