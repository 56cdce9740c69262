/** How compaction makes room for everything else: short slices on the event loop, and log.cleaner.io.max.bytes.per.second. */
import { Interrupted, type Pace } from '../storage/cleaner/pace'
import type { Engine } from './engine'

/** How long one slice may keep everybody else waiting. */
const SLICE_MS = 1
/** Between two looks at the clock. */
const LOOK_BYTES = 16 * 1024
/** Shorter waits are saved up. */
const LEAST_WAIT_MS = 50

export class CleaningPace implements Pace {
  private began = 0
  private unlooked = 0
  /** When the bytes so far are through, at the rate that is set. */
  private throughAt = 0

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
    return this.engine.system.clock.monotonic() - this.began >= SLICE_MS
  }
  async rest(): Promise<void> {
    const { clock } = this.engine.system
    await new Promise<void>((resolve) => clock.soon(resolve))
    this.goOn()
  }
  async spend(bytes: number): Promise<void> {
    const { clock } = this.engine.system
    const rate = this.engine.settings.logCleanerIoMaxBytesPerSecond
    const now = clock.monotonic()
    this.throughAt = Math.max(this.throughAt, now) + (bytes / rate) * 1000
    const waitMs = this.throughAt - now
    if (waitMs < LEAST_WAIT_MS) return
    await new Promise<void>((resolve) => void clock.after(waitMs, resolve, 'idle'))
    this.goOn()
  }
  private goOn(): void {
    if (this.stopped()) throw new Interrupted()
    this.began = this.engine.system.clock.monotonic()
  }
}
