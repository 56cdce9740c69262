/**
 * Takes away what is too old or too much, partition after partition (LogManager.cleanupLogs). Long work is cut up: heartbeats do not
 * wait for it. What that means in one partition is retention-logs.ts.
 */
import { nextTurn, SLICE_MS } from '../system/turns'
import type { Engine } from './engine'
import type { Partition } from './partition'
import { applyRetention } from './retention-logs'

export interface ExpireOptions {
  /** Takes a line for every partition that lost something. */
  readonly log: (line: string) => void
  readonly stopped: () => boolean
}

/** Those whose data directory is here. */
export function allPartitions(engine: Engine): Partition[] {
  return [...engine.metadata.topics()]
    .flatMap(({ name }) => engine.partitionsOf(name))
    .filter(({ state }) => !engine.isAway(state))
}

/** One partition's trouble is reported and keeps no other from its turn. */
export async function expireRecords(engine: Engine, { log, stopped }: ExpireOptions): Promise<void> {
  const { clock } = engine.system
  let began = clock.monotonic()
  for (const partition of allPartitions(engine)) {
    if (clock.monotonic() - began > SLICE_MS) {
      await nextTurn(clock)
      began = clock.monotonic()
    }
    if (stopped() || !engine.writable) return
    if (partition.deleted || engine.recovery?.waitsFor(partition)) continue
    try {
      const dropped = applyRetention(engine, partition, clock.now())
      if (dropped > 0) log(`${partition.name}: ${dropped} old segment(s) deleted, the log starts at ${partition.log.startOffset}`)
    } catch (error) {
      engine.options.report(`${partition.name}: old records could not be deleted: ${(error as Error).message}`)
    }
  }
}
