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
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { load } from './bundle.mjs'
import { usage } from './usage.mjs'

const values = usage(import.meta.url, {
  dirs: { type: 'string', default: '10' },
  seed: { type: 'string', default: '1' },
  steps: { type: 'string', default: '60' },
  judge: { type: 'string', default: fileURLToPath(new URL('../../shared/conformance/kafka-opens', import.meta.url)) },
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
/** What a broker says of a directory that was not closed cleanly, its own included: it makes the last index again, and its checkpoint was ahead; folders were set aside, names lost. */
const UNCLEAN =
  /Could not find offset index file corresponding to log file|Non-monotonic update of high watermark|Loaded stray log|orphaned index file/
const folder = mkdtempSync(join(tmpdir(), 'kt-workload-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** What the judge says of a directory. */
function judged(path) {
  const env = { ...process.env }
  delete env.NODE_EXTRA_CA_CERTS
  return new Promise((done) => {
    execFile(values.judge, ['--no-tool', path], { env, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      try {
        done(JSON.parse(stdout))
      } catch {
        done({ complaints: [`the judge failed: ${error?.message} ${stderr}`.slice(0, 2000)] })
      }
    })
  })
}

const hexOf = (bytes) =>
  bytes && typeof bytes === 'object' ? bytes.repeat.repeat(bytes.length).slice(0, bytes.length * 2) : bytes

/** The judge's view in the words of linesOf. */
function told({ topics, groups }) {
  const lines = []
  for (const [name, { topicId, internal, configs, partitions }] of Object.entries(topics)) {
    if (internal) continue
    lines.push(`topic ${name} id ${topicId}`)
    for (const [key, value] of Object.entries(configs)) lines.push(`topic ${name} config ${key}=${value}`)
    for (const [index, one] of Object.entries(partitions)) {
      const place = `${name}-${index}`
      const committed = new Set(one.readCommitted)
      lines.push(`${place} from ${one.logStartOffset} to ${one.highWatermark}, stable to ${one.lastStableOffset}`)
      for (const { producerId, producerEpoch, lastSequence, currentTransactionStartOffset } of one.activeProducers) {
        lines.push(`${place} producer ${producerId} ${producerEpoch} ${lastSequence} ${currentTransactionStartOffset}`)
      }
      for (const { offset, timestamp, key, value, headers } of one.records) {
        const all = headers.map(([header, bytes]) => `${header}=${bytes}`).join()
        lines.push(
          `${place} record ${offset} ${timestamp} ${hexOf(key)} ${hexOf(value)} [${all}]${committed.has(offset) ? ' committed' : ''}`,
        )
      }
    }
  }
  for (const [group, { offsets }] of Object.entries(groups)) {
    for (const [place, { offset }] of Object.entries(offsets ?? {})) lines.push(`group ${group} ${place} at ${offset}`)
  }
  return lines.sort()
}

async function one(seed) {
  const { disk, view, ending, complaints } = await workload(seed, Number(values.steps), startMs)
  const path = join(folder, `data-${seed}`)
  mkdirSync(path)
  const clean = filesOf(disk).has('.kafka_cleanshutdown')
  for (const [name, bytes] of filesOf(disk)) {
    if (bytes === null) mkdirSync(join(path, name))
    else writeFileSync(join(path, name), bytes)
  }
  const said = await judged(path)
  const found = [
    ...complaints.map((line) => `kt itself: ${line}`),
    ...said.complaints.filter((line) => clean || !UNCLEAN.test(line)),
  ]
  if (said.view) {
    const places = unsettled(view)
    const blur = (line) =>
      places.some((place) => line.startsWith(`${place} `)) ? line.replace(/, stable to .*| committed$/, '') : line
    const [mine, theirs] = [linesOf(view).map(blur), told(said.view).map(blur)]
    const [here, there] = [new Set(mine), new Set(theirs)]
    // producers whose records are all deleted are forgotten by Kafka with the snapshot at the start of the log
    const isOld = (line) => / producer /.test(line) && !hasRecords(view, line)
    for (const line of mine) if (!there.has(line) && !isOld(line)) found.push(`only kt: ${line}`)
    for (const line of theirs) if (!here.has(line)) found.push(`only Kafka: ${line}`)
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
