/**
 * Every command: its name, Kafka's name for it, one line about it, and how to load it. Part of the first chunk that is loaded,
 * so it holds no more than finding a command and `kt help` need; a test compares it with the commands' own declarations.
 */
import type { Command } from '../cli/command'

export interface Entry {
  readonly name: string
  /** undefined: Kafka has no such script. */
  readonly script: string | undefined
  readonly summary: string
  /** --version is an option of the script (jopt-simple tools; most argparse4j tools have none). */
  readonly hasVersion: boolean
  readonly load: () => Promise<{ default: Command }>
}

const entry = (name: string, summary: string, load: Entry['load'], more: Partial<Entry> = {}): Entry => ({
  name,
  script: `kafka-${name}.sh`,
  summary,
  hasVersion: true,
  load,
  ...more,
})

export const commands: readonly Entry[] = [
  entry('check', 'Check a data directory: every batch, every index, and whether they agree', () => import('./check'), {
    script: undefined,
  }),
  entry('console-consumer', 'Print the records of a topic as they come', () => import('./console-consumer')),
  entry('console-producer', 'Write lines into a topic', () => import('./console-producer')),
  entry(
    'consumer-groups',
    'List, describe and delete consumer groups, and move their offsets',
    () => import('./consumer-groups'),
  ),
  entry('delete-records', 'Delete the oldest records of partitions', () => import('./delete-records')),
  entry('dump-log', 'Show what is in the files of a data directory', () => import('./dump-log')),
  entry('get-offsets', 'Show where partitions begin and end', () => import('./get-offsets')),
  entry('log-dirs', 'Show how much space partitions take, by data directory', () => import('./log-dirs')),
  entry('server-start', 'Serve a data directory on a port, to any Kafka client', () => import('./server-start')),
  entry('server-stop', 'Stop running kt servers', () => import('./server-stop')),
  entry('storage', 'Format data directories and show what they are', () => import('./storage'), { hasVersion: false }),
  entry('topics', 'Create, list, describe, alter and delete topics', () => import('./topics')),
  entry('wire', "Show Kafka's messages as JSON, make them from JSON, and check golden data", () => import('./wire'), {
    script: undefined,
  }),
  entry('zookeeper-server-start', 'Nothing: kt needs no ZooKeeper', () => import('./zookeeper-server-start'), {
    script: 'zookeeper-server-start.sh',
  }),
  entry('zookeeper-server-stop', 'Nothing: kt needs no ZooKeeper', () => import('./zookeeper-server-stop'), {
    script: 'zookeeper-server-stop.sh',
  }),
]
