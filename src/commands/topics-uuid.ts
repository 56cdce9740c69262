/** --topic-id: an id as somebody types it. */
import { Failure } from '../cli/errors'
import { BadUuid, parseUuid as parse } from '../protocol/uuid-text'

/** The id as Kafka writes it. Throws Failure with Java's words. */
export function parseUuid(text: string): string {
  try {
    return parse(text)
  } catch (error) {
    throw error instanceof BadUuid ? new Failure(error.message) : error
  }
}
