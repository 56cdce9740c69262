/** A thread of compaction that is none, on a disk in memory: messages are copied, and arrive later. Ended, it does not touch the disk any more. */
import { serveCompaction } from '../../../src/storage/cleaner/thread'
import type { FileSystem, System, Thread } from '../../../src/system/system'

class Ended extends Error {}

/** `meanwhile` is called before each message that arrives. */
export function fakeThread({ fs, clock }: Pick<System, 'fs' | 'clock'>, meanwhile: () => void): Thread {
  let ended = false
  let onEnd: () => void = () => {}
  const disk = new Proxy(fs, {
    get(of, name) {
      const found = Reflect.get(of, name) as unknown
      if (typeof found !== 'function') return found
      return (...given: unknown[]) => {
        if (ended && name !== 'close') throw new Ended()
        return Reflect.apply(found, of, given) as unknown
      }
    },
  }) as FileSystem
  const takers: Record<'here' | 'there', (message: unknown) => void> = { here: () => {}, there: () => {} }
  const portTo = (side: 'here' | 'there', other: 'here' | 'there') => ({
    send(message: unknown) {
      const copy = structuredClone(message)
      setImmediate(() => {
        if (ended) return
        meanwhile()
        takers[side](copy)
      })
    },
    onMessage(take: (message: unknown) => void) {
      takers[other] = take
    },
  })
  serveCompaction({ fs: disk, clock }, portTo('here', 'there'))
  return {
    ...portTo('there', 'here'),
    onEnd(take) {
      onEnd = take
    },
    end() {
      if (ended) return
      ended = true
      setImmediate(() => onEnd())
    },
  }
}
