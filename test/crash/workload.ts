/**
 * A data directory as random users leave it, with everything that happened to it on the way: restarts, kills, power cuts. What the
 * engine shows of it in the end is what anybody else who opens it must show.
 */
import { chance } from '../fuzz/random'
import { Disk } from '../storage/disk'
import { holesOf, judge } from './judge'
import { Ledger } from './ledger'
import { GROUPS, Users } from './users'
import { type View, viewOf } from './view'
import { answered, FOLDER, loadAnswers, openWorld } from './world'

/** How it was left: by a clean stop, by kill -9, or by a power cut after which kt opened it and ended cleanly. */
export type Ending = 'clean' | 'killed' | 'repaired'

export interface Workload {
  readonly disk: Disk
  readonly view: View
  readonly ending: Ending
  readonly complaints: readonly string[]
}

/** `startMs`: when it begins, by the world's clock. */
export async function workload(seed: number, steps: number, startMs: number): Promise<Workload> {
  await loadAnswers()
  const dice = chance(seed)
  const ledger = new Ledger()
  const users = new Users(ledger, chance(seed, 1))
  const complaints: string[] = []
  let disk = new Disk()
  disk.makeFolder(FOLDER)
  let world = openWorld(disk, seed, startMs)
  let crashes = 0
  /** What was on the disk goes on in another world; what the dead engine still does nobody sees. */
  const crash = async (how: 'kill' | 'power') => {
    disk = disk.copy()
    if (how === 'power') disk.cutPower(dice.below)
    world = openWorld(disk, seed + ++crashes, world.clock.time)
    const view = await answered(world, viewOf(world.call, GROUPS))
    complaints.push(...judge(view, { ledger, time: ledger.time, crash: how }))
    if (how === 'kill') return
    ledger.rebase(view, holesOf)
    users.senders.keep(new Set(ledger.produced))
  }
  for (let step = 0; step < steps; step++) {
    const roll = dice.below(25)
    if (roll === 0) await crash('kill')
    else if (roll === 1) await crash('power')
    else if (roll === 2) {
      users.stop(world)
      world = openWorld(disk, seed + ++crashes, world.clock.time)
    } else await users.act(world)
  }
  const ending = dice.pick(['clean', 'killed', 'repaired'] as const)
  if (ending === 'repaired') await crash('power')
  const view = await answered(world, viewOf(world.call, GROUPS))
  if (ending !== 'killed') world.stop()
  return { disk, view, ending, complaints: [...complaints, ...users.complaints] }
}
