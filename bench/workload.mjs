#!/usr/bin/env node
/**
 * Random workloads in kt, judged by Apache Kafka.
 *
 *     node bench/workload.mjs [--dirs 10] [--seed S] [--steps N] [--judge PROGRAM] [--keep DIR] [--parallel 1]
 *
 * A directory is made by random users (test/crash/workload.ts): topics, every codec, idempotent producers, transactions, groups, settings,
 * rolls, retention, delete-records, restarts, kills and power cuts. The judge (kafka-opens) looks at every file with kafka-dump-log
 * and starts a real broker on a copy. It may have no complaint, and must show the same as kt: every record, offset, producer,
 * setting and group. Ends with `N passed, N failed`; a failure names the seed. Exit code 1 if any failed.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from './bundle.mjs'
import { JUDGE, judged, told, UNCLEAN } from './opens.mjs'
import { usage } from './usage.mjs'

const values = usage(import.meta.url, {
  dirs: { type: 'string', default: '10' },
  seed: { type: 'string', default: '1' },
  steps: { type: 'string', default: '60' },
  judge: { type: 'string', default: JUDGE },
  keep: { type: 'string' },
  parallel: { type: 'string', default: '1' },
})
if (!existsSync(values.judge)) {
  console.log(`skipped: there is no ${values.judge}`)
  process.exit(0)
}
const { workload, filesOf, hasRecords, linesOf, unsettled } = await load('bench/workload/kt.ts')
/** Kafka takes producers of long ago for expired. */
const startMs = Date.now() - 3_600_000
const folder = mkdtempSync(join(tmpdir(), 'kt-workload-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

async function one(seed) {
  const { disk, view, ending, complaints } = await workload(seed, Number(values.steps), startMs)
  const path = join(folder, `data-${seed}`)
  mkdirSync(path)
  const files = filesOf(disk)
  const clean = files.has('.kafka_cleanshutdown')
  for (const [name, bytes] of files) {
    if (bytes === null) mkdirSync(join(path, name))
    else writeFileSync(join(path, name), bytes)
  }
  const said = await judged(values.judge, path)
  // an empty folder that a power cut left is one of no topic to Kafka; kt makes it whole with the first write
  const isEmpty = (folder) => ![...files.keys()].some((name) => name.startsWith(`${folder}/`))
  const isOfNothing = (line) => {
    const [, folder] = /^WARN Log in <dir>\/(\S+) marked stray/.exec(line) ?? []
    return folder !== undefined && isEmpty(folder)
  }
  const found = [
    ...complaints.map((line) => `kt itself: ${line}`),
    ...said.complaints.filter((line) => !isOfNothing(line) && (clean || !UNCLEAN.test(line))),
  ]
  if (said.view) {
    const places = unsettled(view)
    const blur = (line) =>
      places.some((place) => line.startsWith(`${place} `)) ? line.replace(/, stable to .*| committed$/, '') : line
    const [mine, theirs] = [linesOf(view).map(blur), told(said.view).map(blur)]
    const [here, there] = [new Set(mine), new Set(theirs)]
    // producers whose records are all deleted are forgotten by Kafka with the snapshot at the start of the log, or remembered by what
    // retention had left of them, as long as the file is there
    const isOld = (line) => / producer /.test(line) && !hasRecords(view, line)
    const producerOf = (line) => line.split(' ').slice(0, 4).join(' ')
    const old = new Set(mine.filter((line) => !there.has(line) && isOld(line)).map(producerOf))
    for (const line of mine) if (!there.has(line) && !isOld(line)) found.push(`only kt: ${line}`)
    for (const line of theirs) if (!here.has(line) && !old.has(producerOf(line))) found.push(`only Kafka: ${line}`)
  }
  if (found.length > 0 && values.keep) cpSync(path, join(values.keep, `data-${seed}`), { recursive: true })
  rmSync(path, { recursive: true })
  const records = [...view.topics.values()]
    .flatMap(({ partitions }) => partitions)
    .reduce((sum, { end, start }) => sum + end - start, 0)
  console.log(`${found.length === 0 ? 'pass' : 'fail'} seed ${seed}: ${ending}, ${view.topics.size} topics, ${records} offsets`)
  for (const line of found.slice(0, 12)) console.log(`  ${line.slice(0, 300)}`)
  return found.length === 0
}

let passed = 0
let failed = 0
const seeds = Array.from({ length: Number(values.dirs) }, (_, index) => Number(values.seed) + index)
await Promise.all(
  Array.from({ length: Number(values.parallel) }, async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      if (await one(seed)) passed++
      else failed++
    }
  }),
)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
