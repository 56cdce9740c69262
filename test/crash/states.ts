/**
 * Runs users on a disk in memory and looks at every state that a crash could have left: before each write, sync and rename, with
 * everything in the page cache (the process was killed) or with what of it reached the disk (the power was cut).
 */
import { isDeepStrictEqual } from 'node:util'
import type { FileSystem } from '../../src/system/system'
import { type Chance, chance } from '../fuzz/random'
import { Disk } from '../storage/disk'
import { type Crash, holesOf, judge } from './judge'
import { Ledger } from './ledger'
import { probe } from './probe'
import { servedAmiss } from './served'
import { GROUPS, Users } from './users'
import { type View, viewOf } from './view'
import { answered, FOLDER, loadAnswers, openWorld, type World } from './world'

/** A disk with a defect: see mutants.ts. */
export type Wrap = (disk: Disk) => FileSystem

export interface RunOptions {
  readonly seed: number
  /** How often the users act. */
  readonly steps: number
  /** Looks at one state in so many. */
  readonly every?: number
  readonly wrap?: Wrap
  /** Only this state, as a complaint names it. */
  readonly only?: number
  /** Takes what there is to know about that one. */
  readonly tell?: (lines: string) => void
  /** Ends the run when there are so many. */
  readonly mostComplaints?: number
}
export interface RunResult {
  readonly states: number
  readonly complaints: readonly string[]
}

interface State {
  readonly index: number
  readonly disk: Disk
  readonly ledger: Ledger
  readonly time: number
  readonly clockMs: number
}

const NOT_WRAPPED: Wrap = (disk) => disk
const ENOUGH_COMPLAINTS = 5

export async function crashEverywhere(options: RunOptions): Promise<RunResult> {
  await loadAnswers()
  const run = new Run(options)
  await run.go().catch((error: Error) => run.complain(0, 'running', `${error.stack}`))
  return { states: run.states, complaints: run.complaints }
}

class Run {
  readonly complaints: string[] = []
  states = 0
  private readonly dice: Chance
  private readonly choosing: Chance
  private ledger = new Ledger()
  private users: Users
  private disk = new Disk()
  private world: World
  private waiting: State[] = []
  private count = 0
  private readonly wrap: Wrap

  constructor(private readonly options: RunOptions) {
    this.dice = chance(options.seed)
    this.choosing = chance(options.seed, 2)
    this.wrap = options.wrap ?? NOT_WRAPPED
    this.users = new Users(this.ledger, chance(options.seed, 1))
    this.disk.makeFolder(FOLDER)
    this.disk.settle()
    this.world = this.open(this.disk, undefined)
  }
  /** An engine on `disk`, of whose states some are kept. */
  private open(disk: Disk, time: number | undefined): World {
    this.disk = disk
    const clockMs = () => this.world?.clock.time ?? time ?? 0
    disk.onChange = () => {
      const index = ++this.count
      const { every = 1, only } = this.options
      if (only === undefined ? this.choosing.below(every) !== 0 : only !== index) return
      this.waiting.push({ index, disk: disk.copy(), ledger: this.ledger, time: this.ledger.time, clockMs: clockMs() })
    }
    return openWorld(this.wrap(disk), this.options.seed + this.count, time)
  }
  private get over(): boolean {
    return this.complaints.length >= (this.options.mostComplaints ?? ENOUGH_COMPLAINTS)
  }

  async go(): Promise<void> {
    for (let step = 0; step < this.options.steps && !this.over; step++) {
      const roll = this.dice.below(30)
      if (roll === 0) this.restart()
      else if (roll === 1) this.kill()
      else if (roll === 2) await this.cutPower()
      else await this.users.act(this.world)
      await this.lookAtAll()
      for (const complaint of this.users.complaints.splice(0)) this.complain(0, 'running', complaint)
    }
    this.users.stop(this.world)
    await this.lookAtAll()
  }
  private restart(): void {
    this.users.stop(this.world)
    this.world = this.open(this.disk, this.world.clock.time)
  }
  private kill(): void {
    const left = this.disk.copy() // the engine that is dead goes on with the disk that nobody sees
    this.disk.onChange = undefined
    this.world = this.open(left, this.world.clock.time)
  }
  private async cutPower(): Promise<void> {
    const left = this.disk.copy()
    this.disk.onChange = undefined
    left.cutPower((n) => this.dice.below(n))
    await this.lookAtAll() // they are of the ledger as it was
    this.world = this.open(left, this.world.clock.time)
    const view = await answered(this.world, viewOf(this.world.call, GROUPS))
    for (const complaint of judge(view, { ledger: this.ledger, time: this.ledger.time, crash: 'power' })) {
      this.complain(0, 'power', complaint)
    }
    this.waiting = []
    this.ledger.rebase(view, holesOf)
    this.users.senders.keep(new Set(this.ledger.produced))
  }

  private async lookAtAll(): Promise<void> {
    for (const state of this.waiting.splice(0)) {
      if (this.over) return
      await this.look(state, 'kill', () => 0)
      await this.look(state, 'power', () => 0)
      const dice = chance(this.options.seed, state.index)
      await this.look(state, 'power', dice.below)
    }
  }
  private async look(state: State, crash: Crash, below: (n: number) => number): Promise<void> {
    this.states++
    const disk = state.disk.copy()
    if (crash === 'power') disk.cutPower(below)
    const asked = { ledger: state.ledger, time: state.time, crash }
    const dice = chance(this.options.seed, state.index, 7)
    try {
      const again: Disk[] = []
      if (dice.once(4)) disk.onChange = () => void (dice.once(3) && again.push(disk.copy()))
      const { world, view, complaints } = await this.judged(disk, state, asked)
      disk.onChange = undefined
      if (complaints.length === 0 && dice.once(4)) {
        const second = disk.copy()
        if (crash === 'power') second.cutPower(dice.below)
        else second.kill()
        const { view: then } = await this.judged(second, state, asked)
        if (!isDeepStrictEqual(then, view)) complaints.push('is another after a second crash and recovery')
      }
      for (const cut of again.slice(0, 2)) {
        if (crash === 'power') cut.cutPower(dice.below)
        complaints.push(...(await this.judged(cut, state, asked)).complaints.map((one) => `after a crash in recovery: ${one}`))
      }
      if (dice.once(4))
        complaints.push(
          ...(await servedAmiss(state.disk.copy(), crash === 'power' ? below : undefined, state.clockMs, this.wrap)),
        )
      if (complaints.length === 0) complaints.push(...(await answered(world, probe(world, view, asked))))
      for (const complaint of complaints) this.complain(state.index, crash, complaint)
      if (complaints.length > 0 && this.options.only !== undefined) this.tell(state, disk, world)
    } catch (error) {
      this.complain(state.index, crash, `${(error as Error).stack}`)
    }
  }
  private async judged(disk: Disk, { clockMs }: State, asked: Parameters<typeof judge>[1]) {
    const world = openWorld(this.wrap(disk), 1, clockMs)
    const view: View = await answered(world, viewOf(world.call, GROUPS))
    const complaints = judge(view, asked)
    complaints.push(...world.findings.filter((line) => line.startsWith('fatal')))
    return { world, view, complaints }
  }
  /** What a complaint about one state is understood by. */
  private tell(state: State, disk: Disk, world: World): void {
    const { ledger, time } = state
    const lines = world.findings.map((line) => `  reported: ${line}`)
    for (const one of ledger.produced.filter(({ began }) => began <= time)) {
      const { topic, partition, numbers, acks, marker, baseOffset, ended, producer } = one
      const what = marker ? 'marker' : `${numbers.length} records`
      lines.push(
        `  ${topic.name}-${partition}: ${what} acks=${acks} at ${baseOffset}, ${ended <= time ? 'answered' : 'not answered'}, ${producer?.producerId}`,
      )
    }
    for (const { topic, partition, promised, most, offset, began, ended } of ledger.starts) {
      if (began <= time)
        lines.push(
          `  ${topic.name}-${partition}: start ${ended <= time ? offset : `at most ${most}`}${promised ? ' promised' : ''}`,
        )
    }
    const list = (path: string): void => {
      for (const name of disk.list(path)) {
        const found = disk.stat(`${path}/${name}`)
        if (found?.isDirectory) list(`${path}/${name}`)
        else lines.push(`  ${path}/${name} ${found?.size}`)
      }
    }
    list(FOLDER)
    this.options.tell?.(lines.join('\n'))
  }
  complain(index: number, crash: string, complaint: string): void {
    this.complaints.push(`seed ${this.options.seed}, state ${index}, ${crash}: ${complaint}`)
  }
}
