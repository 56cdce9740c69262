/** A server makes ready while it serves: repairs logs after an unclean end, reads groups. Who asks for one waits for it, and nobody else. */
import { appendFileSync, existsSync, readdirSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { loadAll } from '../../src/engine/handlers/index'
import { startRecovery } from '../../src/engine/recovery'
import { Metadata } from '../../src/protocol/apis/metadata'
import { OffsetCommit } from '../../src/protocol/apis/offset-commit'
import { OffsetFetch } from '../../src/protocol/apis/offset-fetch'
import type { Call } from '../../src/protocol/call'
import { errors } from '../../src/protocol/errors'
import { MovableClock, PEER, type TestEngine, testEngine } from '../support/engine'
import { create, remove, send, take, topicOf } from '../support/requests'

beforeAll(() => loadAll(testEngine().engine), 60_000) // their first loading takes longer than a test may

/** Time in which every piece of work takes long, so that one is done in a turn of the loop. */
class BusyClock extends MovableClock {
  private spent = 0
  override monotonic(): number {
    this.spent += 10
    return this.spent
  }
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const CHUNK = 'x'.repeat(900_000)
/** More than is read in one step. */
const CHUNKS = 12

/** A server on a directory in which a kill left `large` and `small`, each with a torn batch at its end. */
async function killed(): Promise<TestEngine & { lines: string[] }> {
  const before = testEngine({ clock: new BusyClock() })
  await create(before.call, 'large', 'small')
  for (let i = 0; i < CHUNKS; i++) await send(before.call, 'large', [CHUNK])
  await send(before.call, 'small', ['a', 'b'])
  for (const name of ['large-0', 'small-0']) appendFileSync(`${before.folder}/${name}/${'0'.repeat(20)}.log`, 'torn')
  const after = before.reopen('killed')
  const lines: string[] = []
  await loadAll(after.engine)
  startRecovery(after.engine, (line) => lines.push(line))
  return { ...after, lines }
}
async function untilRepaired({ lines }: { lines: string[] }) {
  for (let i = 0; i < 1000 && lines.length === 0; i++) await turn()
}
const isOpen = ({ engine }: TestEngine, topic: string) => engine.partition(topic, 0)?.isOpen
const values = async ({ engine }: TestEngine, topic: string) => (await take(engine.embedded(PEER), topic, 0)).values

test('while a log is repaired, nobody waits but who asks for it', async () => {
  const kt = await killed()
  const answered: string[] = []
  const note = (what: string) => () => void answered.push(what)
  const other = kt.engine.embedded(PEER)
  const done = [
    take(kt.engine.embedded(PEER), 'large', CHUNKS - 1).then((found) => {
      expect(found.values).toEqual([CHUNK])
      note('large')()
    }),
    other(Metadata, { topics: null }).then(note('metadata')),
    take(other, 'small', 0).then(note('small')),
  ]
  await turn()
  expect(answered).toEqual(['metadata'])
  expect(isOpen(kt, 'large')).toBe(false)
  await Promise.all(done)
  expect([...answered].sort()).toEqual(['large', 'metadata', 'small'])
  expect(kt.findings.filter((line) => line.includes('cut off'))).toHaveLength(2)
})

test('what is asked for is repaired before what is not', async () => {
  const kt = await killed()
  await turn()
  expect((await take(kt.engine.embedded(PEER), 'small', 0)).values).toEqual(['a', 'b'])
  expect(isOpen(kt, 'large')).toBe(false)
  await untilRepaired(kt)
  expect(isOpen(kt, 'large')).toBe(true)
})

test('requests of one connection keep their order', async () => {
  const kt = await killed()
  const call = kt.engine.embedded(PEER)
  const answered: string[] = []
  await Promise.all(
    (['large', 'small', 'large', 'small'] as const).map((topic, index) =>
      send(call, topic, ['new']).then(({ errorCode, baseOffset }) => {
        expect(errorCode).toBe(0)
        answered.push(`${index} ${topic} ${baseOffset}`)
      }),
    ),
  )
  // the offsets tell; logs are put on disk side by side, and a connection answers in the order it was asked
  expect(answered.sort()).toEqual([`0 large ${CHUNKS}`, '1 small 2', `2 large ${CHUNKS + 1}`, '3 small 3'])
})

test('when all is repaired the next end is clean, though nothing was written', async () => {
  const kt = await killed()
  await untilRepaired(kt)
  expect(kt.lines[0]).toMatch(/the logs of 2 partitions were looked through/)
  const next = kt.reopen('clean')
  expect(next.engine.directory.clean).toBe(true)
  expect(await values(next, 'small')).toEqual(['a', 'b'])
})

test('an end in the middle of it leaves the rest for the next start', async () => {
  const kt = await killed()
  kt.engine.embedded(PEER)
  await turn()
  const unanswered = send(kt.engine.embedded(PEER), 'large', ['late'])
  const next = kt.reopen('clean')
  const first = await Promise.race([
    unanswered.then(() => 'answered'),
    turn()
      .then(turn)
      .then(() => 'not answered'),
  ])
  expect(first).toBe('not answered')
  expect(next.engine.directory.clean).toBe(false)
  expect((await take(next.call, 'large', CHUNKS - 1)).values).toEqual([CHUNK])
  expect((await take(next.call, 'large', CHUNKS)).values).toEqual([])
})

test('a topic that is deleted while it is repaired is gone, and one of its name begins anew', async () => {
  const kt = await killed()
  await turn()
  await remove(kt.call, 'large')
  await create(kt.call, 'large')
  await untilRepaired(kt)
  expect(await take(kt.call, 'large', 0)).toMatchObject({ errorCode: 0, highWatermark: 0, values: [] })
  expect(await take(kt.call, 'large', 1)).toMatchObject({ errorCode: errors.OFFSET_OUT_OF_RANGE })
  expect(await values(kt, 'small')).toEqual(['a', 'b'])
  expect(readdirSync(kt.folder).filter((name) => name.endsWith('-delete'))).toHaveLength(1)
  expect(existsSync(`${kt.folder}/large-0`)).toBe(true)
})

test('whoever needs a log at once gets it, repaired to the end', async () => {
  const kt = await killed()
  await turn()
  await turn()
  expect(isOpen(kt, 'large')).toBe(false)
  expect(kt.engine.partition('large', 0)?.log.endOffset).toBe(CHUNKS)
  await untilRepaired(kt)
  expect(await values(kt, 'small')).toEqual(['a', 'b'])
})

test('after a clean end there is nothing to repair', async () => {
  const before = testEngine()
  await create(before.call, 't')
  const { engine } = before.reopen('clean')
  startRecovery(engine, () => {})
  expect(engine.recovery?.isOver).toBe(true)
})

/** A group of which there is more in the log than is read in one step. */
async function withGroup(): Promise<TestEngine> {
  const before = testEngine({ clock: new BusyClock() })
  await create(before.call, topicOf('t', { numPartitions: 100 }))
  const metadata = 'where it stood'.repeat(10)
  for (let committedOffset = 1; committedOffset <= 20; committedOffset++) {
    const partitions = Array.from({ length: 100 }, (_, partitionIndex) => ({
      partitionIndex,
      committedOffset,
      committedLeaderEpoch: -1,
      committedMetadata: metadata,
    }))
    await before.call(OffsetCommit, { groupId: 'g', memberId: '', topics: [{ name: 't', partitions }] }, 7)
  }
  return before
}
const committed = async (call: Call) => {
  const topics = [{ name: 't', partitionIndexes: [99] }]
  return (await call(OffsetFetch, { groupId: 'g', topics }, 7)).topics[0]?.partitions[0]?.committedOffset
}

test.each(['clean', 'killed'] as const)(
  'after a %s end groups are read in between, and who asks for one waits for it',
  async (how) => {
    const kt = (await withGroup()).reopen(how)
    await loadAll(kt.engine)
    startRecovery(kt.engine, () => {})
    const answered: string[] = []
    const asked = committed(kt.engine.embedded(PEER)).then((offset) => answered.push(`committed ${offset}`))
    void kt.engine
      .embedded(PEER)(Metadata, { topics: null })
      .then(() => answered.push('metadata'))
    await turn()
    expect(answered).toEqual(['metadata'])
    await asked
    expect(answered).toEqual(['metadata', 'committed 20'])
    for (let i = 0; i < 1000 && !kt.engine.recovery?.isOver; i++) await turn()
    expect(kt.engine.recovery?.isOver).toBe(true)
  },
)

test('a group that is needed at once is there, whatever of it has been read', async () => {
  const kt = (await withGroup()).reopen('clean')
  const early = kt.engine.embedded(PEER) // its requests pass no gate
  await loadAll(kt.engine)
  startRecovery(kt.engine, () => {})
  await turn()
  await turn()
  expect(await committed(early)).toBe(20)
  for (let i = 0; i < 200; i++) await turn()
  expect(kt.engine.recovery?.isOver).toBe(true)
  expect(await committed(kt.engine.embedded(PEER))).toBe(20)
})
