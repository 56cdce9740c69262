/**
 * Buffers for what is large and short-lived: frames on their way in, records on their way out. A fresh megabyte costs more in page
 * faults than in copying; one that was used a moment ago costs nothing. Whoever knows that nobody looks at the bytes any more
 * gives them back; whoever does not, leaves them to the garbage collector.
 */

const LEAST = 32 * 1024
const GREATEST = 2 * 1024 * 1024
/** Bytes kept for reuse, at most. */
const MOST_KEPT = 24 * 1024 * 1024

const free = new Map<number, Buffer[]>()
const ours = new WeakSet<ArrayBufferLike>()
let kept = 0

const sizeClass = (size: number) => 2 ** Math.ceil(Math.log2(Math.max(size, LEAST)))

/** A buffer of `size` bytes with arbitrary content. */
export function takeBuffer(size: number): Buffer {
  if (size < LEAST / 2 || size > GREATEST) return Buffer.allocUnsafeSlow(size)
  const room = sizeClass(size)
  const found = free.get(room)?.pop()
  if (found) {
    kept -= room
    return found.subarray(0, size)
  }
  const fresh = Buffer.allocUnsafeSlow(room)
  ours.add(fresh.buffer)
  return fresh.subarray(0, size)
}

/** Gives back a buffer, or a part of one, that nobody looks at any more; bytes that are not of this pool are left alone. */
export function giveBuffer(bytes: Uint8Array): void {
  const { buffer } = bytes
  if (!ours.has(buffer) || kept + buffer.byteLength > MOST_KEPT) return
  let list = free.get(buffer.byteLength)
  if (!list) {
    list = []
    free.set(buffer.byteLength, list)
  }
  if (list.some((one) => one.buffer === buffer)) return // given back twice
  kept += buffer.byteLength
  list.push(Buffer.from(buffer))
}
