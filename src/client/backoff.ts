/**
 * How long to wait before asking again: twice as long each time, up to a limit, and up to a fifth more or less, so that clients
 * that failed together do not come back together (KIP-144, KIP-580; org.apache.kafka.common.utils.ExponentialBackoff).
 */
import type { Clock, Random } from '../system/system'

const JITTER = 0.2

/** Milliseconds to wait after the `failures`-th failure, counted from 1. */
export function backoffMs(failures: number, firstMs: number, greatestMs: number, random: Random): number {
  const exact = Math.min(firstMs * 2 ** Math.min(failures - 1, 30), Math.max(greatestMs, firstMs))
  const share = 1 - JITTER + (2 * JITTER * random.below(1001)) / 1000
  return Math.min(exact * share, Math.max(greatestMs, firstMs))
}

/** Resolves after `ms`. */
export const pause = (clock: Clock, ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve))
