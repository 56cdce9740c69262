#!/usr/bin/env node
/**
 * Random workloads in Apache Kafka, opened by kt: the reverse of bench/workload.mjs.
 *
 *     node bench/reverse.mjs [--rounds 5] [--cuts 3] [--seed S] [--threads 3] [--steps 60] [--judge PROGRAM] [--keep DIR]
 *     node bench/reverse.mjs --again DIR [--judge PROGRAM] [--lines 12]
 *
 * A round is a broker of Apache Kafka with settings of its seed (one or several log.dirs, levels of its features, how often it rolls,
 * cleans, forgets and writes snapshots) and random users (reverse/Users.java): topics, settings, every codec, idempotent and
 * transactional producers, groups of both protocols, share groups, compaction, retention, delete-records, quotas, moves between log.dirs.
 * Whenever they have done about --steps things it is stopped (SIGSTOP), and what kill -9 would leave is copied: --cuts times. Then it is
 * killed, opened again by Kafka, used, and stopped cleanly. So a round gives --cuts directories of a dead broker and one of a clean end.
 *
 * Each is read by Apache Kafka on a copy (kafka-opens) and opened by kt, which must show the same: every record, offset, producer, setting,
 * aborted transaction and committed offset. `kt check` has nothing against it: before the opening where it was
 * closed cleanly, and after kt has closed it. Then kt writes, deletes, commits and is stopped or killed, and Apache Kafka opens it once
 * more: no complaint, the same as kt, and quotas, users, features and transactions as before. Where a transaction was prepared when
 * Kafka died, its coordinator ends it at the next opening, and kt, which has none, leaves it open: there Kafka may have more markers.
 * What Kafka has against its own directory is no fault of kt's; one that it does not open at all is passed over. What a round comes to
 * depends on the moment, so this is no part of CI.
 * Directories that failed are left in DIR of --keep as Kafka left them; --again judges one of them once more.
 * Kafka is that of KAFKA_HOME (default ~/.cache/apache-kafka-4.2.1). Ends with `N passed, N failed`; exit code 1 if any failed.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { load, temporaryFolder } from './bundle.mjs'
import { JUDGE, judged, told, UNCLEAN } from './opens.mjs'
import { Broker, compileUsers, formatKafka, killAll, startKafka, startKt, startUsers } from './reverse/brokers.mjs'
import { usage } from './usage.mjs'

const values = usage(import.meta.url, {
  rounds: { type: 'string', default: '5' },
  cuts: { type: 'string', default: '3' },
  seed: { type: 'string', default: '1' },
  threads: { type: 'string', default: '3' },
  steps: { type: 'string', default: '60' },
  judge: { type: 'string', default: JUDGE },
  keep: { type: 'string' },
  again: { type: 'string' },
  lines: { type: 'string', default: '12' },
})
const home = process.env.KAFKA_HOME ?? join(homedir(), '.cache/apache-kafka-4.2.1')
if (!existsSync(values.judge) || !existsSync(`${home}/libs`)) {
  console.log(`skipped: there is no ${existsSync(values.judge) ? `Kafka in ${home}` : values.judge}`)
  process.exit(0)
}
const { chance, dial, hasData, hasRecords, linesOf, unsettled, view, write } = await load('bench/reverse/kt.ts')
const work = temporaryFolder()
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
process.prependOnceListener('exit', killAll)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
const kafka = { home, work, classes: compileUsers(home, work) }

// ---- directories, made by Kafka ----

/** The settings of a round's broker. */
function settingsOf(dice) {
  return [
    'offsets.topic.num.partitions=3',
    'transaction.state.log.num.partitions=3',
    'share.coordinator.state.topic.num.partitions=2',
    `offsets.topic.segment.bytes=${dice.pick([1048576, 104857600])}`,
    `log.index.size.max.bytes=${dice.pick([100_000, 10_485_760])}`,
    `log.cleaner.backoff.ms=${dice.pick([100, 1000])}`,
    'log.cleaner.dedupe.buffer.size=10000000',
    `log.retention.check.interval.ms=${dice.pick([300, 3000])}`,
    'log.initial.task.delay.ms=500',
    `log.flush.offset.checkpoint.interval.ms=${dice.pick([300, 60_000])}`,
    `log.flush.start.offset.checkpoint.interval.ms=${dice.pick([300, 60_000])}`,
    `replica.high.watermark.checkpoint.interval.ms=${dice.pick([300, 5000])}`,
    `metadata.log.max.record.bytes.between.snapshots=${dice.pick([1000, 8000, 20_971_520])}`,
    `metadata.log.max.snapshot.interval.ms=${dice.pick([2000, 3_600_000])}`,
    'transaction.abort.timed.out.transaction.cleanup.interval.ms=500',
    'group.initial.rebalance.delay.ms=0',
    'transaction.remove.expired.transaction.cleanup.interval.ms=2000',
    `transaction.partition.verification.enable=${dice.pick(['true', 'true', 'false'])}`,
  ]
}
/** What its directory is formatted with: the newest level, or older ones. */
const levelsOf = (dice) =>
  dice.pick([
    [],
    [],
    ['--release-version', '4.1'],
    ['--release-version', '4.0'],
    ['--release-version', '3.9'],
    ['--feature', 'transaction.version=0'],
    ['--feature', 'transaction.version=1'],
  ])

/** Gives the names of the directories that it has made in `work`. */
async function round(seed) {
  const dice = chance(seed)
  const root = join(work, `round-${seed}`)
  mkdirSync(root)
  const folders = Array.from({ length: dice.pick([1, 1, 2, 3]) }, (_, index) => join(root, `data-${index}`))
  const plan = { ...kafka, folders, settings: settingsOf(dice), isStatic: dice.once(5) }
  formatKafka(plan, plan.isStatic ? [] : levelsOf(dice))
  /** Until the users have done a few things more, and a little longer; not for ever on a slow machine. */
  const pause = async (users) => {
    const enough = users.count('done') + Number(values.steps) / 2 + dice.below(Number(values.steps))
    for (const began = performance.now(); users.count('done') < enough && performance.now() - began < 60_000; ) await sleep(50)
    await sleep(dice.below(100))
  }
  const copies = []
  const copy = (name) => {
    copyFolder(root, join(work, name))
    copies.push(name)
  }
  let broker = await startKafka(plan)
  let users = await startUsers(plan, broker.port, seed, values.threads)
  for (let cut = 0; cut < Number(values.cuts); cut++) {
    await pause(users)
    broker.child.kill('SIGSTOP')
    copy(`${seed}-killed-${cut}`)
    broker.child.kill('SIGCONT')
  }
  await broker.end('SIGKILL')
  await users.end('SIGKILL')
  broker = await startKafka(plan)
  users = await startUsers(plan, broker.port, seed + 0.5, values.threads)
  await pause(users)
  users.child.stdin.end()
  await users.gone
  await broker.end('SIGTERM')
  copy(`${seed}-closed`)
  rmSync(root, { recursive: true })
  return copies
}
/** Kafka's indexes are files of many megabytes with nothing in them: cp leaves that out. */
function copyFolder(from, to) {
  execFileSync('cp', ['-a', '--sparse=always', from, to])
}

// ---- directories, opened by kt ----

/** What Kafka says of files that end in zeros, its own or kt's: they were to be allocated beforehand (preallocate=true). */
const TORN = /Found invalid messages in log segment|Corruption found in segment/
/** What is left when a partition was on its way to another folder: kt moves none, and deletes no such copy with its topic. */
const ON_ITS_WAY = /-future marked stray and renamed/

/** What lies in `work` under this name. A quorum of before KIP-853 has to be named in the settings. */
function found(name) {
  const root = join(work, name)
  const folders = readdirSync(root).map((folder) => join(root, folder))
  const quorum = join(folders[0], '__cluster_metadata-0', 'quorum-state')
  const isStatic = !readFileSync(quorum, 'utf8').includes('"data_version":1')
  return { name, folders, isStatic, clean: existsSync(join(folders[0], '.kafka_cleanshutdown')) }
}
/** What Kafka shows of the directory, which stays as it is. */
async function openedByKafka({ name, folders }) {
  if (folders.length === 1) return judged(values.judge, folders[0])
  const copied = join(work, `${name}-judged`)
  copyFolder(join(work, name), copied)
  const copies = folders.map((_, index) => join(copied, `data-${index}`))
  for (const folder of copies) rmSync(join(folder, '.lock'), { force: true })
  const said = await judged(values.judge, folders[0], [`log.dirs=${copies.join(',')}`])
  rmSync(copied, { recursive: true })
  return said
}

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
function differences(shown, said, inherited) {
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
function inheritedSettings(folder) {
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
/** What Kafka knows and kt only carries: it must be the same before and after. */
const carried = ({ scramUsers, quotas, finalizedFeatures, transactions }) => ({
  scramUsers: sorted(scramUsers),
  quotas,
  finalizedFeatures,
  transactions: transactions?.map(({ state, startTimeMs, partitions, producerEpoch, ...rest }) => rest),
})
/** Kafka tells of a user's credentials in no order. */
const sorted = (users = {}) =>
  Object.fromEntries(Object.entries(users).map(([name, all]) => [name, [...all.matchAll(/\{.*?\}/g)].map(String).sort()]))
const notCarried = (before, after) =>
  Object.keys(before)
    .filter((what) => JSON.stringify(before[what]) !== JSON.stringify(after[what]))
    .map((what) => `${what} ${JSON.stringify(before[what])} became ${JSON.stringify(after[what])}`)

function checked(folders, when) {
  const found = []
  for (const folder of folders) {
    const { status, text } = Broker.kt('check', '--plain', folder)
    if (status !== 0) found.push(`kt check ${when}: ${text.slice(-600)}`)
  }
  return found
}

/** The bytes of time indexes, by partition and name. */
function timeIndexesOf(folders) {
  const paths = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  const partitions = paths.filter((path) => /-\d+$/.test(path))
  const files = partitions.flatMap((path) => readdirSync(path).map((name) => join(path, name)))
  const indexes = files.filter((path) => path.endsWith('.timeindex'))
  return new Map(indexes.map((path) => [path.split('/').slice(-2).join('/'), readFileSync(path, 'latin1')]))
}
/** A complaint about a time index that Kafka wrote and kt has not touched. */
function isAsItWas(line, before, after) {
  const [, path] = /Found timestamp mismatch in :\S*?([^/]+\/[^/]+\.timeindex)/.exec(line) ?? []
  return path !== undefined && before.has(path) && before.get(path) === after.get(path)
}

/** All that is wrong with one directory. */
async function judge(one) {
  const { name, folders, clean } = one
  const complaints = clean ? checked(folders.slice(0, 1), 'of what Kafka closed') : []
  const inherited = inheritedSettings(folders[0])
  const before = await openedByKafka(one)
  const failure = before.complaints.find((line) => line.includes('the broker did not start'))
  if (failure) return { complaints: [], skipped: `Kafka does not open its own: ${failure.slice(-300)}` }
  const dice = chance(name.length, ...[...name].map((letter) => letter.charCodeAt(0)))
  const isKilled = dice.once(2)
  const timeIndexes = timeIndexesOf(folders)
  let server = await startKt(one, work)
  let link = await dial(server.port)
  const first = await view(link)
  if (before.view) complaints.push(...differences(first, before, inherited).map((line) => `as Kafka left it: ${line}`))
  complaints.push(...(await write(link, first, dice)))
  const last = await view(link)
  link.close()
  await server.end(isKilled ? 'SIGKILL' : 'SIGTERM')
  const after = await openedByKafka(one)
  // indexes of segments that were compacted may name times of records that are gone, in Kafka's own
  const known = new Set([...before.complaints, ...(before.dump?.uncleanNotes ?? [])])
  const isNews = (line) =>
    !known.has(line) &&
    !isAsItWas(line, timeIndexes, timeIndexesOf(folders)) &&
    !ON_ITS_WAY.test(line) &&
    !(isKilled && (UNCLEAN.test(line) || TORN.test(line)))
  complaints.push(...after.complaints.filter(isNews).map((line) => `Kafka, after kt: ${line}`))
  if (after.view) complaints.push(...differences(last, after, inherited).map((line) => `after kt: ${line}`))
  if (before.view && after.view) complaints.push(...notCarried(carried(before.view), carried(after.view)))
  server = await startKt(one, work)
  link = await dial(server.port)
  const again = new Set(linesOf(await view(link)))
  for (const line of linesOf(last)) if (!again.delete(line)) complaints.push(`lost by a restart of kt: ${line}`)
  for (const line of again) complaints.push(`new by a restart of kt: ${line}`)
  link.close()
  await server.end('SIGTERM')
  complaints.push(...checked(folders.slice(0, 1), 'of what kt closed'))
  return {
    complaints,
    records: linesOf(first).filter((line) => / record /.test(line)).length,
    topics: first.topics.size,
    isKilled,
  }
}

let passed = 0
let failed = 0
async function tell(name) {
  const one = found(name)
  if (values.keep) cpSync(join(work, name), join(values.keep, name), { recursive: true })
  const judgement = await judge(one).catch((error) => ({ complaints: [error.stack] }))
  const { complaints, skipped, records, topics, isKilled } = judgement
  if (skipped) {
    console.log(`skip ${name}: ${skipped.replaceAll('\n', ' ')}`)
    rmSync(join(work, name), { recursive: true })
    return
  }
  if (complaints.length === 0) passed++
  else failed++
  if (complaints.length === 0 && values.keep) rmSync(join(values.keep, name), { recursive: true })
  const how = `${one.folders.length} log.dirs, ${topics} topics, ${records} records, kt ${isKilled ? 'killed' : 'stopped'}`
  console.log(`${complaints.length === 0 ? 'pass' : 'fail'} ${name}: ${how}`)
  const most = Number(values.lines)
  for (const line of complaints.slice(0, most)) console.log(`  ${line.slice(0, 400)}`)
  if (complaints.length > most) console.log(`  and ${complaints.length - most} more`)
  rmSync(join(work, name), { recursive: true })
}
if (values.again) {
  copyFolder(values.again, join(work, basename(values.again)))
  await tell(basename(values.again))
} else {
  for (let seed = Number(values.seed); seed < Number(values.seed) + Number(values.rounds); seed++) {
    for (const name of await round(seed)) await tell(name)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
