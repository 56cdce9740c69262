/**
 * Short texts that come again and again: topics, groups, members. Making a string of bytes costs a call into native code, 60 to 100
 * ns; to see that the bytes are those of a string that was made before costs a third of that, and no memory.
 *
 * A table with two places for each hash, which it shares with another: what comes later takes the second, and then the first. Only ASCII is kept, so that what is found here needs
 * no check of its UTF-8.
 */

import { getInt32 } from './fixed'

/** Longer texts are not looked for. */
export const LONGEST_NAME = 64
const PLACES = 4096

/** So many texts are made before any is kept: a command that reads fewer is over sooner without the table. */
const FEW = 500
let made = 0

let kept: string[] = []
/**
 * The bytes of each, four in a word, the last four of it in its last: to compare those is faster than to ask a string for its
 * characters.
 */
const WORDS = LONGEST_NAME / 4
let keptWords = new Int32Array(0)

function makeTable(): void {
  kept = new Array<string>(PLACES).fill('')
  keptWords = new Int32Array(PLACES * WORDS)
}

/** What is looked at of a long name besides its first bytes: names differ at their ends, random ones most of all. */
const TAIL = 12

/** Four bytes a step; the last step overlaps the one before. The `!` say that there are `size` > 0 bytes. */
function placeOf(bytes: Uint8Array, at: number, size: number): number {
  const end = at + size
  let hash = size
  if (size >= 4) {
    hash ^= getInt32(bytes, at)
    for (let i = size > TAIL ? end - TAIL : at; i < end - 4; i += 4) hash = Math.imul(hash, 0x9e3779b1) ^ getInt32(bytes, i)
    hash = Math.imul(hash, 0x9e3779b1) ^ getInt32(bytes, end - 4)
  } else {
    for (let i = at; i < end; i++) hash = (hash << 8) | bytes[i]!
  }
  return Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 20
}

/** The last four bytes, or all of fewer. */
function lastWord(bytes: Uint8Array, at: number, size: number): number {
  if (size >= 4) return getInt32(bytes, at + size - 4)
  let word = 0
  for (let i = at; i < at + size; i++) word = (word << 8) | bytes[i]!
  return word
}

function isAt(place: number, bytes: Uint8Array, at: number, size: number): boolean {
  if (kept[place]!.length !== size) return false
  let word = place * WORDS
  for (let i = 0; i < size - 4; i += 4) if (getInt32(bytes, at + i) !== keptWords[word++]!) return false
  return lastWord(bytes, at, size) === keptWords[word]!
}

/** The string that `size` bytes, 1 to LONGEST_NAME of them, stand for, if it is here. */
export function findName(bytes: Uint8Array, at: number, size: number): string | undefined {
  if (made < FEW) return undefined
  const place = placeOf(bytes, at, size)
  if (isAt(place, bytes, at, size)) return kept[place]
  return isAt(place ^ 1, bytes, at, size) ? kept[place ^ 1] : undefined
}

/** Keeps `name`, which those bytes stand for and which is not here, if it is not among the first few. */
export function keepName(name: string, bytes: Uint8Array, at: number, size: number): void {
  if (made < FEW) {
    if (++made === FEW) makeTable()
    return
  }
  if (name.length !== size) return // it is not all ASCII
  const first = placeOf(bytes, at, size)
  const place = kept[first] !== '' && kept[first ^ 1] === '' ? first ^ 1 : first
  kept[place] = name
  let word = place * WORDS
  for (let i = 0; i < size - 4; i += 4) keptWords[word++] = getInt32(bytes, at + i)
  keptWords[word] = lastWord(bytes, at, size)
}
