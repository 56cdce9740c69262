/**
 * Tells of writes that were refused for a reason that passes (storage/trouble.ts): the first of each kind, one a minute after that, and
 * that it is over. A producer that tries again ten times a second does not fill the log as well.
 */
import { isOffline, sayTrouble } from '../storage/trouble'
import type { Clock } from '../system/system'

const EVERY_MS = 60_000

export class TroubleReport {
  private readonly told = new Map<string, number>()

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly report: (line: string) => void,
  ) {}

  /** `what` could not be done: 'records of orders-0 are refused'. */
  note(what: string, error: unknown): void {
    if (isOffline(error)) return // that was told when it went
    const now = this.clock.now()
    const sentence = sayTrouble(error)
    const before = this.told.get(sentence)
    if (before !== undefined && now - before < EVERY_MS && now >= before) return
    this.told.set(sentence, now)
    this.report(`${sentence}: ${what} (${(error as Error).message})`)
  }
  /** Something was written. */
  over(): void {
    if (this.told.size === 0) return
    this.told.clear()
    this.report('the disk takes writes again')
  }
}
