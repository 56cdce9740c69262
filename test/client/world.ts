/** What the client's tests own: time, chance, and both ends of a connection. */
import type { Clock, Connection, Random, Timer } from '../../src/system/system'

/** Lets everything that is ready run: promises, and tasks given to `soon`. */
export async function settle(rounds = 12): Promise<void> {
  for (let round = 0; round < rounds; round++) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** A clock that stands still until `pass`. */
export class ManualClock implements Clock {
  time = 1_700_000_000_000
  private readonly timers = new Set<{ readonly at: number; readonly task: () => void }>()

  now(): number {
    return this.time
  }
  monotonic(): number {
    return this.time
  }
  after(ms: number, task: () => void): Timer {
    const timer = { at: this.time + Math.max(ms, 0), task }
    this.timers.add(timer)
    return { cancel: () => void this.timers.delete(timer) }
  }
  soon(task: () => void): void {
    setImmediate(task)
  }
  get pending(): number {
    return this.timers.size
  }

  /** Moves time on, running what falls due in its order, each with everything that follows from it. */
  async pass(ms: number): Promise<void> {
    const until = this.time + ms
    await settle()
    for (;;) {
      const due = [...this.timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.timers.delete(due)
      this.time = Math.max(this.time, due.at)
      due.task()
      await settle()
    }
    this.time = until
  }
}

/** No chance at all: the middle of every range. */
export const evenRandom: Random = { bytes: (size) => Buffer.alloc(size, 7), below: (below) => Math.floor(below / 2) }

/** One end of a connection in memory. */
export class End implements Connection {
  readonly remoteAddress = '127.0.0.1'
  readonly remotePort = 1
  readonly localAddress = '127.0.0.1'
  readonly localPort = 2
  readonly pending = 0
  other!: End
  closed = false
  private data: ((chunk: Buffer) => void) | undefined
  private end_: ((error?: Error) => void) | undefined

  onData(take: (chunk: Buffer) => void): void {
    this.data = take
  }
  onClose(take: (error?: Error) => void): void {
    this.end_ = take
  }
  onDrain(): void {}
  write(pieces: readonly Uint8Array[]): void {
    if (this.closed) return
    const copy = Buffer.concat(pieces)
    queueMicrotask(() => !this.closed && this.other.data?.(copy))
  }
  pause(): void {}
  resume(): void {}
  end(): void {
    this.close()
  }
  close(): void {
    if (this.closed) return
    this.closed = true
    this.other.closed = true
    queueMicrotask(() => {
      this.end_?.()
      this.other.end_?.()
    })
  }
}

/** Two ends: the client's and the broker's. */
export function pipe(): [End, End] {
  const [a, b] = [new End(), new End()]
  a.other = b
  b.other = a
  return [a, b]
}
