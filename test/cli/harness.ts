/**
 * Runs a command as a user would: words in, what was printed and the exit code out. The terminal, the files and the place are the
 * test's own.
 *
 *     const kt = harness({ call })
 *     expect(await kt.run(topics, '--list')).toEqual({ out: 'a\n', err: '', code: 0 })       // as kt, in a pipe
 *     expect(await kt.kafka(topics, '--bootstrap-server x:1 --list')).toMatchObject({ code: 0 })   // as kafka-topics.sh
 */

import type { Command, LegacyKind } from '../../src/cli/command'
import type { Voice } from '../../src/cli/options'
import { type Doors, runCommand } from '../../src/cli/run'
import type { Output, Signal, Terminal } from '../../src/cli/terminal'
import type { PlaceOptions, Where } from '../../src/cli/where'
import type { Cluster } from '../../src/client/cluster'
import { bootstrapAddresses, type ClientConfig } from '../../src/client/config/client'
import type { Call } from '../../src/protocol/call'
import type { Clock, FileSystem, System } from '../../src/system'

export interface Result {
  readonly out: string
  readonly err: string
  readonly code: number
}

export interface Setup {
  /** Answers what the command asks; its names for time-outs are in `during`. */
  readonly call?: Call
  /** Instead of `call`: the whole cluster. */
  readonly cluster?: Cluster
  /** Rejects when the place is opened. */
  readonly refuse?: Error
  readonly env?: Record<string, string>
  readonly isTTY?: boolean
  readonly columns?: number
  /** What is typed, or a stream of it. */
  readonly stdin?: string | (() => AsyncIterable<Uint8Array>)
  /** Somebody types it. */
  readonly isTyped?: boolean
  /** Without it no time passes. */
  readonly clock?: Clock
  /** Whoever sits there chooses. */
  readonly choose?: (question: string, choices: readonly string[]) => Promise<string>
  /** Texts by absolute path; the working directory is /here. */
  readonly files?: Record<string, string>
  /** What `--zookeeper` and `--broker-list` of old tutorials lead to. */
  readonly legacy?: (kind: LegacyKind, address: string) => Where | undefined
}

export interface Harness {
  run(command: Command, ...words: string[]): Promise<Result>
  kafka(command: Command, ...words: string[]): Promise<Result>
  /** Every place that was opened. */
  readonly opened: PlaceOptions[]
  readonly closed: { count: number }
  /** Names of operations, as Cluster.during was given them. */
  readonly during: string[]
  /** Sends a signal to the command that runs. */
  signal(name: Signal): void
  /** Nobody reads stdout any more. */
  hangUp(): void
}

const never: Call = async (api) => {
  throw new Error(`the test did not expect ${api.name}`)
}

/** One word is split at blanks, several are taken as they are. */
const wordsOf = (words: readonly string[]) =>
  words.length === 1 ? (words[0] as string).split(' ').filter((word) => word !== '') : words

export function harness(setup: Setup = {}): Harness {
  const opened: PlaceOptions[] = []
  const closed = { count: 0 }
  const during: string[] = []
  const listeners = new Set<(signal: Signal) => void>()
  const gone = new Set<() => void>()
  const call = setup.call ?? never
  const cluster =
    setup.cluster ??
    ({
      call,
      during(name: string) {
        during.push(name)
        return call
      },
    } as unknown as Cluster) // as much of a cluster as a command that only calls can see
  const doors: Doors = {
    async openPlace(_terminal, _system, options) {
      opened.push(options)
      if (setup.refuse) throw setup.refuse
      const close = async () => {
        closed.count++
      }
      const clusterFor = ({ 'bootstrap.servers': servers }: ClientConfig) => {
        bootstrapAddresses(servers) // as the making of a cluster does
        return cluster
      }
      return { kind: 'server', name: options.bootstrapServer ?? options.dataDir ?? '', cluster, clusterFor, close }
    },
    legacyServer: async (_terminal, _system, kind, address) => setup.legacy?.(kind, address),
  }
  async function run(voice: Voice, command: Command, words: readonly string[]): Promise<Result> {
    const printed = { out: '', err: '' }
    const argv = wordsOf(words)
    const terminal = terminalOf(setup, argv, printed, listeners, gone)
    const code = await runCommand(command, voice, terminal, systemOf(setup), doors, argv)
    return { ...printed, code }
  }
  return {
    run: (command, ...words) => run('kt', command, words),
    kafka: (command, ...words) => run('kafka', command, words),
    opened,
    closed,
    during,
    signal: (name) => {
      for (const listener of listeners) listener(name)
    },
    hangUp: () => {
      for (const listener of gone) listener()
    },
  }
}

/** A terminal and a world for what is not a command. */
export function terminalFor(setup: Setup, argv: readonly string[]) {
  const printed = { out: '', err: '' }
  return { printed, terminal: terminalOf(setup, argv, printed, new Set(), new Set()), system: systemOf(setup) }
}

function terminalOf(
  { env = {}, isTTY = false, columns = 80, stdin = '', isTyped = false, choose }: Setup,
  argv: readonly string[],
  printed: { out: string; err: string },
  listeners: Set<(signal: Signal) => void>,
  gone: Set<() => void>,
): Terminal {
  const output = (name: 'out' | 'err'): Output => ({
    isTTY,
    columns,
    write(data) {
      printed[name] += typeof data === 'string' ? data : Buffer.from(data).toString('utf8')
      return true
    },
    drained: async () => {},
    onGone: (listener) => void gone.add(listener),
  })
  return {
    program: 'kt',
    argv,
    env,
    cwd: '/here',
    stdin: {
      isTTY: isTyped,
      async *chunks() {
        if (typeof stdin !== 'string') yield* stdin()
        else if (stdin !== '') yield Buffer.from(stdin)
      },
    },
    choose,
    stdout: output('out'),
    stderr: output('err'),
    onSignal(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const still: Clock = { now: () => 0, monotonic: () => 0, after: () => ({ cancel() {} }), soon: (task) => queueMicrotask(task) }

/** A world with a few files. */
export function systemOf({ files = {}, clock = still }: Pick<Setup, 'files' | 'clock'> = {}): System {
  const fs: Partial<FileSystem> = {
    exists: (path) => path in files,
    stat(path) {
      if (path in files) return { isDirectory: false, size: files[path]?.length ?? 0, modifiedMs: 0 }
      const isFolder = Object.keys(files).some((name) => name.startsWith(`${path}/`))
      return isFolder ? { isDirectory: true, size: 0, modifiedMs: 0 } : undefined
    },
    readFile(path) {
      const text = files[path]
      if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })
      return Buffer.from(text)
    },
    readText: (path) => systemOf({ files }).fs.readFile(path).toString(),
    list: (path) =>
      Object.keys(files)
        .filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1))
        .sort(),
  }
  return {
    fs: fs as FileSystem, // the part that a command line reads with
    clock,
    net: {
      connect: () => Promise.reject(new Error('no network')),
      listen: () => Promise.reject(new Error('no network')),
    },
    random: { bytes: (size) => Buffer.alloc(size), below: () => 0 },
  }
}
