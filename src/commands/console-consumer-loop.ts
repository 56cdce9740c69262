/** Prints what a consumer gives, until enough was printed, nothing comes any more, or somebody says stop. */
import type { Context } from '../cli/command'
import type { Consumer, Record, TopicPartition } from '../client/consumer'
import { clientError, type KafkaError } from '../client/kafka-error'
import type { Formatter } from './console-consumer-formatter'

export interface LoopOptions {
  readonly consumer: Consumer
  readonly formatter: Formatter
  /** -1: no limit. */
  readonly maxMessages: number
  /** Milliseconds without a record after which it ends; infinite: never. */
  readonly timeoutMs: number
  /** Told of a record that could not be printed and is left out; undefined: such a record ends it. */
  readonly onSkipped: ((error: unknown) => void) | undefined
  /** Every now and then. */
  onProgress(count: number): void
  /** Before every poll. */
  beforePoll(): Promise<void>
}

/** Why it ended. */
export type End =
  | { readonly why: 'enough' | 'stopped' | 'gone' }
  | { readonly why: 'timeout'; readonly error: KafkaError }
  /** The consumer failed; what was printed stays printed. */
  | { readonly why: 'poll'; readonly error: unknown }
  /** A record could not be printed; `where` names it. */
  | { readonly why: 'record'; readonly error: unknown; readonly where: string }

/** Bytes that are printed before whatever else is waiting gets its turn. */
const TURN_BYTES = 1 << 20
const LONGEST_POLL_MS = 1000

export class Loop {
  /** Records that were taken, printed or not. */
  count = 0
  /** Partitions of which records were given and not taken. */
  readonly unfinished: TopicPartition[] = []
  private failure: { readonly error: unknown; readonly where: string } | undefined
  private isStopped = false

  constructor(
    private readonly context: Pick<Context, 'out' | 'signal' | 'system'>,
    private readonly options: LoopOptions,
  ) {}

  private get hasEnough(): boolean {
    const { maxMessages } = this.options
    return maxMessages !== -1 && this.count >= maxMessages
  }

  /** Never rejects. */
  async run(): Promise<End> {
    const { signal, system, out } = this.context
    const { consumer, timeoutMs, beforePoll } = this.options
    const stop = () => {
      this.isStopped = true
      consumer.wakeup()
    }
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
    let lastAt = system.clock.monotonic()
    try {
      while (!this.hasEnough && !this.isStopped && !this.failure) {
        await beforePoll()
        const left = lastAt + timeoutMs - system.clock.monotonic()
        const batches = await consumer.poll(Math.max(0, Math.min(left, LONGEST_POLL_MS)))
        const before = this.count
        await this.print(batches)
        if (this.count > before) lastAt = system.clock.monotonic()
        else if (system.clock.monotonic() - lastAt >= timeoutMs && !this.isStopped) {
          return { why: 'timeout', error: clientError('TimeoutException', '') }
        }
      }
    } catch (error) {
      return { why: 'poll', error }
    } finally {
      signal.removeEventListener('abort', stop)
    }
    if (this.failure) return { why: 'record', ...this.failure }
    if (this.isStopped) return { why: out.isOpen ? 'stopped' : 'gone' }
    return { why: 'enough' }
  }

  private async print(batches: Awaited<ReturnType<Consumer['poll']>>): Promise<void> {
    const { out, system } = this.context
    let bytes = 0
    let isOver = false
    for (const batch of batches) {
      if (isOver || this.hasEnough || this.isStopped) {
        this.unfinished.push(batch)
        continue
      }
      let last = -1
      isOver = !batch.forEachRecord((record) => {
        last = record.offset
        return this.take(record, batch)
      })
      if (isOver && last < batch.lastOffset) this.unfinished.push(batch)
      bytes += batch.sizeBytes
      const wait = out.ready()
      if (wait) await wait
      else if (bytes > TURN_BYTES) await new Promise<void>((resolve) => system.clock.soon(resolve))
      if (bytes > TURN_BYTES) {
        bytes = 0
        this.options.onProgress(this.count)
      }
    }
  }

  /** Prints a record; false: it is the last one. */
  private take(record: Record, source: Parameters<Formatter['write']>[1]): boolean {
    this.count++
    try {
      this.options.formatter.write(record, source)
    } catch (error) {
      const { onSkipped } = this.options
      if (onSkipped) onSkipped(error)
      else {
        this.failure = { error, where: `offset ${record.offset} of ${source.topic}-${source.partition}` }
        return false
      }
    }
    return !this.hasEnough && !this.isStopped
  }
}
