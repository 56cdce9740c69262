/**
 * Long work of a server, done job after job in slices between everything else, so that heartbeats do not wait for it. Who needs the
 * outcome of a job waits for that job, which is done first.
 */
import type { Steps } from '../storage/gradual'
import type { Clock } from '../system/system'
import { nextTurn, SLICE_MS } from '../system/turns'

interface Job {
  /** Undefined: there is nothing to do. */
  readonly begin: () => Steps<unknown> | undefined
  /** What is still to be done, once it has begun. */
  steps: Steps<unknown> | undefined
  readonly done: Promise<void>
  readonly finish: () => void
}

export class Background<K> {
  /** In the order in which they will be done. */
  private readonly left = new Map<K, Job>()
  private readonly wanted = new Set<K>()
  private stopped = false

  /** A job that throws is over; `failed` is told. */
  constructor(
    private readonly clock: Clock,
    private readonly failed: (key: K, error: unknown) => void,
  ) {}

  get size(): number {
    return this.left.size
  }
  has(key: K): boolean {
    return this.left.has(key)
  }
  add(key: K, begin: Job['begin']): void {
    let finish = () => {}
    const done = new Promise<void>((resolve) => {
      finish = resolve
    })
    this.left.set(key, { begin, steps: undefined, done, finish })
  }
  /** Kept when the job is over; undefined: it is, or there never was one. */
  want(key: K): Promise<void> | undefined {
    const job = this.left.get(key)
    if (job) this.wanted.add(key)
    return job?.done
  }

  /** Does all the jobs; true when none is left, false when it was stopped. */
  async run(): Promise<boolean> {
    const { clock } = this
    for (let began = clock.monotonic(); ; ) {
      if (this.stopped) return false
      const [key] = this.wanted.size > 0 ? this.wanted : this.left.keys()
      const job = key !== undefined && this.left.get(key)
      if (key === undefined || !job) return true
      if (this.step(key, job) === 'over') {
        this.wanted.delete(key)
        this.left.delete(key)
        job.finish()
      }
      if (clock.monotonic() - began < SLICE_MS) continue
      await nextTurn(clock)
      began = clock.monotonic()
    }
  }
  private step(key: K, job: Job): 'over' | 'on' {
    try {
      job.steps ??= job.begin()
      return job.steps === undefined || job.steps.next().done ? 'over' : 'on'
    } catch (error) {
      this.failed(key, error)
      return 'over'
    }
  }
  /** No more is done; who waits for it goes on waiting. */
  stop(): void {
    this.stopped = true
  }
}
