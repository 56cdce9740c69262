/**
 * What a change of the metadata is answered for which the disk has no room: KAFKA_STORAGE_ERROR, which clients take for something that
 * passes. Kafka's controller ends instead.
 */
import { errors } from '../../protocol/errors'
import { passes, sayTrouble } from '../../storage/trouble'

export interface NotStored {
  readonly errorCode: number
  readonly errorMessage: string
}

/** Does `work`; gives why it could not be kept, if that passes. Errors that do not pass are thrown. */
export async function notStored(work: () => Promise<void>): Promise<NotStored | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (!passes(error)) throw error
    return { errorCode: errors.KAFKA_STORAGE_ERROR, errorMessage: sayTrouble(error) }
  }
}
