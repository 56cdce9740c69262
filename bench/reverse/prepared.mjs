/**
 * Offsets that were committed in a transaction which was prepared when Kafka died: decided (PrepareCommit in __transaction_state), and its
 * markers on their way. Kafka's coordinator ends it when it opens the directory the next time; kt has none, and shows what was before.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Broker } from './brokers.mjs'

const PREPARE_COMMIT = 2

/** What kt dump-log says of the partitions of an internal topic, one text each. */
function dumped(folders, topic, decoder) {
  const homes = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  const partitions = homes.filter((path) => new RegExp(`/${topic}-\\d+$`).test(path) && existsSync(path))
  return partitions.map((path) => {
    const logs = readdirSync(path).filter((name) => /^\d{20}\.log$/.test(name))
    return logs.length === 0 ? '' : Broker.kt('dump-log', decoder, '--files', logs.map((name) => join(path, name)).join()).text
  })
}

/** Ids of producers whose transaction is to be committed. */
function preparing(folders) {
  const last = new Map()
  for (const text of dumped(folders, '__transaction_state', '--transaction-log-decoder')) {
    const records = text.matchAll(/^\| offset: .* key: (\{"type":"0".*\}) payload: (\{.*\}|<DELETE>|null|)$/gm)
    for (const [, key, payload] of records) {
      const { data } = payload.startsWith('{') ? JSON.parse(payload) : {}
      last.set(JSON.parse(key).data.transactionalId, data)
    }
  }
  return new Set([...last.values()].filter((data) => data?.transactionStatus === PREPARE_COMMIT).map((data) => data.producerId))
}

/** By 'group topic-partition': {offset, leaderEpoch, metadata}. */
export function preparedOffsets(folders) {
  const ids = preparing(folders)
  const prepared = new Map()
  if (ids.size === 0) return prepared
  for (const text of dumped(folders, '__consumer_offsets', '--offsets-decoder')) {
    const pending = new Map()
    let producerId = -1
    for (const line of text.split('\n')) {
      const batch = /^baseOffset: .* producerId: (\d+) .* isTransactional: true isControl: (true|false)/.exec(line)
      if (line.startsWith('baseOffset: ')) producerId = Number(batch?.[1] ?? -1)
      if (batch?.[2] === 'true') pending.delete(producerId)
      const [, key, payload] = /^\| offset: .* key: (\{"type":"[01]".*\}) payload: (\{.*\})$/.exec(line) ?? []
      if (key === undefined || !ids.has(producerId)) continue
      const { group, topic, partition } = JSON.parse(key).data
      const mine = pending.get(producerId) ?? new Map()
      pending.set(producerId, mine.set(`${group} ${topic}-${partition}`, JSON.parse(payload).data))
    }
    for (const mine of pending.values()) for (const [place, data] of mine) prepared.set(place, data)
  }
  return prepared
}

/** Differences of which that is not the reason: Kafka has such an offset, and kt another or none. */
export function notPrepared(differences, prepared) {
  const expected = [...prepared].flatMap(([place, { offset, leaderEpoch, metadata }]) => [
    [`group ${place} at `, `${offset}`],
    [`group ${place} committed `, `${offset} ${leaderEpoch} '${metadata}'`],
  ])
  const known = new Set(
    expected.filter(([what, value]) => differences.includes(`only Kafka: ${what}${value}`)).map(([what]) => what),
  )
  const groups = new Set([...prepared.keys()].map((place) => place.slice(0, place.lastIndexOf(' '))))
  return differences.filter((line) => {
    const [, who, said] = /^only (kt|Kafka): (.*)$/.exec(line) ?? []
    const [what, value] = expected.find(([start]) => said?.startsWith(start) && known.has(start)) ?? []
    if (what !== undefined) return who === 'Kafka' && said !== `${what}${value}`
    const [, group] = /^group (.*) type /.exec(said ?? '') ?? []
    return !(who === 'Kafka' && groups.has(group)) // it has nothing else
  })
}
