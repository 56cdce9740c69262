/** An engine on a disk in memory, as a server runs one, in a world where chance and time are the test's. */
import { brokerSettings, defaultBrokerSettings } from '../../src/engine/configs/broker-settings'
import type { Engine } from '../../src/engine/engine'
import { loadAll } from '../../src/engine/handlers/index'
import { startMaintenance } from '../../src/engine/maintenance'
import { openEngine } from '../../src/engine/open'
import { setStraysAside } from '../../src/engine/strays'
import type { Call } from '../../src/protocol/call'
import { realSystem } from '../../src/system'
import type { FileSystem } from '../../src/system/system'
import { chance } from '../fuzz/random'
import { Disk } from '../storage/disk'
import { MovableClock } from '../support/clock'

export const FOLDER = '/data'

/** Few partitions for the groups, and everything that a server does by the clock, soon. */
const SETTINGS = [
  ['offsets.topic.num.partitions', '2'],
  ['offsets.topic.replication.factor', '1'],
  ['group.initial.rebalance.delay.ms', '0'],
  ['log.initial.task.delay.ms', '2000000000'], // retention is a step of its own: users.ts
  ['log.flush.offset.checkpoint.interval.ms', '20000'],
  ['replica.high.watermark.checkpoint.interval.ms', '5000'],
] as const

export interface World {
  readonly engine: Engine
  readonly call: Call
  readonly clock: MovableClock
  /** What the engine reported. */
  readonly findings: string[]
  /** Ends the engine as SIGTERM does. */
  stop(): void
}

export function openWorld(fs: FileSystem, seed: number, time?: number, folder = FOLDER): World {
  const clock = new MovableClock()
  if (time !== undefined) clock.time = time
  const findings: string[] = []
  const { layers } = defaultBrokerSettings(1, folder)
  const engine = openEngine({ ...realSystem, fs, clock, random: chance(seed) }, folder, {
    settings: brokerSettings({ ...layers, file: new Map([...layers.file, ...SETTINGS]) }),
    identity: {
      broker: [{ name: 'PLAINTEXT', host: 'localhost', port: 9092 }],
      controller: { name: 'CONTROLLER', host: 'localhost', port: 9093 },
    },
    report: (line) => findings.push(line),
    onFatal: (error) => findings.push(`fatal: ${(error as Error).stack}`),
    formatNew: true,
    nodeId: 1,
  })
  setStraysAside(engine)
  const stopMaintenance = startMaintenance(engine)
  const peer = { clientId: 'crash', clientHost: '/127.0.0.1', reachedAt: { host: 'localhost', port: 9092 } }
  return {
    engine,
    clock,
    findings,
    call: engine.embedded(peer),
    stop() {
      stopMaintenance()
      engine.close()
    },
  }
}

/** Loads all answers, which come with their first question, so that no answer takes time that is not the test's. */
export async function loadAnswers(): Promise<void> {
  const disk = new Disk()
  disk.makeFolder(FOLDER)
  await loadAll(openWorld(disk, 0).engine)
}

/** Waits for an answer while time goes by. */
export async function answered<T>(world: World, promise: Promise<T>): Promise<T> {
  let done = false
  const ended = promise.finally(() => {
    done = true
  })
  ended.catch(() => {})
  for (let turn = 0; !done; turn++) {
    if (turn > 200) throw new Error('no answer')
    await new Promise<void>((resolve) => setImmediate(resolve))
    if (turn > 20) await world.clock.pass(50)
  }
  return ended
}
