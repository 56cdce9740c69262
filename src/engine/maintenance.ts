/** What a server does now and then: writes checkpoints, so that an opening after a crash has less to read. */
import type { Timer } from '../system/system'
import type { Engine } from './engine'

/** Kafka's log.flush.offset.checkpoint.interval.ms. */
const CHECKPOINT_MS = 60_000

/** Begins the periodic work; gives the function that ends it. A failure of the disk ends the broker. */
export function startMaintenance(engine: Engine, _log: (line: string) => void): () => void {
  const { clock } = engine.system
  let timer: Timer
  const again = () => {
    timer = clock.after(CHECKPOINT_MS, work, 'idle')
  }
  const work = () => {
    try {
      engine.directory.checkpoint()
      again()
    } catch (error) {
      engine.failed(error)
    }
  }
  again()
  return () => timer.cancel()
}
