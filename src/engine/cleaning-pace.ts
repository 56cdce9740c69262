/**
 * How compaction makes room for everything else: short slices on the event loop, and log.cleaner.io.max.bytes.per.second.
 *
 * A produce comes round the loop three times: as a request, as a sync that is to begin, as a sync that is done. Each time it may find a
 * slice under way, so while anybody asks for anything they are very short; when nobody has for a while, they are long. And a rest
 * lets the loop come round as a whole: what a request that has just arrived wants to begin at the end of its turn, begins before the next slice.
 */
import { Interrupted, type Pace, Throttle } from '../storage/cleaner/pace'
import type { Engine } from './engine'

/** How long one slice may keep others waiting who ask now. */
const BUSY_SLICE_MS = 0.2
/** The same for whoever is the first to ask for a while. */
const QUIET_SLICE_MS = 1
const QUIET_AFTER_MS = 50
/** Between two looks at the clock. */
const LOOK_BYTES = 8 * 1024

export class CleaningPace implements Pace {
  private began = 0
  private unlooked = 0
  private readonly throttle = new Throttle()
  private sliceMs = QUIET_SLICE_MS
  private requests = 0
  private askedAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly engine: Engine,
    private readonly stopped: () => boolean,
  ) {}

  isDue(bytes: number): boolean {
    this.unlooked += bytes
    if (this.unlooked < LOOK_BYTES) return false
    this.unlooked = 0
    return this.isDueNow()
  }
  isDueNow(): boolean {
    return this.engine.system.clock.monotonic() - this.began >= this.sliceMs
  }
  async rest(): Promise<void> {
    const { clock } = this.engine.system
    await new Promise<void>((resolve) => clock.soon(() => clock.soon(resolve)))
    this.goOn()
  }
  async spend(bytes: number): Promise<void> {
    const { settings, system } = this.engine
    const waitMs = this.throttle.spend(bytes, settings.logCleanerIoMaxBytesPerSecond, system.clock.monotonic())
    if (waitMs > 0) await this.pause(waitMs)
  }
  async pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => void this.engine.system.clock.after(ms, resolve, 'idle'))
    this.goOn()
  }
  private goOn(): void {
    if (this.stopped()) throw new Interrupted()
    const { requests, system } = this.engine
    this.began = system.clock.monotonic()
    if (requests !== this.requests) this.askedAt = this.began
    this.requests = requests
    this.sliceMs = this.began - this.askedAt < QUIET_AFTER_MS ? BUSY_SLICE_MS : QUIET_SLICE_MS
  }
}
