/**
 * Cuts frames out of a stream of chunks. On the wire a frame is
 *
 *   0  size     i32   bytes that follow
 *   4  payload
 *
 * A frame that lies whole in one chunk is handed on as a view of it; one that does not is gathered in a buffer that grows with the
 * bytes that come: a size alone gets little memory, whatever it claims. Growing eightfold, the records of a Fetch reply are copied
 * about once between the socket and whoever reads them.
 */
import { giveBuffer, takeBuffer } from './pool'
import { Malformed } from './reader'

/** Room for this many times the bytes that have come, and at least for so many. */
const AHEAD = 8
const LEAST_ROOM = 16 * 1024

export class Assembler {
  /** The frame in the making, how much of it is there, and how much it will be. */
  private frame: Buffer | undefined
  private filled = 0
  private wanted = 0
  /** A size field of which fewer than four bytes have come. */
  private readonly size = Buffer.alloc(4)
  private sizeFilled = 0

  /** `take` gets each payload, without its size. A payload of more than `greatest` bytes is Malformed. */
  constructor(
    private readonly greatest: number,
    private readonly take: (payload: Buffer) => void,
  ) {}

  /** Bytes of memory that the frame in the making takes. */
  get heldBytes(): number {
    return this.frame?.length ?? 0
  }

  /** Takes the next bytes of the stream. Throws Malformed, and whatever `take` throws. */
  add(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.frame) {
        at = this.fill(this.frame, chunk, at)
        continue
      }
      if (this.sizeFilled > 0 || chunk.length - at < 4) {
        const count = Math.min(4 - this.sizeFilled, chunk.length - at)
        chunk.copy(this.size, this.sizeFilled, at, at + count)
        this.sizeFilled += count
        at += count
        if (this.sizeFilled < 4) return
        this.sizeFilled = 0
        at = this.begin(this.size.readInt32BE(0), chunk, at)
        continue
      }
      at = this.begin(chunk.readInt32BE(at), chunk, at + 4)
    }
  }

  /** A frame of `size` bytes begins at `at`; gives where the next thing begins. */
  private begin(size: number, chunk: Buffer, at: number): number {
    if (size < 0 || size > this.greatest) throw new Malformed(0, `a frame of ${size} bytes (at most ${this.greatest} are taken)`)
    if (chunk.length - at >= size) {
      this.take(chunk.subarray(at, at + size))
      return at + size
    }
    this.wanted = size
    this.filled = 0
    this.frame = takeBuffer(this.roomFor(chunk.length - at))
    return at
  }

  private fill(frame: Buffer, chunk: Buffer, at: number): number {
    const count = Math.min(this.wanted - this.filled, chunk.length - at)
    const room = this.filled + count > frame.length ? this.grow(frame, this.filled + count) : frame
    chunk.copy(room, this.filled, at, at + count)
    this.filled += count
    if (this.filled === this.wanted) {
      this.frame = undefined
      this.take(room)
    }
    return at + count
  }

  /** What to have for a frame of which `size` bytes are there; for all of them exactly what is wanted. */
  private roomFor(size: number): number {
    return Math.min(this.wanted, Math.max(size * AHEAD, LEAST_ROOM))
  }
  private grow(frame: Buffer, size: number): Buffer {
    const grown = takeBuffer(this.roomFor(size))
    frame.copy(grown, 0, 0, this.filled)
    giveBuffer(frame)
    this.frame = grown
    return grown
  }
}
