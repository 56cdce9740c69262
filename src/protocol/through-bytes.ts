/**
 * A call around a call that turns every request and every reply into bytes and back, as a connection would. With it the embedded
 * engine is tested both ways, so that objects and bytes never drift apart (KT_THROUGH_BYTES=1, and the tests).
 */
import type { Call } from './call'
import { decodeRequest, decodeRequestHeader, decodeResponse, encodeRequest, encodeResponse } from './frames'
import { Reader } from './reader'
import type { ReplyIn } from './types'

const SIZE_BYTES = 4

/** `raw` is the call of a server: it takes decoded requests and gives replies as writers take them. */
export function throughBytes(raw: Call, clientId: string): Call {
  return async (api, request, version) => {
    const spoken = version ?? api.stable ?? api.versions[1]
    const frame = Buffer.concat(encodeRequest(api, spoken, 1, clientId, request)).subarray(SIZE_BYTES)
    const reader = new Reader(frame)
    decodeRequestHeader(reader, () => api.flexible)
    const reply = await raw(api, decodeRequest(api, spoken, reader) as never, spoken)
    const bytes = Buffer.concat(encodeResponse(api, spoken, 1, reply as ReplyIn<typeof api>)).subarray(SIZE_BYTES)
    return decodeResponse(api, spoken, new Reader(bytes))
  }
}
