/**
 * What a client throws. An error that a broker answered becomes a KafkaError with the name of the Java exception and Kafka's
 * sentence, because people search logs for exactly these words; so do the errors that Kafka's clients raise by themselves.
 */
import { errorOf, errors } from '../protocol/errors'

const PACKAGE = 'org.apache.kafka.common.errors.'

/** An error with Kafka's name and words. `String(error)` is what Java prints: `org.apache...Exception: text`. */
export class KafkaError extends Error {
  /** The Java exception without its package. */
  override readonly name: string
  constructor(
    /** Number on the wire; -1 where the client found the error by itself. */
    readonly code: number,
    /** The Java exception with its package. */
    readonly exception: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = exception.slice(exception.lastIndexOf('.') + 1)
  }
  get retriable(): boolean {
    return this.code !== errors.UNKNOWN_SERVER_ERROR && errorOf(this.code).retriable
  }
  override toString(): string {
    return this.message === '' ? this.exception : `${this.exception}: ${this.message}`
  }
}

/** The error of a broker's answer, in the broker's own words where it sent some. */
export function kafkaError(code: number, words?: string | null): KafkaError {
  const row = errorOf(code)
  return new KafkaError(code, row.exception, words || row.sentence)
}

/** `kafkaError`, or undefined for 0. */
export function errorIn(code: number, words?: string | null): KafkaError | undefined {
  return code === errors.NONE ? undefined : kafkaError(code, words)
}

/** An error that a client raises by itself: `name` is an exception of org.apache.kafka.common.errors. */
export function clientError(name: string, message: string): KafkaError {
  return new KafkaError(errors.UNKNOWN_SERVER_ERROR, PACKAGE + name, message)
}

/** An error that Kafka's clients raise as a plain KafkaException. */
export function kafkaException(message: string, cause?: unknown): KafkaError {
  return new KafkaError(errors.UNKNOWN_SERVER_ERROR, 'org.apache.kafka.common.KafkaException', message, { cause })
}

/** One failed attempt to reach a broker. */
export interface Attempt {
  /** host:port, a path, or `node 3 (host:port)`. */
  readonly address: string
  readonly reason: string
}

/** Time ran out. `tried` says what was attempted meanwhile, newest last, one entry an address. */
export class TimeoutException extends KafkaError {
  constructor(
    message: string,
    readonly tried: readonly Attempt[] = [],
    exception = 'TimeoutException',
  ) {
    super(errors.REQUEST_TIMED_OUT, PACKAGE + exception, message)
  }
}

/** A property that cannot be what it is. */
export class ConfigException extends KafkaError {
  constructor(message: string) {
    super(errors.INVALID_CONFIG, 'org.apache.kafka.common.config.ConfigException', message)
  }
}

/** Whether asking again can help: Kafka's retriable errors, and time-outs. */
export const isRetriable = (error: unknown): boolean => error instanceof KafkaError && error.retriable
