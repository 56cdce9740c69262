#!/usr/bin/env node
/**
 * Random workloads in Apache Kafka, opened by kt: the reverse of bench/workload.mjs.
 *
 *     node bench/reverse.mjs [--rounds 5] [--cuts 3] [--seed S] [--threads 3] [--steps 60] [--judge PROGRAM] [--keep DIR]
 *     node bench/reverse.mjs --again DIR [--judge PROGRAM] [--lines 12]
 *
 * A round is a broker of Apache Kafka with settings of its seed (one or several log.dirs, levels of its features, an authorizer, how often
 * it rolls, cleans, forgets and writes snapshots) and random users (reverse/Users.java): topics, settings, every codec, idempotent and
 * transactional producers, groups of all four protocols (Groups.java), compaction, retention, delete-records, quotas, credentials, ACLs,
 * features a level up (Cluster.java), moves between log.dirs.
 * Whenever they have done about --steps things it is stopped (SIGSTOP), and what kill -9 would leave is copied: --cuts times. Then it is
 * killed, opened again by Kafka, used, and stopped cleanly. So a round gives --cuts directories of a dead broker and one of a clean end.
 *
 * Each is read by Apache Kafka on a copy (kafka-opens) and opened by kt, as a server or embedded, which must show the same: every record,
 * offset, producer, setting, aborted transaction, member, and committed offset with what was committed with it; records are found by
 * their times, and idempotent producers go on where they were. `kt check` has nothing against it: before the opening where it was
 * closed cleanly (there, commands that only read leave every file as it was), and after kt has closed it. Then kt writes, deletes,
 * commits and is stopped or killed, and Apache Kafka opens it once more: no complaint, the same as kt, and quotas, users, features,
 * transactions and share groups as before, in the metadata's records as well (reverse/kept.mjs). Where a transaction was prepared when
 * Kafka died, its coordinator ends it at the next opening, and kt, which has none, leaves it open: there Kafka may have more markers, and
 * offsets that were committed in it (reverse/prepared.mjs).
 * What Kafka has against its own directory is no fault of kt's; one that it does not open at all is passed over. What a round comes to
 * depends on the moment, so this is no part of CI.
 * Directories that failed are left in DIR of --keep as Kafka left them; --again judges one of them once more.
 * Kafka is that of KAFKA_HOME (default ~/.cache/apache-kafka-4.2.1). Ends with `N passed, N failed`; exit code 1 if any failed.
 */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { load, temporaryFolder } from './bundle.mjs'
import { JUDGE, judged, UNCLEAN } from './opens.mjs'
import { Broker, compileUsers, dumpedByKafka, killAll, portOfJudge, startKt } from './reverse/brokers.mjs'
import {
  carried,
  changedPrints,
  detailsAmiss,
  differences,
  inheritedSettings,
  isAsItWas,
  newestAmiss,
  notCarried,
  printsOf,
  timeIndexesOf,
} from './reverse/compare.mjs'
import { keptIn, notKept, settingsIn } from './reverse/kept.mjs'
import { notPrepared, preparedOffsets } from './reverse/prepared.mjs'
import { copyFolder, round } from './reverse/rounds.mjs'
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
const { chance, dial, embed, groupDetails, linesOf, newestRecords, sequencesAmiss, settingsAmiss, timesAmiss, view, write } =
  await load('bench/reverse/kt.ts')
const work = temporaryFolder()
process.prependOnceListener('exit', killAll)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
const kafka = { home, work, classes: compileUsers(home, work) }

// ---- directories, opened by kt ----

/** What Kafka says of files that end in zeros, its own or kt's: they were to be allocated beforehand (preallocate=true). */
const TORN = /Found invalid messages in log segment|Corruption found in segment/

/** What lies in `work` under this name. A quorum of before KIP-853 has to be named in the settings. */
function found(name) {
  const root = join(work, name)
  const folders = readdirSync(root).map((folder) => join(root, folder))
  const quorum = join(folders[0], '__cluster_metadata-0', 'quorum-state')
  const isStatic = !readFileSync(quorum, 'utf8').includes('"data_version":1')
  return { name, folders, isStatic, clean: existsSync(join(folders[0], '.kafka_cleanshutdown')) }
}
/** What Kafka shows of the directory, which stays as it is. */
async function openedByKafka({ name, folders, isStatic }) {
  const port = isStatic ? await portOfJudge() : 0 // 0: it chooses
  const words = isStatic ? ['--port', String(port)] : []
  const voters = ['controller.quorum.bootstrap.servers=', `controller.quorum.voters=1@127.0.0.1:${port + 10_000}`]
  const extra = isStatic ? voters : []
  if (folders.length === 1) return judged(values.judge, folders[0], extra, words)
  const copied = join(work, `${name}-judged`)
  copyFolder(join(work, name), copied)
  const copies = folders.map((_, index) => join(copied, `data-${index}`))
  for (const folder of copies) rmSync(join(folder, '.lock'), { force: true })
  const said = await judged(values.judge, folders[0], [...extra, `log.dirs=${copies.join(',')}`], words)
  rmSync(copied, { recursive: true })
  return said
}

function checked(folders, when) {
  const found = []
  for (const folder of folders) {
    const { status, text } = Broker.kt('check', '--plain', folder)
    if (status !== 0) found.push(`kt check ${when}: ${text.slice(-600)}`)
  }
  return found
}

/** Kafka's kafka-consumer-groups.sh says it as well where a group has an offset of a topic that is deleted. */
const NO_TOPIC = /^kt consumer-groups: This server does not host this topic-partition\.$/m
/** Commands that only read, on a directory that Kafka has closed: nothing in it may be another than before. */
function touched(folder) {
  const before = printsOf(folder)
  const commands = [
    ['topics', '--describe'],
    ['get-offsets', '--time', 'max-timestamp'],
    ['consumer-groups', '--describe', '--all-groups'],
    ['consumer-groups', '--list'],
    ['log-dirs', '--describe'],
  ]
  const failed = commands
    .map((words) => [words, Broker.kt(...words, '--data-dir', folder)])
    .filter(([, { status, text }]) => status !== 0 && !NO_TOPIC.test(text))
    .map(([words, { text }]) => `kt ${words.join(' ')}: ${text.slice(-400)}`)
  return [...failed, ...changedPrints(before, printsOf(folder)).map((path) => `${path} is another after commands that only read`)]
}

/** kt on a directory, in one of three ways. `end` gives complaints. */
async function openedByKt(one, way) {
  if (way === 'embedded') {
    const { link, close } = await embed(one.folders[0])
    const end = async () => {
      const reports = await close()
      return one.clean ? reports.map((line) => `kt reports: ${line}`) : []
    }
    return { link, end }
  }
  const server = await startKt(one, work)
  const link = await dial(server.port)
  const end = async () => {
    link.close()
    await server.end(way === 'killed' ? 'SIGKILL' : 'SIGTERM')
    return []
  }
  return { link, end }
}

/** All that is wrong with one directory. */
async function judge(one) {
  const { name, folders, clean } = one
  const complaints = clean ? checked(folders.slice(0, 1), 'of what Kafka closed') : []
  const inherited = inheritedSettings(folders[0])
  const before = await openedByKafka(one)
  const failure = before.complaints.find((line) => line.includes('the broker did not start'))
  if (failure)
    return {
      complaints: [],
      skipped: `Kafka does not open its own: ${(/.*(?:ERROR|FATAL).*/.exec(failure)?.[0] ?? failure).slice(-300)}`,
    }
  const dice = chance(name.length, ...[...name].map((letter) => letter.charCodeAt(0)))
  const ways = folders.length === 1 ? ['killed', 'stopped', 'embedded'] : ['killed', 'stopped']
  const way = dice.pick(ways)
  const timeIndexes = timeIndexesOf(folders)
  const prepared = clean ? new Map() : preparedOffsets(folders)
  const kept = keptIn((paths) => Broker.kt('dump-log', '--cluster-metadata-decoder', '--files', paths.join()).text, folders[0])
  if (clean && folders.length === 1) complaints.push(...touched(folders[0]))
  let { link, end } = await openedByKt(one, way)
  const groups = await groupDetails(link) // before the members of the groups are gone
  const first = await view(link)
  if (before.view) {
    const newest = newestAmiss(await newestRecords(link, first), before.view)
    const all = [...differences(first, before, inherited), ...detailsAmiss(groups, before), ...newest]
    complaints.push(...notPrepared(all, prepared).map((line) => `as Kafka left it: ${line}`))
  }
  complaints.push(...(await timesAmiss(link, first)), ...(await settingsAmiss(link, settingsIn(kept))))
  complaints.push(...(await sequencesAmiss(link, first, dice)), ...(await write(link, first, dice)))
  const last = await view(link)
  const lastGroups = await groupDetails(link)
  const lastNewest = await newestRecords(link, last)
  complaints.push(...(await end()))
  complaints.push(
    ...notKept(
      kept,
      keptIn((paths) => dumpedByKafka(kafka, paths), folders[0]),
    ),
  )
  const after = await openedByKafka(one)
  complaints.push(...complaintsAfter(before, after, timeIndexes, one, way))
  if (after.view) {
    const newest = newestAmiss(lastNewest, after.view)
    const all = [...differences(last, after, inherited), ...detailsAmiss(lastGroups, after), ...newest]
    complaints.push(...notPrepared(all, prepared).map((line) => `after kt: ${line}`))
  }
  const topics = [...last.topics.keys()]
  if (before.view && after.view) complaints.push(...notCarried(carried(before.view, topics), carried(after.view, topics)))
  ;({ link, end } = await openedByKt(one, dice.pick(ways.slice(1))))
  const again = new Set(linesOf(await view(link)))
  for (const line of linesOf(last)) if (!again.delete(line)) complaints.push(`lost by a restart of kt: ${line}`)
  for (const line of again) complaints.push(`new by a restart of kt: ${line}`)
  complaints.push(...(await end()))
  complaints.push(...checked(folders.slice(0, 1), 'of what kt closed'))
  const records = linesOf(first).filter((line) => / record /.test(line)).length
  return { complaints, records, topics: first.topics.size, way }
}
/** A folder that is set aside has a name by chance; a kt that is embedded leaves that to whoever comes next. */
const withoutChance = (line) => line.replace(/[0-9a-f]{32}-stray/g, '-stray')
/** What Kafka has against a directory after kt. */
function complaintsAfter(before, after, timeIndexes, { folders }, way) {
  // indexes of segments that were compacted may name times of records that are gone, in Kafka's own
  const known = new Set([...before.complaints, ...(before.dump?.uncleanNotes ?? [])].map(withoutChance))
  const isNews = (line) =>
    !known.has(withoutChance(line)) &&
    !isAsItWas(line, timeIndexes, timeIndexesOf(folders)) &&
    !(way === 'killed' && (UNCLEAN.test(line) || TORN.test(line)))
  return after.complaints.filter(isNews).map((line) => `Kafka, after kt: ${line}`)
}

let passed = 0
let failed = 0
async function tell(name) {
  const one = found(name)
  if (values.keep) cpSync(join(work, name), join(values.keep, name), { recursive: true })
  const judgement = await judge(one).catch((error) => ({ complaints: [error.stack] }))
  const { complaints, skipped, records, topics, way } = judgement
  if (skipped) {
    console.log(`skip ${name}: ${skipped.replaceAll('\n', ' ')}`)
    rmSync(join(work, name), { recursive: true })
    return
  }
  if (complaints.length === 0) passed++
  else failed++
  if (complaints.length === 0 && values.keep) rmSync(join(values.keep, name), { recursive: true })
  const how = `${one.folders.length} log.dirs, ${topics} topics, ${records} records, kt ${way}`
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
    for (const name of await round(seed, values, kafka)) await tell(name)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
