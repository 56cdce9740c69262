/** Compaction against what was written: nothing that counts is lost, nothing that should be gone comes back, whatever interrupts it. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DiskFailure } from '../../../src/storage/cleaner/clean'
import { PowerCut } from '../disk'
import { FOLDER, TRANSACTIONAL, World } from './world'

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'long-'.padEnd(40, 'x'), '-a', '-b', '-c', '')
const append = fc.record({
  do: fc.constant('append' as const),
  keys: fc.array(key, { minLength: 1, maxLength: 5 }),
  producer: fc.constantFrom(-1, -1, 7, ...TRANSACTIONAL),
  codec: fc.constantFrom(0, 0, 0, 1, 3),
  appendTime: fc.boolean(),
})
const end = fc.record({ do: fc.constant('end' as const), producer: fc.constantFrom(...TRANSACTIONAL), commit: fc.boolean() })
const pass = fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(10, 3000, 9999, 10_000) })
const clean = fc.record({ do: fc.constant('clean' as const) })
const stop = fc.record({ do: fc.constant('stop' as const) })
const writing = fc.oneof({ weight: 8, arbitrary: append }, { weight: 3, arbitrary: end })
const step = fc.oneof({ weight: 12, arbitrary: writing }, { weight: 2, arbitrary: pass }, { weight: 2, arbitrary: clean }, stop)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
type Writing = typeof writing extends fc.Arbitrary<infer T> ? T : never

function write(world: World, one: Writing): void {
  if (one.do === 'end') world.end(one.producer, one.commit)
  else world.append(one.keys, one.producer, one.codec, one.appendTime)
}
async function take(world: World, one: Step): Promise<void> {
  switch (one.do) {
    case 'append':
    case 'end':
      return write(world, one)
    case 'pass':
      world.system.clock.ms += one.ms
      return
    case 'stop':
      world.directory.close(false)
      return world.reopen()
    case 'clean':
      if (!(await world.clean())) return
      world.noteCleaned()
      world.check('cleaned')
  }
}
const WHERE = ['here', 'in a thread'] as const
/** Milliseconds, on a machine that does other things too. */
const LONG = 60_000
/** Enough for several segments, and a cleaning of them. */
const steps = fc.array(step, { minLength: 20, maxLength: 90 })

test.each(WHERE)(
  '%s: of each key the last record that counts stays, tombstones for their time, and nothing else',
  async (where) => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const world = new World(where)
        for (const one of [...all, { do: 'clean' as const }]) await take(world, one)
        world.check('cut off')
        expect(world.findings).toEqual([])
      }),
      { numRuns: 60 },
    )
  },
  LONG,
)

test.each(WHERE)(
  '%s: what is written while a log is compacted is there, and counts',
  async (where) => {
    await fc.assert(
      fc.asyncProperty(steps, fc.array(writing, { minLength: 1, maxLength: 30 }), async (before, during) => {
        const world = new World(where)
        for (const one of before) await take(world, one)
        const left = [...during]
        world.meanwhile = () => {
          const next = left.shift()
          if (next) write(world, next)
        }
        await world.clean()
        world.meanwhile = () => {}
        for (const one of left) write(world, one)
        world.noteCleaned()
        world.check('cut off')
        world.disk.kill()
        world.reopen()
        world.check('cut off')
      }),
      { numRuns: 40 },
    )
  },
  LONG,
)

test.each(WHERE)(
  '%s: a power cut at any moment of a cleaning leaves all that counts, and the next one comes to the same end',
  async (where) => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(60), fc.nat(), async (before, changes, seed) => {
        const world = new World(where)
        for (const one of before) await take(world, one)
        await world.log.flush()
        world.disk.left = changes
        try {
          await world.clean()
        } catch (error) {
          const cause = error instanceof DiskFailure ? error.cause : error
          if (!(cause instanceof PowerCut) && where === 'here') throw error
        }
        const { length } = world.events
        world.cutPower(seed)
        expect(world.events).toHaveLength(length)
        world.check('cut off')
        expect(world.files.filter((name) => /cleaned|swap/.test(name))).toEqual([])
        const found = world.read('uncommitted')
        world.disk.kill()
        world.reopen()
        expect(world.read('uncommitted')).toEqual(found)
        if (!(await world.clean())) return
        world.noteCleaned()
        world.check('cleaned')
      }),
      { numRuns: 80 },
    )
  },
  LONG,
)

test(
  'a map that is too small for all keys takes several passes and loses nothing',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(append, { minLength: 30, maxLength: 60 }), async (all) => {
        const world = new World()
        for (const one of all) write(world, { ...one, producer: -1 })
        for (let pass = 0; pass < 40; pass++) {
          if (!(await world.clean(24 * 7))) break
          world.check('cut off')
        }
        expect(await world.clean(24 * 7)).toBe(undefined)
      }),
      { numRuns: 15 },
    )
  },
  LONG,
)

test(
  'the sequence numbers of producers survive, though only the log is left to tell them',
  async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const world = new World()
        for (const one of all) await take(world, one)
        if (!(await world.clean())) return
        const states = () =>
          world.log.producers
            .toEntries()
            .map(({ producerId, epoch, lastSequence, lastOffset, transactionStart }) => [
              producerId,
              lastSequence < 0 ? -1 : epoch,
              lastSequence,
              lastOffset,
              transactionStart,
            ])
            .filter(([, epoch]) => epoch !== -1)
            .sort()
        const before = states()
        world.disk.kill()
        for (const name of world.files) if (name.endsWith('.snapshot')) world.disk.remove(`${FOLDER}/a-0/${name}`)
        world.reopen()
        expect(states()).toEqual(before)
      }),
      { numRuns: 60 },
    )
  },
  LONG,
)
