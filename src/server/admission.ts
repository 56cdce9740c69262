/**
 * Which requests of one connection may be begun now. Kafka takes the next request of a connection when the one before has been
 * answered; here they run side by side, as far as a client that asks and never reads costs no more than a few replies: Produce
 * and what else is small goes on beside what waits, a Fetch waits for the Fetch before it (its reply could not be sent
 * earlier anyway), and nothing begins while too many bytes of requests or replies are held.
 */

const PRODUCE = 0
const FETCH = 1
const SHARE_FETCH = 78

const MOST_PRODUCES = 128
const MOST_OTHERS = 16
/** Bytes of frames whose requests are under way, and of replies that are not yet with the system. */
const MOST_FRAME_BYTES = 32 << 20
const MOST_REPLY_BYTES = 16 << 20

const isFetch = (apiKey: number): boolean => apiKey === FETCH || apiKey === SHARE_FETCH

export class Admission {
  private produces = 0
  private others = 0
  private fetches = 0
  private frameBytes = 0

  /** Whether a request in a frame of so many bytes may begin while `replyBytes` of replies wait to be sent. */
  allows(apiKey: number, frameBytes: number, replyBytes: number): boolean {
    if (replyBytes > MOST_REPLY_BYTES) return false
    if (this.frameBytes > 0 && this.frameBytes + frameBytes > MOST_FRAME_BYTES) return false
    if (apiKey === PRODUCE) return this.produces < MOST_PRODUCES
    return this.others < MOST_OTHERS && !(isFetch(apiKey) && this.fetches > 0)
  }
  /** Whether so few reply bytes wait that reading can go on. */
  isRelaxed(replyBytes: number): boolean {
    return replyBytes <= MOST_REPLY_BYTES / 2
  }
  begin(apiKey: number, frameBytes: number): void {
    this.count(apiKey, frameBytes, 1)
  }
  end(apiKey: number, frameBytes: number): void {
    this.count(apiKey, -frameBytes, -1)
  }
  private count(apiKey: number, frameBytes: number, one: 1 | -1): void {
    this.frameBytes += frameBytes
    if (apiKey === PRODUCE) this.produces += one
    else this.others += one
    if (isFetch(apiKey)) this.fetches += one
  }
}
