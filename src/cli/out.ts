/**
 * Where a command's words go. Data goes to stdout through one buffer, which makes millions of lines a second possible and is
 * emptied when it is full, when the event loop comes round, and at the end; everything else goes to stderr.
 *
 * `form` says what stdout should look like: Kafka's own text (`kafka-*.sh`, a pipe, --plain), drawn tables (`kt` on a
 * terminal) or JSON (--json). Tables, spinners and colours are loaded only when something is drawn.
 */
import type { System } from '../system'
import { plainStyle, type Style } from './style'
import type { Terminal } from './terminal'

export type Form = 'kafka' | 'table' | 'json'

export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Numbers of the columns that are aligned to the right. */
  readonly right?: readonly number[]
}

export interface Spinner {
  say(text: string): void
  stop(): void
}

export interface Out {
  readonly form: Form
  readonly style: Style
  /** A line of data. */
  line(text: string): void
  /** Data as it is. */
  write(data: Uint8Array | string): void
  /** Undefined when the reader keeps up; otherwise resolved when it is worth writing again. Ask it every few hundred lines. */
  ready(): Promise<void> | undefined
  /** Writes out what is buffered. */
  flush(): Promise<void>
  /** A line on stderr. */
  error(text: string): void
  /** A drawn table (form 'table'). */
  table(table: Table): Promise<void>
  /** One JSON document: on one line, or indented on a terminal. */
  json(value: unknown): void
  /** Shown on a terminal once `text` has lasted 300 ms; nothing elsewhere. */
  spinner(text: string): Spinner
  /** Somebody still reads stdout. */
  readonly isOpen: boolean
}

const CAPACITY = 64 * 1024
const SPINNER_DELAY_MS = 300

export interface OutOptions {
  readonly form: Form
  readonly style?: Style
  /** Long work may be seen on stderr, if that is a terminal, wherever stdout goes. */
  readonly spins?: boolean
}

export function createOut(
  terminal: Terminal,
  system: System,
  { form, style = plainStyle, spins = form === 'table' }: OutOptions,
): Out {
  const { stdout, stderr } = terminal
  let buffer = Buffer.alloc(0) // there is one when something is written
  let used = 0
  let isPlanned = false
  let isOpen = true
  let waiting: Promise<void> | undefined
  stdout.onGone(() => {
    isOpen = false
  })

  function empty(): void {
    if (used === 0) return
    // a copy, because a stream that cannot write at once keeps what it is given
    send(new Uint8Array(buffer.buffer.slice(0, used)))
    used = 0
  }
  function send(data: Uint8Array): void {
    if (!isOpen || stdout.write(data)) return
    waiting ??= stdout.drained().then(() => {
      waiting = undefined
    })
  }
  function plan(): void {
    if (isPlanned) return
    isPlanned = true
    system.clock.soon(() => {
      isPlanned = false
      empty()
    })
  }
  function write(data: Uint8Array | string): void {
    if (typeof data === 'string' ? data.length * 3 > CAPACITY : data.length > CAPACITY) {
      empty()
      send(Buffer.from(data as Uint8Array)) // either kind: Buffer.from copies bytes and encodes text
      return
    }
    // a UTF-16 unit takes at most three bytes
    const most = typeof data === 'string' ? data.length * 3 : data.length
    if (used + most > CAPACITY) empty()
    if (buffer.length === 0) buffer = Buffer.allocUnsafeSlow(CAPACITY) // of its own, from the first byte of its memory on
    if (typeof data === 'string') used += buffer.write(data, used)
    else {
      buffer.set(data, used)
      used += data.length
    }
    plan()
  }

  return {
    form,
    style,
    get isOpen() {
      return isOpen
    },
    write,
    line(text) {
      write(`${text}\n`)
    },
    ready: () => waiting,
    async flush() {
      empty()
      if (waiting) await waiting
    },
    error(text) {
      empty() // so that both streams keep their order on a terminal
      stderr.write(`${text}\n`)
    },
    async table(table) {
      const { drawTable } = await import('./table')
      write(`${drawTable(table, style)}\n`)
    },
    json(value) {
      write(`${JSON.stringify(value, plainBigInt, stdout.isTTY ? 2 : undefined)}\n`)
    },
    spinner: (text) => (spins && stderr.isTTY ? lateSpinner(text, system) : NO_SPINNER),
  }
}

const plainBigInt = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)

const NO_SPINNER: Spinner = { say: () => {}, stop: () => {} }

function lateSpinner(text: string, system: System): Spinner {
  let shown: { text: string; stop(): unknown } | undefined
  let words = text
  let isStopped = false
  const timer = system.clock.after(
    SPINNER_DELAY_MS,
    async () => {
      const { default: ora } = await import('ora')
      if (!isStopped) shown = ora({ text: words, stream: process.stderr, discardStdin: false }).start()
    },
    'idle',
  )
  return {
    say(next) {
      words = next
      if (shown) shown.text = next
    },
    stop() {
      isStopped = true
      timer.cancel()
      shown?.stop()
    },
  }
}
