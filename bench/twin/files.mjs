/** Batches for logs that roll by size, by time, and by full indexes, and what the two brokers' folders must have in common: every byte. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask, createTopics, led, topic } from './steps.mjs'

const LOGS = {
  large: { 'segment.bytes': '1048576' },
  indexed: { 'segment.bytes': '1048576', 'index.interval.bytes': '100' },
  timed: { 'segment.ms': '60000', 'index.interval.bytes': '0' },
  full: { 'segment.index.bytes': '240', 'index.interval.bytes': '50' },
  unpacked: { 'compression.type': 'uncompressed', 'segment.bytes': '1048576' },
  sequenced: { 'segment.bytes': '1048576' },
}
const NAMES = Object.keys(LOGS)

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

export function* steps(batch, seed, count) {
  const configsOf = (name) => Object.entries(LOGS[name]).map(([key, value]) => ({ name: key, value }))
  yield createTopics(NAMES.map((name) => topic(name, { configs: configsOf(name) })))
  yield led(NAMES)
  const below = chance(seed)
  const sequences = new Map()
  let time = Date.now() - count * 30_000
  for (let i = 0; i < count; i++) {
    const name = NAMES[below(NAMES.length)]
    const records = 1 + below(20)
    const bytes = below(10) === 0 ? 20_000 + below(20_000) : 10 + below(1500)
    time += below(30_000)
    const one = () => ({
      timestamp: time + below(5000) - 2500,
      key: `k${below(50)}`,
      value: String.fromCharCode(97 + below(26)).repeat(Math.ceil(bytes / records)),
    })
    const options = name === 'sequenced' ? sequenced(sequences, below, records) : { codec: below(3) === 0 ? 1 + below(4) : 0 }
    const sent = batch(Array.from({ length: records }, one), options)
    const request = () => ({
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ name, partitionData: [{ index: 0, records: Buffer.from(sent) }] }],
    })
    yield ask('Produce', request, [9])
  }
}

/** A topic's id is its own. */
const OWN_FILES = new Set(['partition.metadata'])
const CHECKPOINTS = ['recovery-point-offset-checkpoint', 'replication-offset-checkpoint', 'log-start-offset-checkpoint']

/** The files of two folders that have ended cleanly: how many are the same, and the names of those that are not. */
export function compareFiles(folders) {
  const found = { same: 0, different: [] }
  const contents = (path) => folders.map((folder) => readFileSync(join(folder, path)))
  const note = (path, isSame) => {
    if (isSame) found.same++
    else found.different.push(path)
  }
  for (const name of NAMES) {
    const lists = folders.map((folder) => readdirSync(join(folder, `${name}-0`)).sort())
    note(`${name}-0: ${lists.map((list) => list.length).join(' and ')} files`, String(lists[0]) === String(lists[1]))
    for (const file of lists[0].filter((one) => !OWN_FILES.has(one) && lists[1].includes(one))) {
      const [a, b] = contents(`${name}-0/${file}`)
      note(`${name}-0/${file}`, a.equals(b))
    }
  }
  for (const file of CHECKPOINTS) {
    const [a, b] = contents(file).map((content) => content.toString().split('\n').sort().join('\n'))
    note(file, a === b)
  }
  return found
}
