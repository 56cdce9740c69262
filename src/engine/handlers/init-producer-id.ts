/**
 * InitProducerId 0-5. Without a transactional id: a new id with epoch 0, whatever the client had before. Transactions are not
 * coordinated: a transactional id is answered with UNSUPPORTED_VERSION, which no client takes for something that passes, and which
 * none mistakes for a missing permission.
 */
import { InitProducerId } from '../../protocol/apis/init-producer-id'
import { errors } from '../../protocol/errors'
import type { Request } from '../../protocol/types'
import { notStored } from '../controller/not-stored'
import { nextProducerId } from '../controller/producer-ids'
import { type Ask, handle } from '../handler'

export const initProducerId = handle(
  InitProducerId,
  async (request, ask) => {
    const errorCode = refusal(request, ask)
    if (errorCode !== errors.NONE) return { errorCode, producerEpoch: -1 }
    let producerId = -1
    const failure = await notStored(async () => {
      producerId = await nextProducerId(ask.engine)
    })
    return failure ? { errorCode: failure.errorCode, producerEpoch: -1 } : { errorCode, producerId, producerEpoch: 0 }
  },
  [0, 5],
)

function refusal(
  { transactionalId, transactionTimeoutMs, producerId, producerEpoch }: Request<typeof InitProducerId>,
  { engine }: Ask,
): number {
  if (producerId < 0 !== producerEpoch < 0) return errors.INVALID_REQUEST
  if (transactionalId === null) return errors.NONE
  if (transactionalId === '') return errors.INVALID_REQUEST
  const most = engine.settings.transactionMaxTimeoutMs
  if (transactionTimeoutMs <= 0 || transactionTimeoutMs > most) return errors.INVALID_TRANSACTION_TIMEOUT
  return errors.UNSUPPORTED_VERSION
}
