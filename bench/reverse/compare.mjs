/** What Apache Kafka and kt show of the same directory, held against each other; what of it is no fault of kt's is told apart here. */
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from '../bundle.mjs'
import { told } from '../opens.mjs'
import { Broker } from './brokers.mjs'

const { hasData, hasRecords, linesOf, unsettled } = await load('bench/workload/kt.ts')

/** [end, stable offset] by partition. */
const rangesIn = (lines) =>
  new Map(
    lines.flatMap((line) => {
      const [, place, end, stable] = /^(\S+) from \d+ to (\d+), stable to (\d+)$/.exec(line) ?? []
      return place === undefined ? [] : [[place, [Number(end), Number(stable)]]]
    }),
  )
/** Transactional ids of the users: each may have a marker coming, to all of its partitions, those that have got it already too. */
const MOST_MARKERS = 8

/**
 * What differs. Where Kafka has ended transactions that kt left alone, what is stable by kt's view is compared as everywhere, and of the
 * rest the records. Producers whose records are all deleted may be known to either: Kafka forgets them with the snapshot at the start of
 * the log, and finds them again in a segment that begins below the start; of one that has nothing but a marker left it does not know the
 * sequence; and has one without an epoch for an empty marker, which is all that compaction left of a transaction, where kt has it from a
 * snapshot. `inherited`: see inheritedSettings.
 */
export function differences(shown, said, inherited) {
  const [mine, theirs] = [linesOf(shown), told(said.view)]
  const [ranges, theirRanges] = [rangesIn(mine), rangesIn(theirs)]
  const old = unsettled(shown)
  const blur = (said) => {
    const place = said.slice(0, said.indexOf(' '))
    const line = old.includes(place) ? said.replace(/, stable to .*| committed$/, '') : said
    const [end, stable] = ranges.get(place) ?? [0, 0]
    const more = (theirRanges.get(place)?.[0] ?? 0) - end
    if (more <= 0 || more > MOST_MARKERS) return line
    const [, offset] = / record (\d+) /.exec(line) ?? []
    if (offset !== undefined) return Number(offset) < stable ? line : line.replace(/ committed$/, '')
    return line.replace(/ to \d+(?:, stable to .*)?$|( producer \d+) .*/, '$1')
  }
  const [here, there] = [new Set(mine.map(blur)), new Set(theirs.map(blur))]
  const isOld = (line) => / producer /.test(line) && (!hasRecords(shown, `${line} `) || line.endsWith(' -1 -1 -1'))
  return [
    ...[...here]
      .filter((line) => !there.has(line) && !isOld(line) && !there.has(line.replace(/ \d+ -1 -1$/, ' -1 -1 -1')))
      .filter((line) => hasData(shown, line) || !there.has(line.replace(/ \d+ (-?\d+)$/, ' -1 $1')))
      .map((line) => `only kt: ${line}`),
    ...[...there]
      .filter((line) => !here.has(line) && !isOld(line) && !inherited.has(line))
      .filter((line) => !/ producer \d+ \d+ -1 /.test(line) || hasData(shown, line))
      .map((line) => `only Kafka: ${line}`),
  ]
}
/**
 * A topic that was deleted and made again under its name has after a restart of Apache Kafka 4.2.1 the settings of the old one as well,
 * as far as it has none of its own for them (before the restart it had not). Kt forgets them. The lines in which Kafka tells of them.
 */
export function inheritedSettings(folder) {
  const metadata = join(folder, '__cluster_metadata-0')
  const logs = readdirSync(metadata).filter((name) => /^\d{20}\.log$/.test(name))
  const { text } = Broker.kt('dump-log', '--cluster-metadata-decoder', '--files', logs.map((name) => join(metadata, name)).join())
  const [earlier, current] = [new Set(), new Map()]
  for (const [, type, data] of text.matchAll(
    /payload: \{"type":"(TOPIC_RECORD|CONFIG_RECORD)","version":\d+,"data":(\{.*\})\}/g,
  )) {
    const { name, value, resourceType, resourceName } = JSON.parse(data)
    if (type === 'TOPIC_RECORD') {
      for (const line of current.get(name) ?? []) earlier.add(line)
      current.set(name, [])
    } else if (resourceType === 2) current.get(resourceName)?.push(`topic ${resourceName} config ${name}=${value}`)
  }
  return earlier
}
/** What Kafka knows and kt only carries: it must be the same before and after. `topics`: those that are left. */
export const carried = ({ scramUsers, quotas, finalizedFeatures, transactions, groups }, topics) => ({
  ...Object.fromEntries(
    Object.entries(groups)
      .filter(([, { type }]) => type === 'Share')
      .map(([name, { offsets }]) => [name, sharedOf(offsets, topics)]),
  ),
  scramUsers: sorted(scramUsers),
  quotas: sortedQuotas(quotas),
  finalizedFeatures,
  transactions: transactions?.map(({ state, startTimeMs, partitions, producerEpoch, ...rest }) => rest),
})
/** What lies behind the offset of a share group grows with the topic. */
const sharedOf = (offsets, topics) =>
  Object.entries(offsets)
    .filter(([place]) => isOf(topics, place))
    .map(([place, told]) => `${place} ${told.replace(/, lag=.*/, '')}`)
    .sort()
const isOf = (topics, place) => topics.includes(place.slice(0, place.lastIndexOf('-')))
/** Kafka tells of quotas in no order, */
const sortedQuotas = (quotas = {}) =>
  Object.entries(quotas)
    .map(([entity, limits]) => `${entity.split(', ').sort()} ${limits.slice(1, -1).split(', ').sort()}`)
    .sort()
/** and of a user's credentials. */
const sorted = (users = {}) =>
  Object.fromEntries(Object.entries(users).map(([name, all]) => [name, [...all.matchAll(/\{.*?\}/g)].map(String).sort()]))
export const notCarried = (before, after) =>
  Object.keys(before)
    .filter((what) => JSON.stringify(before[what]) !== JSON.stringify(after[what]))
    .map((what) => `${what} ${JSON.stringify(before[what])} became ${JSON.stringify(after[what])}`)

/** The bytes of time indexes, by partition and name. */
export function timeIndexesOf(folders) {
  const paths = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  const partitions = paths.filter((path) => /-\d+$/.test(path))
  const files = partitions.flatMap((path) => readdirSync(path).map((name) => join(path, name)))
  const indexes = files.filter((path) => path.endsWith('.timeindex'))
  return new Map(indexes.map((path) => [path.split('/').slice(-2).join('/'), readFileSync(path, 'latin1')]))
}
/** A complaint about a time index that Kafka wrote and kt has not touched. */
export function isAsItWas(line, before, after) {
  const [, path] = /Found timestamp mismatch in :\S*?([^/]+\/[^/]+\.timeindex)/.exec(line) ?? []
  return path !== undefined && before.has(path) && before.get(path) === after.get(path)
}

/** What groupDetails tells of kt, of Kafka. */
export function detailsTold({ groups }) {
  const lines = []
  for (const [name, { type, offsets, groupEpoch, assignor, members }] of Object.entries(groups)) {
    lines.push(`group ${name} type ${type.toLowerCase()}`)
    if (type === 'Share') continue
    for (const [place, { offset, leaderEpoch, metadata }] of Object.entries(offsets ?? {})) {
      lines.push(`group ${name} ${place} committed ${offset} ${leaderEpoch} '${metadata}'`)
    }
    if (type !== 'Consumer') continue
    lines.push(`group ${name} epoch ${groupEpoch} assignor ${assignor}`)
    for (const { memberId, instanceId, clientId, host, memberEpoch, assignment } of members ?? []) {
      lines.push(`group ${name} member ${memberId} ${instanceId} ${clientId} ${host} ${memberEpoch} [${assignment}]`)
    }
  }
  return lines.sort()
}
export function detailsAmiss(shown, said) {
  const [here, there] = [new Set(shown), new Set(detailsTold(said.view))]
  return [
    ...[...here].filter((line) => !there.has(line)).map((line) => `only kt: ${line}`),
    ...[...there].filter((line) => !here.has(line)).map((line) => `only Kafka: ${line}`),
  ]
}

/** Kafka has the newest record from the time index, also where it lies below the log's start or compaction took it: not so kt. */
export function newestAmiss(shown, { topics }) {
  const told = Object.entries(topics).flatMap(([name, { partitions }]) =>
    Object.entries(partitions)
      .filter(([, one]) => one.records?.some(({ offset }) => offset === one.maxTimestampOffset))
      .map(([index, one]) => `${name}-${index} newest ${one.maxTimestamp} at ${one.maxTimestampOffset}`),
  )
  const [here, places] = [new Set(shown), new Set(shown.map((line) => line.split(' ')[0]))]
  return told.filter((line) => places.has(line.split(' ')[0]) && !here.has(line)).map((line) => `only Kafka: ${line}`)
}

/** Every file with its size, its time and its bytes. Kafka takes its lock away when it stops, and the next broker makes it. */
export function printsOf(folder) {
  const prints = new Map()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.name === '.lock') continue
    const path = join(entry.parentPath, entry.name)
    const { mtimeMs, size } = lstatSync(path)
    prints.set(path.slice(folder.length + 1), `${mtimeMs} ${size} ${entry.isFile() ? hash('sha1', readFileSync(path)) : ''}`)
  }
  return prints
}
const hash = (name, bytes) => createHash(name).update(bytes).digest('hex')
export const changedPrints = (before, after) =>
  [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path))
