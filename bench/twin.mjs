#!/usr/bin/env node
/**
 * kt and Apache Kafka are sent the same requests at the same time, and must answer the same; and of the same records they must have
 * written the same files, byte for byte.
 *
 *     node bench/twin.mjs [--kafka HOME] [--only topics,records,groups,files,compaction] [--seed 1] [--batches 1500]
 *
 * HOME is an Apache Kafka 4.2 with bin/ and Java 17 at hand (default: $KAFKA_HOME). Some 1,500 requests, many of them wrong, in all versions
 * that kt answers (bench/twin/), each part on fresh brokers. What is made up or measured by a broker does not count: ids (they
 * count as the first, the second ...), times, ports, member ids. Known and left: a request that names a partition twice is done
 * twice by kt, and the last time only by Kafka. Exit code 1 if anything differs.
 */
import { join } from 'node:path'
import { sleep, startTwins, stopBroker, work } from './brokers.mjs'
import { load } from './bundle.mjs'
import { Names, textOf } from './twin/compare.mjs'
import { COMPACTED, compacted, compareFiles, steps as files, ROLLED } from './twin/files.mjs'
import { steps as groups } from './twin/groups.mjs'
import { steps as records } from './twin/records.mjs'
import { steps as topics } from './twin/topics.mjs'
import { usage } from './usage.mjs'

const options = usage(import.meta.url, {
  kafka: { type: 'string', default: process.env.KAFKA_HOME ?? '' },
  only: { type: 'string', default: 'topics,records,groups,files,compaction' },
  seed: { type: 'string', default: '1' },
  batches: { type: 'string', default: '1500' },
})
if (options.kafka === '') {
  console.error('twin.mjs: say where Apache Kafka is: --kafka HOME')
  process.exit(1)
}
const { BatchBuilder, Client, apiOf } = await load('bench/twin/kt.ts')
const PARTS = { topics, records, groups, files: fill(ROLLED), compaction: fill(COMPACTED) }
/** Parts after which the files are compared. */
const LOGS = { files: ROLLED, compaction: COMPACTED }
function fill(logs) {
  return (batch) => files(logs, batch, Number(options.seed), Number(options.batches))
}
let passed = 0
let failed = 0

const bytes = (text) => (text === null || text === undefined ? null : Buffer.from(text))
/** A batch of records whose keys and values are texts. */
function batch(content, how = {}) {
  const builder = new BatchBuilder()
  for (const { key, value, ...record } of content) builder.append({ ...record, key: bytes(key), value: bytes(value) })
  return builder.build(how)
}

function versionsOf({ versions }, [least, newest]) {
  if (versions === 'all') return Array.from({ length: newest - least + 1 }, (_, i) => least + i)
  return versions ?? [newest]
}

/** One of the brokers, and what was kept of its answers. */
class Twin {
  kept = {}
  names = new Names()
  constructor(broker) {
    this.broker = broker
  }
  async answer(api, version, { request, keep }) {
    if (!this.client || this.client.isClosed) this.client = await Client.open(this.broker.port)
    const reply = await this.client.call(api, version, typeof request === 'function' ? request(this.kept) : request)
    if (keep) Object.assign(this.kept, keep(reply))
    return textOf(reply, this.names)
  }
}

/** The lines in which two answers differ. */
function difference(kafka, kt) {
  const [a, b] = [kafka, kt].map((text) => text.split('\n').map((line) => line.trim()))
  const less = (all, others) => all.filter((line) => !others.includes(line)).join(' ') || '(the same lines)'
  return `    Kafka: ${less(a, b).slice(0, 600)}\n    kt:    ${less(b, a).slice(0, 600)}`
}

/** How long Kafka's broker may take to hear of what its controller has done. */
const SETTLE_MS = 30_000
async function answers(twins, api, version, step) {
  const began = performance.now()
  for (;;) {
    const found = await Promise.all(twins.map((twin) => twin.answer(api, version, step)))
    if (found[0] === found[1] || !step.settles || performance.now() - began > SETTLE_MS) return found
    await sleep(50)
  }
}

async function part(name) {
  const brokers = await startTwins(options.kafka)
  const twins = brokers.map((broker) => new Twin(broker))
  const [before, broken] = [passed, failed]
  for (const step of PARTS[name](batch)) {
    const api = apiOf(step.api)
    for (const version of versionsOf(step, api.versions)) {
      const [kafka, kt] = await answers(twins, api, version, step)
      if (kafka === kt) passed++
      else {
        failed++
        const { request } = step
        const asked = JSON.stringify(typeof request === 'function' ? request(twins[1].kept) : request).slice(0, 200)
        console.log(`  ${step.api} version ${version} ${asked}\n${difference(kafka, kt)}`)
      }
    }
  }
  for (const { client } of twins) client?.close()
  const folders = brokers.map(({ folder }) => join(work, folder))
  if (name === 'compaction') await compacted(COMPACTED, folders)
  await Promise.all(brokers.map((broker) => stopBroker(broker)))
  if (LOGS[name]) {
    const { same, different } = compareFiles(LOGS[name], folders)
    passed += same
    failed += different.length
    for (const path of different) console.log(`  ${path} differs`)
  }
  console.log(`${name}: ${passed - before} passed, ${failed - broken} failed`)
}

for (const name of options.only.split(',')) {
  if (PARTS[name]) await part(name)
  else {
    console.error(`twin.mjs: there is no part '${name}'; there are ${Object.keys(PARTS).join(', ')}`)
    process.exit(1)
  }
}
console.log(`seed ${options.seed}: ${passed} passed, ${failed} failed, 0 skipped`)
process.exit(failed === 0 ? 0 : 1)
