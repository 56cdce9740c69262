/**
 * Fetch 4-18.
 * Waits below min.bytes until something is appended or max.wait is over; an error is answered at once. What is read of each partition,
 * and how: engine/fetch-read.ts. v13 names topics by id. Sessions (KIP-227): engine/fetch-sessions.ts.
 */
import { Fetch } from '../../protocol/apis/fetch'
import type { ReplyIn, Request } from '../../protocol/types'
import { type Read, readAll } from '../fetch-read'
import type { Wanted } from '../fetch-sessions'
import { handle } from '../handler'
import { Waiter } from '../waiting'

type Answer = ReplyIn<typeof Fetch>

const READ_COMMITTED = 1

export const fetch = handle(Fetch, (request, ask) => {
  const session = ask.engine.fetchSessions.take(request, ask)
  if ('errorCode' in session) return { errorCode: session.errorCode, sessionId: 0, responses: [] }
  const { wanted } = session
  const isEnough = ({ failed, sizeBytes }: Read) =>
    failed || sizeBytes >= request.minBytes || request.maxWaitMs <= 0 || wanted.length === 0
  /** `changed`: something may have been appended since it was looked. */
  const wait = (changed: boolean) =>
    new Promise<Answer>((resolve) => {
      const partitions = wanted.map((one) => one.partition).filter((partition) => partition !== undefined)
      const waiter = new Waiter(partitions, (late) => {
        if (!late && available(wanted, request) < request.minBytes && !wanted.some((one) => one.partition?.deleted)) return false
        const last = readAll(wanted, request, ask)
        resolve(last instanceof Promise ? last.then(({ answers }) => session.reply(answers)) : session.reply(last.answers))
        return true
      })
      waiter.start(ask.engine.system.clock, request.maxWaitMs)
      if (changed) waiter.wake(false)
    })
  const first = readAll(wanted, request, ask)
  if (!(first instanceof Promise)) return isEnough(first) ? session.reply(first.answers) : wait(false)
  return first.then((found) => (isEnough(found) ? session.reply(found.answers) : wait(true)))
})

/** Bytes that could be read now, by the sizes of the logs' ends: cheap enough to ask at every append. */
function available(wanted: readonly Wanted[], request: Request<typeof Fetch>): number {
  let bytes = 0
  for (const { partition, fetchOffset, partitionMaxBytes } of wanted) {
    if (!partition) continue
    const limit = request.isolationLevel === READ_COMMITTED ? partition.lastStableOffset : partition.highWatermark
    if (fetchOffset >= limit) continue
    bytes += partition.log.reader.bytesFrom(fetchOffset, partitionMaxBytes)
    if (bytes >= request.minBytes) break
  }
  return bytes
}
