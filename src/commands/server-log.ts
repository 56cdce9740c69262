/** A server's log lines, in the form of Kafka's log4j pattern: `[2026-05-13 20:52:39,123] INFO message (logger)`. */
import type { Clock } from '../system'

export type Level = 'INFO' | 'WARN' | 'ERROR' | 'FATAL'
export type ServerLog = (level: Level, message: string, logger?: string) => void

export function serverLog(clock: Clock, write: (line: string) => void): ServerLog {
  return (level, message, logger = 'kafka.server.KafkaRaftServer') => {
    const stamp = new Date(clock.now()).toISOString().replace('T', ' ').replace('Z', '').replace('.', ',')
    write(`[${stamp}] ${level} ${message} (${logger})`)
  }
}
