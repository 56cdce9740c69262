/**
 * An engine for tests: a directory of its own in a temporary folder, real files, a clock that stands still until the test moves
 * it. `call` goes through the engine's door, with defaults filled in as for any embedded caller.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { type BrokerSettings, brokerSettings, defaultBrokerSettings } from '../../src/engine/configs/broker-settings'
import type { Engine } from '../../src/engine/engine'
import { openEngine } from '../../src/engine/open'
import type { Call, Peer } from '../../src/protocol/call'
import { throughBytes } from '../../src/protocol/through-bytes'
import { realSystem } from '../../src/system'
import type { FileSystem, System } from '../../src/system/system'
import { MovableClock, START } from './clock'

export { MovableClock, START }

export interface TestEngine {
  readonly engine: Engine
  readonly call: Call
  readonly clock: MovableClock
  readonly folder: string
  /** Lines that the engine reported, and what it took for fatal. */
  readonly findings: string[]
  /** Ends the engine and opens another on the same directory; without `clean` as after a kill. */
  reopen(how?: 'clean' | 'killed'): TestEngine
}

export interface TestOptions {
  /** Lines of server.properties. */
  readonly properties?: Readonly<Record<string, string>>
  readonly folder?: string
  readonly clock?: MovableClock
  readonly peer?: Partial<Peer>
  readonly system?: Partial<System>
  /** Encode and decode requests and replies as on a connection; so do all tests with KT_THROUGH_BYTES in the environment. */
  readonly throughBytes?: boolean
}

export const PEER: Peer = { clientId: 'test', clientHost: '/127.0.0.1', reachedAt: { host: 'kt.example', port: 19092 } }

/**
 * A disk that has what it was given at once, so that a flush ends in the turn of the loop it began in. Nothing waits for the real one:
 * its power is not cut here (test/storage/disk.ts is for that).
 */
const quickDisk: FileSystem = {
  ...realSystem.fs,
  dataSync: async () => {},
  dataSyncNow: () => {},
  syncFolder: () => {},
  syncFolderLater: async () => {},
  removeFolderLater: async (path) => realSystem.fs.removeFolder(path),
  openLater: async (path, mode) => realSystem.fs.open(path, mode),
  makeFolderLater: async (path) => realSystem.fs.makeFolder(path),
  renameLater: async (from, to) => realSystem.fs.rename(from, to),
  readLater: async (fd, buffer, offset, length, position) => realSystem.fs.read(fd, buffer, offset, length, position),
  writeLater: async (fd, bytes, position) => realSystem.fs.write(fd, bytes, position),
}

const opened = new Set<Engine>()
const folders = new Set<string>()
afterEach(() => {
  for (const engine of opened) engine.directory.abandon()
  opened.clear()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  folders.clear()
})

export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kt-test-'))
  folders.add(folder)
  return folder
}

function settingsOf(folder: string, properties: Readonly<Record<string, string>> = {}): BrokerSettings {
  const { layers } = defaultBrokerSettings(1, folder)
  return brokerSettings({ ...layers, file: new Map([...layers.file, ...Object.entries(properties)]) })
}

export function testEngine(options: TestOptions = {}): TestEngine {
  const folder = options.folder ?? testFolder()
  const clock = options.clock ?? new MovableClock()
  const findings: string[] = []
  const engine = openEngine({ ...realSystem, fs: quickDisk, clock, ...options.system }, folder, {
    settings: settingsOf(folder, options.properties),
    identity: {
      broker: [{ name: 'PLAINTEXT', host: 'localhost', port: 9092 }],
      controller: { name: 'CONTROLLER', host: 'localhost', port: 9093 },
    },
    report: (line) => findings.push(line),
    onFatal: (error) => findings.push(`fatal: ${error}`),
    formatNew: true,
    nodeId: 1,
  })
  opened.add(engine)
  const reopen = (how: 'clean' | 'killed' = 'clean') => {
    opened.delete(engine)
    if (how === 'clean') engine.close()
    else engine.directory.abandon()
    return testEngine({ ...options, folder, clock })
  }
  const peer = { ...PEER, ...options.peer }
  const call =
    options.throughBytes || process.env['KT_THROUGH_BYTES']
      ? throughBytes(engine.open(peer), peer.clientId)
      : engine.embedded(peer)
  return { engine, call, clock, folder, findings, reopen }
}
