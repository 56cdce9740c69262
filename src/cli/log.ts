/** Lines of a log, as Kafka's tools write them to stderr: `[2026-05-13 20:52:39,123] WARN text (logger)`. */

/** `nowMs` in the machine's time zone, to the millisecond. */
export function logTime(nowMs: number): string {
  const date = new Date(nowMs)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  return `${day} ${time},${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** One line; `logger` is the Java class that Kafka's line ends with. */
export function logLine(nowMs: number, level: 'INFO' | 'WARN' | 'ERROR', text: string, logger: string): string {
  return `[${logTime(nowMs)}] ${level} ${text} (${logger})`
}
