/**
 * Batches for logs that roll by size, by time and by full indexes, and for logs that are compacted; and what the two brokers' folders
 * must have in common: every byte.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from '../brokers.mjs'
import { ask, createTopics, led, topic } from './steps.mjs'

/** Topics with their settings, and what the records are like that they get. */
export const ROLLED = {
  topics: {
    large: { 'segment.bytes': '1048576' },
    indexed: { 'segment.bytes': '1048576', 'index.interval.bytes': '100' },
    timed: { 'segment.ms': '60000', 'index.interval.bytes': '0' },
    full: { 'segment.index.bytes': '240', 'index.interval.bytes': '50' },
    unpacked: { 'compression.type': 'uncompressed', 'segment.bytes': '1048576' },
    sequenced: { 'segment.bytes': '1048576' },
  },
  pauseMs: 30_000,
  keys: 50,
  bytes: (below) => (below(10) === 0 ? 20_000 + below(20_000) : 10 + below(1500)),
  codec: (below) => (below(3) === 0 ? 1 + below(4) : 0),
}
/** Nothing is old enough to be compacted before all of it is there. What was compressed would be compressed anew, not byte for byte as Kafka does. */
const COMPACTION = {
  'cleanup.policy': 'compact',
  'segment.bytes': '1048576',
  'min.cleanable.dirty.ratio': '0.01',
  'min.compaction.lag.ms': '30000',
}
export const COMPACTED = {
  topics: { table: COMPACTION, sequenced: COMPACTION, kept: { ...COMPACTION, 'cleanup.policy': 'compact,delete' } },
  pauseMs: 1,
  // or one broker's cleaner would come by when only the first segments are old enough, and compact in two goes what the other does in one
  isSameAge: true,
  keys: 400,
  bytes: (below) => 5000 + below(30_000),
  codec: () => 0,
}

/** A generator of whole numbers below a bound, the same for the same seed. */
function chance(seed) {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >>> 8) % below
  }
}

/** One of four producers goes on. They begin in the order of their ids, in which Kafka's hash table has them in its snapshots. */
function sequenced(sequences, below, count) {
  const producerId = 5000 + below(Math.min(4, sequences.size + 1))
  const baseSequence = sequences.get(producerId) ?? 0
  sequences.set(producerId, baseSequence + count)
  return { producerId, producerEpoch: 0, baseSequence }
}

export function* steps(logs, batch, seed, count) {
  const names = Object.keys(logs.topics)
  const configsOf = (name) => Object.entries(logs.topics[name]).map(([key, value]) => ({ name: key, value }))
  yield createTopics(names.map((name) => topic(name, { configs: configsOf(name) })))
  yield led(names)
  const below = chance(seed)
  const sequences = new Map()
  let time = Date.now() - count * logs.pauseMs
  for (let i = 0; i < count; i++) {
    const name = names[below(names.length)]
    const records = 1 + below(20)
    const bytes = logs.bytes(below)
    time += below(logs.pauseMs)
    const one = (_, index) => ({
      timestamp: time + (logs.isSameAge && index === 0 ? SPREAD_MS : below(2 * SPREAD_MS) - SPREAD_MS),
      key: `k${below(logs.keys)}`,
      value: String.fromCharCode(97 + below(26)).repeat(Math.ceil(bytes / records)),
    })
    const options = name === 'sequenced' ? sequenced(sequences, below, records) : { codec: logs.codec(below) }
    const sent = batch(Array.from({ length: records }, one), options)
    const request = () => ({
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ name, partitionData: [{ index: 0, records: Buffer.from(sent) }] }],
    })
    yield ask('Produce', request, [9])
  }
}

/** How far the timestamps of a batch are from its time. */
const SPREAD_MS = 2500

const CLEANED = 'cleaner-offset-checkpoint'
const PATIENCE_MS = 120_000
const linesOf = (path) => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').sort().join('\n') : '')

/** Kept when both brokers have compacted these logs up to the same offsets, or when it has taken too long. */
export async function compacted({ topics }, folders) {
  const names = Object.keys(topics)
  for (const began = performance.now(); performance.now() - began < PATIENCE_MS; await sleep(100)) {
    const [a, b] = folders.map((folder) => linesOf(join(folder, CLEANED)))
    if (a === b && names.every((name) => a.includes(`${name} 0 `))) return
  }
}

/** A topic's id is its own; what is to be deleted goes at a broker's own time. */
const isOwn = (file) => file === 'partition.metadata' || file.endsWith('.deleted')
const CHECKPOINTS = ['recovery-point-offset-checkpoint', 'replication-offset-checkpoint', 'log-start-offset-checkpoint', CLEANED]

/** The files of two folders that have ended cleanly: how many are the same, and the names of those that are not. */
export function compareFiles({ topics }, folders) {
  const found = { same: 0, different: [] }
  const note = (path, isSame) => {
    if (isSame) found.same++
    else found.different.push(path)
  }
  for (const name of Object.keys(topics)) {
    const lists = folders.map((folder) =>
      readdirSync(join(folder, `${name}-0`))
        .filter((file) => !isOwn(file))
        .sort(),
    )
    note(`${name}-0: ${lists.map((list) => list.length).join(' and ')} files`, String(lists[0]) === String(lists[1]))
    for (const file of lists[0].filter((one) => lists[1].includes(one))) {
      const [a, b] = folders.map((folder) => readFileSync(join(folder, `${name}-0`, file)))
      note(`${name}-0/${file}`, a.equals(b))
    }
  }
  for (const file of CHECKPOINTS) {
    const [a, b] = folders.map((folder) => linesOf(join(folder, file)))
    note(file, a === b)
  }
  return found
}
