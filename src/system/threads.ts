/**
 * Threads beside the one that the event loop has, for what would keep it busy for seconds. Each runs a program of its own that the build
 * put beside this one; run from source there is none, and whoever asks does the work himself.
 */
import { existsSync } from 'node:fs'
import type { Port, Thread } from './system'

/** Node's own limit is 48, which a thread that allocates little fills all the same before it looks for garbage. */
const YOUNG_MEGABYTES = 6

/** Starts programs that lie in `folder`. A thread keeps no process alive. */
export function threadsIn(folder: string): (program: string) => Thread | undefined {
  return (program) => {
    const file = `${folder}/${program}.js`
    if (!existsSync(file)) return undefined
    const { Worker } = process.getBuiltinModule('node:worker_threads')
    const worker = new Worker(file, { name: `kt ${program}`, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES } })
    worker.unref()
    return {
      send: (message) => worker.postMessage(message),
      onMessage: (take) => void worker.on('message', take),
      onEnd(take) {
        let failure: Error | undefined
        worker.once('error', (error) => {
          failure = error
        })
        worker.once('exit', () => take(failure))
      },
      end: () => void worker.terminate(),
    }
  }
}

/** The other side, in a program that a thread runs: to whoever started it. */
export function starterOfThread(): Port {
  const { parentPort } = process.getBuiltinModule('node:worker_threads')
  if (!parentPort) throw new Error('this program is no thread')
  return {
    send: (message) => parentPort.postMessage(message),
    onMessage: (take) => void parentPort.on('message', take),
  }
}
