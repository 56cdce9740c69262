/** Golden data directories (test/golden/data), unpacked where a test may spoil them, and what Kafka read in them. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DataDirectory } from '../../src/storage/directory'
import type { Log, LogSettings } from '../../src/storage/log'
import { readMetaProperties } from '../../src/storage/meta-properties'
import { realSystem } from '../../src/system'
import { readArchive } from '../golden/archive'

export type GoldenBytes = string | null | { readonly repeat: string; readonly length: number }

export interface GoldenBatch {
  readonly position: number
  readonly batch: {
    readonly baseOffset: string
    readonly lastOffset: string
    readonly sizeInBytes: number
    readonly crc: string
    readonly maxTimestamp: string
    readonly partitionLeaderEpoch: number
    readonly transactional: boolean
    readonly control: boolean
    readonly producerId: string
  }
  readonly records: readonly {
    readonly offset: string
    readonly timestamp: string
    readonly key: GoldenBytes
    readonly value: GoldenBytes
    readonly headers: readonly unknown[]
  }[]
}
export interface GoldenSegment {
  readonly baseOffset: string
  readonly file: string
  readonly size: number
  readonly index: readonly (readonly [string, number])[]
  readonly timeindex: readonly (readonly [string, string])[]
  readonly batches: readonly GoldenBatch[]
  readonly abortedTransactions?: readonly { [field: string]: string }[]
}
export interface GoldenPartition {
  readonly segments: readonly GoldenSegment[]
  readonly textFiles: { readonly [name: string]: string }
  readonly producerSnapshots: { readonly [file: string]: readonly { readonly [field: string]: string | number }[] }
}
/** What a client of Kafka saw of a partition when it had opened the directory. */
export interface SeenPartition {
  readonly logStartOffset: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly maxTimestamp: string
  readonly maxTimestampOffset: number
  readonly activeProducers?: readonly { readonly [field: string]: string | number }[]
  readonly readCommitted?: readonly number[]
  readonly readUncommitted?: readonly number[]
}
export interface Expectation {
  readonly name: string
  readonly offline: {
    readonly partitions: { readonly [name: string]: GoldenPartition }
    readonly textFiles: { [name: string]: string }
  }
  readonly opened: { readonly complaints: readonly string[] }
  readonly view: {
    readonly cluster?: { readonly clusterId: string }
    readonly finalizedFeatures?: { readonly [name: string]: number }
    readonly topics: {
      readonly [name: string]: {
        readonly topicId: string
        readonly configs: { readonly [name: string]: string }
        readonly partitions: { readonly [index: string]: SeenPartition }
      }
    }
  }
}

export const expectationOf = (name: string): Expectation => readArchive(`./data/${name}.expect.json.gz`) as Expectation

const made: string[] = []
/** An empty folder, gone with `cleanUp`. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kt-test-'))
  made.push(folder)
  return folder
}
const originals = new Map<string, string>()
/** A golden directory to read from. */
export function original(name: string): string {
  let folder = originals.get(name)
  if (!folder) {
    folder = mkdtempSync(join(tmpdir(), 'kt-test-'))
    originals.set(name, folder)
    execFileSync('tar', ['xzf', fileURLToPath(new URL(`../golden/data/${name}.tar.gz`, import.meta.url)), '-C', folder])
  }
  return join(folder, name)
}
/** A fresh copy of one to write to. */
export function unpack(name: string): string {
  const folder = join(temporaryFolder(), name)
  cpSync(original(name), folder, { recursive: true })
  return folder
}
/** For after all tests of a file. */
export function removeOriginals(): void {
  for (const folder of originals.values()) rmSync(folder, { recursive: true, force: true })
  originals.clear()
}
export function cleanUp(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** Settings that never roll, nor index but at Kafka's default interval. */
export const QUIET: LogSettings = {
  segmentBytes: 1024 ** 3,
  rollMs: Number.MAX_SAFE_INTEGER,
  segmentJitterMs: 0,
  segmentIndexBytes: 10485760,
  indexIntervalBytes: 4096,
  retentionMs: -1,
  retentionBytes: -1,
  fileDeleteDelayMs: 60000,
  delete: false,
}

export interface Opened {
  readonly directory: DataDirectory
  readonly findings: string[]
  log(name: string, settings?: Partial<LogSettings>): Log
}
/** Opens a directory as the engine does, without an engine. */
export function openDirectory(folder: string, system = realSystem, acceptLoss = false): Opened {
  const meta = readMetaProperties(system.fs, folder)
  if (!meta) throw new Error(`${folder} has no meta.properties`)
  const findings: string[] = []
  const directory = new DataDirectory(system, folder, meta, {
    acceptLoss,
    report: (finding) => findings.push(finding),
    brokerEpoch: () => 14,
  })
  return {
    directory,
    findings,
    log: (name, settings) => directory.log(name, topicIdOf(system, `${folder}/${name}`), { ...QUIET, ...settings }),
  }
}
function topicIdOf({ fs }: typeof realSystem, folder: string): string {
  const path = `${folder}/partition.metadata`
  return (fs.exists(path) && /topic_id: (\S+)/.exec(String(fs.readFile(path)))?.[1]) || 'AAAAAAAAAAAAAAAAAAAAAQ'
}

/** Every file below `folder` with a digest of its content. */
export function contentOf(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const digest = (path: string) => createHash('sha1').update(readFileSync(path)).digest('hex')
  return new Map(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), digest(path)] as const)
      .sort(),
  )
}
