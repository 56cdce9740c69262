/** Directories that random users (Users.java) leave in an Apache Kafka: of one that was killed at several moments, and of a clean end. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { load } from '../bundle.mjs'
import { formatKafka, startKafka, startUsers } from './brokers.mjs'

const { chance } = await load('test/fuzz/random.ts')
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

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
    // nobody is denied anything: the users are all of them super-users
    ...dice.pick([
      [],
      ['authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer', 'super.users=User:ANONYMOUS'],
    ]),
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
    ['--feature', 'group.version=0'],
    ['--feature', 'share.version=0', '--feature', 'streams.version=0', '--feature', 'eligible.leader.replicas.version=0'],
    ['--release-version', '4.1', '--add-scram', 'SCRAM-SHA-256=[name=carl,password=secret]'],
  ])

/** Gives the names of the directories that it has made in `work`. `values`: the options of bench/reverse.mjs; `kafka`: which one. */
export async function round(seed, values, kafka) {
  const { work } = kafka
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
export function copyFolder(from, to) {
  execFileSync('cp', ['-a', '--sparse=always', from, to])
}
