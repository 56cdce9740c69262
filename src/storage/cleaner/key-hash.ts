/**
 * 128 bits of hash of a record's key (MurmurHash3_x86_128), so that a map of keys needs a fixed room for each. Kafka takes MD5; what
 * counts is only that two keys of a log never meet, and a seed drawn for each cleaning keeps anybody from choosing keys that do.
 * Source: github.com/aappleby/smhasher, MurmurHash3.cpp.
 */

const C1 = 0x239b961b
const C2 = 0xab0e9789 | 0
const C3 = 0x38b34ae5
const C4 = 0xa1e38b93 | 0

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits))
const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)

/** Up to four bytes from `at` on, those behind `end` as zeros. */
function rest(bytes: Uint8Array, at: number, end: number): number {
  let value = 0
  for (let i = Math.min(end, at + 4) - 1; i >= at; i--) value = (value << 8) | (bytes[i] as number)
  return value
}

function mix(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Writes the hash of `bytes[start..end)` as four numbers of 32 bits to `out`. */
export function hashKey(bytes: Uint8Array, start: number, end: number, seed: number, out: Int32Array): void {
  let h1 = seed
  let h2 = seed
  let h3 = seed
  let h4 = seed
  let at = start
  for (; at + 16 <= end; at += 16) {
    h1 ^= Math.imul(rotate(Math.imul(word(bytes, at), C1), 15), C2)
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0
    h2 ^= Math.imul(rotate(Math.imul(word(bytes, at + 4), C2), 16), C3)
    h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0
    h3 ^= Math.imul(rotate(Math.imul(word(bytes, at + 8), C3), 17), C4)
    h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0
    h4 ^= Math.imul(rotate(Math.imul(word(bytes, at + 12), C4), 18), C1)
    h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0
  }
  if (end > at + 12) h4 ^= Math.imul(rotate(Math.imul(rest(bytes, at + 12, end), C4), 18), C1)
  if (end > at + 8) h3 ^= Math.imul(rotate(Math.imul(rest(bytes, at + 8, end), C3), 17), C4)
  if (end > at + 4) h2 ^= Math.imul(rotate(Math.imul(rest(bytes, at + 4, end), C2), 16), C3)
  if (end > at) h1 ^= Math.imul(rotate(Math.imul(rest(bytes, at, end), C1), 15), C2)
  const length = end - start
  h1 ^= length
  h2 ^= length
  h3 ^= length
  h4 ^= length
  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = (h2 + h1) | 0
  h3 = (h3 + h1) | 0
  h4 = (h4 + h1) | 0
  h1 = mix(h1)
  h2 = mix(h2)
  h3 = mix(h3)
  h4 = mix(h4)
  h1 = (h1 + h2 + h3 + h4) | 0
  out[0] = h1
  out[1] = h2 + h1
  out[2] = h3 + h1
  out[3] = h4 + h1
}
