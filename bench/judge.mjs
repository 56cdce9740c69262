/**
 * Lets Apache Kafka's own classes judge kt's bytes: random messages of every API and record in every version, and batches.
 *
 *     node bench/judge.mjs [--count N] [--seed S] [--only CLASS] [--batches N] [--out DIR]
 *
 * N messages of each class and version are made from the declarations of kt. Java writes each from the same JSON, which must give the
 * same bytes and the same JSON again; tells what it writes of the fields of one version in another, or refuses; and reads damaged bytes,
 * where kt must not take what Java refuses. Batches that kt builds are read by Java with all codecs, and Java's by kt; damaged
 * ones and odd old message sets must come to the same end in both. All of it is written as golden data into DIR, and `kt wire check`
 * has the last word. It takes a JDK and the Kafka of KAFKA_HOME (default ~/.cache/apache-kafka-4.2.1). Exit code 1 if anything differs.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { load, temporaryFolder } from './bundle.mjs'
import { usage } from './usage.mjs'

const options = usage(import.meta.url, {
  count: { type: 'string', default: '5' },
  seed: { type: 'string', default: '1' },
  batches: { type: 'string' },
  only: { type: 'string', default: '' },
  out: { type: 'string' },
})
const COUNT = Number(options.count)
const SEED = Number(options.seed)
const home = process.env.KAFKA_HOME ?? join(homedir(), '.cache/apache-kafka-4.2.1')
delete process.env.NODE_EXTRA_CA_CERTS

if (!existsSync(`${home}/libs`) || spawnSync('javac', ['-version']).status !== 0) {
  console.log('no javac, or no Kafka in KAFKA_HOME: nobody to judge')
  process.exit()
}
const kt = await load('bench/judge/kt.ts')
const classes = temporaryFolder()
const classPath = `${home}/libs/*:${classes}`
execFileSync('javac', ['-nowarn', '-cp', classPath, '-d', classes, fileURLToPath(new URL('judge/Judge.java', import.meta.url))], {
  stdio: ['ignore', 'ignore', 'pipe'],
})

/** So many questions are asked of one Java: what it answers must fit into a text. */
const PORTION = 2000

/** The answers to all questions: lists of words, the first `ok` or `error`. */
function ask(questions, portion = PORTION) {
  const answers = []
  for (let first = 0; first < questions.length; first += portion) {
    const some = questions.slice(first, first + portion)
    const input = some.map((words) => `${words.join('\t')}\n`).join('')
    const run = { input, encoding: 'utf8', maxBuffer: 500 << 20, stdio: ['pipe', 'pipe', 'ignore'] }
    const lines = execFileSync('java', ['-Xmx1g', '-Dfile.encoding=UTF-8', '-cp', classPath, 'Judge'], run).split('\n')
    for (let i = 0; i < some.length; i++) answers.push(lines[i].split('\t'))
  }
  return answers
}

const findings = new Map()
/** One line for each kind of difference, and how often there was one. */
function find(what, detail) {
  const count = findings.get(what) ?? 0
  findings.set(what, count + 1)
  if (count < 3) console.log(`${what}: ${detail.length > 1500 ? `${detail.slice(0, 1500)}...` : detail}`)
}

const files = new Map()
function keep(file, one) {
  const list = files.get(file) ?? []
  list.push(one)
  files.set(file, list)
}

// ---- messages ----

const codecs = new Map()
function codecOf({ className, message }, version) {
  const key = `${className} ${version}`
  const known = codecs.get(key)
  if (known) return known
  const codec = kt.stage(message.fields, version, kt.isFlexible(message, version), true)
  codecs.set(key, codec)
  return codec
}
function write(one, version, value) {
  const writer = new kt.Writer()
  codecOf(one, version).write(writer, value)
  return writer.whole().toString('hex')
}
/** {hex}, or {error} where the value cannot be said. */
function attempt(work) {
  try {
    return { hex: work() }
  } catch (error) {
    if (!(error instanceof kt.Unsayable)) throw error
    return { error: error.message }
  }
}

/** Java does not show records; all else must be as in kt's JSON. */
function withoutRecords(fields, json) {
  if (json === null) return null
  return Object.fromEntries(
    Object.entries(json).map(([name, part]) => {
      const { shape } = fields[name]
      if (shape.kind === 'records') return [name, part === null ? null : '']
      if (shape.kind === 'struct') return [name, withoutRecords(shape.fields, part)]
      if (shape.kind === 'array' && shape.element.shape.kind === 'struct')
        return [name, part?.map((each) => withoutRecords(shape.element.shape.fields, each)) ?? null]
      return [name, part]
    }),
  )
}
/** Names in one order, and numbers as JavaScript prints them. */
const sorted = (json) =>
  JSON.stringify(json, (_, value) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
const same = (fields, mine, java) => sorted(withoutRecords(fields, mine)) === sorted(withoutRecords(fields, JSON.parse(java)))

/** The cases of every class and version: {one, version, golden, json, hex}. */
function* cases() {
  let index = 0
  for (const one of kt.judged) {
    if (!one.className.includes(options.only)) continue
    const { fields, versions } = one.message
    for (let version = versions[0]; version <= versions[1]; version++) {
      for (let i = 0; i < COUNT; i++) {
        const luck = kt.chance(SEED, index++)
        const wide = kt.someJson(fields, version, luck)
        const value = kt.fromJson(fields, version, JSON.parse(kt.goldenText(wide)))
        yield { one, version, luck, wide, value, json: kt.toJson(fields, version, value), hex: write(one, version, value) }
      }
    }
  }
}

function written(all) {
  const answers = ask(all.map(({ one, version, wide }) => ['message', one.className, version, kt.javaText(wide)]))
  for (const [i, { one, version, json, hex }] of all.entries()) {
    const [verdict, theirs, shown] = answers[i]
    const label = `${one.className} v${version}`
    if (verdict !== 'ok') find('Java cannot write', `${label}: ${theirs} ${JSON.stringify(json)}`)
    else if (theirs !== hex) find('other bytes', `${label}: ${hex}, Java ${theirs}, of ${JSON.stringify(json)}`)
    else if (!same(one.message.fields, json, shown)) find('other JSON', `${label}: ${JSON.stringify(json)}, Java ${shown}`)
    if (verdict === 'ok') keep(one.file, one.golden(version, `seed ${SEED}`, json, theirs))
  }
}

/** The fields of one version written in another. */
function crossed(all) {
  const asked = all.map((each) => {
    const [least, most] = each.one.message.versions
    return { ...each, to: least + each.luck.below(most - least + 1) }
  })
  const answers = ask(asked.map(({ one, version, wide, to }) => ['cross', one.className, version, kt.javaText(wide), to]))
  let refused = 0
  for (const [i, { one, version, value, to }] of asked.entries()) {
    const [verdict, theirs] = answers[i]
    const mine = attempt(() => write(one, to, value))
    if (verdict !== 'ok') refused++
    if (mine.hex === (verdict === 'ok' ? theirs : undefined)) continue
    find('another version', `${one.className} v${version} as v${to}: ${mine.hex ?? mine.error}, Java ${theirs}`)
  }
  return refused
}

function read({ one, version }, bytes) {
  const reader = new kt.Reader(bytes)
  try {
    const value = codecOf(one, version).read(reader)
    return { value, left: reader.left, json: kt.toJson(one.message.fields, version, value) }
  } catch (error) {
    if (!(error instanceof kt.Malformed)) throw error
    return { error: error.message }
  }
}

function withUnknownTags(all) {
  const flexible = all.filter(({ one, version }) => kt.isFlexible(one.message, version))
  const answers = ask(flexible.map(({ one, version, hex }) => ['tags', one.className, version, hex]))
  for (const [i, each] of flexible.entries()) {
    const [verdict, theirs] = answers[i]
    if (verdict !== 'ok') continue // a structure that is not written, and is not at its default any more
    const { json, error } = read(each, Buffer.from(theirs, 'hex'))
    const label = `${each.one.className} v${each.version}`
    if (error !== undefined) find('unknown tags', `${label}: ${error} in ${theirs}`)
    else if (sorted(json) !== sorted(each.json)) find('unknown tags', `${label}: ${sorted(json)}, not ${sorted(each.json)}`)
    keep(each.one.file, { ...each.one.golden(each.version, 'unknown tags', each.json, theirs), decodeOnly: true })
  }
}

/** What kt refuses on purpose where Java does not. */
const STRICTER = [
  [/not UTF-8/, 'a text that is not UTF-8'],
  [/out of order/, 'tagged fields out of order'],
  [/should end at byte|a tagged field of \d+ bytes/, 'a tagged field of another size'],
  [/much more memory/, 'more memory than bytes'],
  [/^[2-4]\d{9} elements wanted/, 'a count of 2^31 or more'], // less than nothing to Java
  [/a varint of more/, 'a varint that is too long'],
]
function damaged(all) {
  const asked = all.map((each) => {
    const bytes = kt.mutate(Buffer.from(each.hex, 'hex'), each.luck, () => each.luck.bytes(20))
    return { ...each, bytes: bytes.subarray(0, 4096) }
  })
  const answers = ask(asked.map(({ one, version, bytes }) => ['bytes', one.className, version, bytes.toString('hex')]))
  const counts = { 'both take': 0, 'both refuse': 0 }
  for (const [i, each] of asked.entries()) {
    const [verdict, left, shown] = answers[i]
    const mine = read(each, each.bytes)
    const label = `${each.one.className} v${each.version} ${each.bytes.toString('hex')}`
    if (verdict !== 'ok' && mine.error !== undefined) counts['both refuse']++
    else if (verdict !== 'ok') find('kt takes what Java refuses', `${label}: ${left}`)
    else if (mine.error !== undefined) {
      const [, reason] = STRICTER.find(([words]) => words.test(mine.error)) ?? []
      if (reason === undefined) find('kt refuses what Java takes', `${label}: ${mine.error}`)
      else counts[`kt alone refuses ${reason}`] = (counts[`kt alone refuses ${reason}`] ?? 0) + 1
    } else if (mine.left !== Number(left) || !same(each.one.message.fields, mine.json, shown))
      find('damaged bytes read otherwise', `${label}: ${sorted(mine.json)}, Java ${shown}`)
    else counts['both take']++
  }
  return counts
}

// ---- batches ----

const BATCHES = Number(options.batches ?? (options.only === '' ? 40 * COUNT : 0))

/** What the records of a batch should be when they are read. */
function expected({ records, baseOffset, logAppendTime }) {
  void baseOffset
  return records.map(({ offset, timestamp, key, value, headers }) => {
    return { offset: String(offset), timestamp: String(logAppendTime ?? timestamp), key, value, headers }
  })
}
const plain = ({ offset, timestamp, key, value, headers }) => ({ offset, timestamp, key, value, headers })

function batches() {
  const specs = Array.from({ length: BATCHES }, (_, i) => {
    const luck = kt.chance(SEED, 1 << 30, i)
    return kt.someBatch(luck.pick([2, 2, 1, 0]), luck)
  })
  const built = ask(
    specs.map((spec) => ['build', JSON.stringify(spec)]),
    300,
  )
  const mine = specs
    .filter(({ magic }) => magic === 2)
    .map((spec) => ({ spec, by: 'kt', hex: kt.buildBatch(spec).toString('hex') }))
  const theirs = specs.flatMap((spec, i) => {
    const [verdict, hex] = built[i]
    if (verdict !== 'ok') find('Java cannot build', `${hex}: ${JSON.stringify(spec)}`)
    return verdict === 'ok' ? [{ spec, by: 'Java', hex }] : []
  })
  const all = [...mine, ...theirs]
  const answers = ask(
    all.map(({ hex }) => ['batches', hex]),
    300,
  )
  for (const [i, { spec, by, hex }] of all.entries()) {
    const [verdict, shown] = answers[i]
    const label = `magic ${spec.magic} ${spec.codec} ${spec.level ?? ''} by ${by}`
    if (verdict !== 'ok') {
      find('Java cannot read', `${label}: ${shown} ${hex}`)
      continue
    }
    const found = JSON.parse(shown)
    const records = found.flatMap((batch) => batch.records).map(plain)
    if (JSON.stringify(records) !== JSON.stringify(expected({ ...spec, records: stamped(spec) })))
      find('other records', `${label}: ${JSON.stringify(records)}, not ${JSON.stringify(stamped(spec))}`)
    if (spec.magic === 2) keep('batches/batches.json', { name: label, hex, ...found[0] })
    else keep('batches/legacy.json', { name: label, hex, batches: found })
  }
  return all.length
}
/** Magic 0 has no timestamps. */
const stamped = ({ magic, records }) => (magic > 0 ? records : records.map((record) => ({ ...record, timestamp: -1 })))

/** Damaged ones are told as in golden data, and judged by `kt wire check`. */
function brokenBatches() {
  const all = Array.from({ length: BATCHES }, (_, i) => {
    const luck = kt.chance(SEED, 1 << 29, i)
    return luck.once(2)
      ? { name: `damaged ${i}`, bytes: kt.damagedBatch(luck) }
      : { name: `old ${i}`, bytes: kt.oddMessageSet(luck) }
  })
  const answers = ask(all.map(({ bytes }) => ['walk', bytes.toString('hex')]))
  for (const [i, { name, bytes }] of all.entries()) {
    const [verdict, shown] = answers[i]
    if (shown.includes('java.lang.OutOfMemoryError')) continue // lz4 and zstd say how much they want
    if (verdict === 'ok') keep('batches/broken.json', { name, hex: bytes.toString('hex'), ...JSON.parse(shown) })
    else find('Java cannot walk', `${name}: ${shown}`)
  }
  const old = all.filter(({ name }) => name.startsWith('old'))
  for (const [i, [verdict, shown]] of ask(old.map(({ bytes }) => ['batches', bytes.toString('hex')])).entries()) {
    const { name, bytes } = old[i]
    if (verdict !== 'ok' || shown === '[]') continue
    const batches = JSON.parse(shown)
    const size = batches.reduce((sum, { batch }) => sum + batch.sizeInBytes, 0) // the last may be cut
    keep('batches/legacy.json', { name, hex: bytes.toString('hex', 0, size), batches })
  }
  return all.length
}

// ---- all of it ----

const all = [...cases()]
written(all)
console.log(`${all.length} messages of ${kt.judged.length} kinds in all versions, written and shown`)
console.log(`  in another version: ${crossed(all)} refused, the others written`)
withUnknownTags(all)
console.log(
  `  damaged: ${Object.entries(damaged(all))
    .map(([what, count]) => `${count} ${what}`)
    .join(', ')}`,
)
if (BATCHES > 0) console.log(`${batches()} batches read, ${brokenBatches()} damaged ones`)

const out = options.out ?? temporaryFolder()
const lineOf = (one) => JSON.stringify(one)
for (const [file, list] of files) {
  mkdirSync(dirname(join(out, file)), { recursive: true })
  writeFileSync(join(out, file), `[\n${list.map(lineOf).join(',\n')}\n]\n`)
}
const folders = [...new Set([...files.keys()].map((file) => join(out, dirname(file))))]
const bin = fileURLToPath(new URL('../bin/kt', import.meta.url))
const check = spawnSync(process.execPath, [bin, 'wire', 'check', ...folders], { encoding: 'utf8', maxBuffer: 1 << 30 })
const lines = check.stdout.trim().split('\n')
for (const line of lines.filter((each) => each.startsWith('  '))) console.log(line)
console.log(`kt wire check: ${lines.at(-1)}`)
for (const [what, count] of findings) console.log(`${what}: ${count}`)
process.exitCode = findings.size === 0 && check.status === 0 ? 0 : 1
