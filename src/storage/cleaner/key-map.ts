/**
 * The last offset of each key in the part of a log that is being compacted (SkimpyOffsetMap): open addressing over numbers in typed
 * arrays, 24 bytes a place, nothing for the garbage collector to look at.
 *
 *     0  hash of the key, four numbers of 32 bits (key-hash.ts)
 *     4  offset + 1, low and high half; 0: the place is free
 *
 * It is cut into shards by the hash, each growing by itself as it fills, and no two of them at the same fill, so that no growth keeps
 * everything else waiting.
 */
import { hashKey } from './key-hash'

const STRIDE = 6
const PLACE_BYTES = STRIDE * 4
const MOST_SHARDS = 256
/** Smaller shards would be filled too unevenly. */
const LEAST_SHARE = 4096
const LEAST_PLACES = 16
/** A shard that may grow does so when it is fuller than something between these. */
const LEAST_LOAD = 0.45
const MOST_LOAD = 0.8

interface Shard {
  table: Int32Array
  places: number
  used: number
  readonly load: number
}

export class KeyMap {
  private readonly shards: Shard[] = []
  private readonly hash = new Int32Array(4)
  private readonly shardMask: number
  /** Of one shard. */
  private readonly mostPlaces: number
  private readonly most: number
  private count = 0
  private crowded = false
  /** Greatest offset that the map speaks for; -1: none. */
  latestOffset = -1

  /** Takes `bytes` of memory at the most, filled up to `loadFactor` of it. `seed`: 32 bits, see key-hash.ts. */
  constructor(
    bytes: number,
    loadFactor: number,
    private readonly seed: number,
  ) {
    const places = Math.floor(Math.min(bytes, 0x7fffffff) / PLACE_BYTES)
    this.most = Math.floor(places * loadFactor)
    const wanted = Math.min(MOST_SHARDS, Math.max(1, places / LEAST_SHARE))
    const shards = 2 ** Math.floor(Math.log2(wanted))
    this.shardMask = shards - 1
    this.mostPlaces = Math.max(LEAST_PLACES, Math.floor(places / shards))
    for (let i = 0; i < shards; i++) {
      const load = LEAST_LOAD + ((MOST_LOAD - LEAST_LOAD) * i) / shards
      this.shards.push({ table: new Int32Array(LEAST_PLACES * STRIDE), places: LEAST_PLACES, used: 0, load })
    }
  }

  get size(): number {
    return this.count
  }
  /** There is no room for one more key. */
  get isFull(): boolean {
    return this.count >= this.most || this.crowded
  }

  /** Notes that the key `bytes[start..end)` was last seen at `offset`. */
  put(bytes: Uint8Array, start: number, end: number, offset: number): void {
    const { hash } = this
    hashKey(bytes, start, end, this.seed, hash)
    const shard = this.shards[(hash[0] as number) & this.shardMask] as Shard
    const at = placeOf(shard, hash[0] as number, hash[1] as number, hash[2] as number, hash[3] as number)
    const { table } = shard
    const isNew = table[at + 4] === 0 && table[at + 5] === 0
    if (isNew) for (let i = 0; i < 4; i++) table[at + i] = hash[i] as number
    table[at + 4] = offset + 1
    table[at + 5] = Math.floor((offset + 1) / 4294967296)
    if (isNew) this.added(shard)
  }
  private added(shard: Shard): void {
    this.count++
    shard.used++
    if (shard.places < this.mostPlaces) {
      if (shard.used > shard.places * shard.load) grow(shard, Math.min(shard.places * 2, this.mostPlaces))
    } else if (shard.used >= shard.places - 1) {
      this.crowded = true
    }
  }

  /** The last offset of the key `bytes[start..end)`; -1: it is not there. */
  get(bytes: Uint8Array, start: number, end: number): number {
    const { hash } = this
    hashKey(bytes, start, end, this.seed, hash)
    const shard = this.shards[(hash[0] as number) & this.shardMask] as Shard
    const at = placeOf(shard, hash[0] as number, hash[1] as number, hash[2] as number, hash[3] as number)
    return (shard.table[at + 5] as number) * 4294967296 + ((shard.table[at + 4] as number) >>> 0) - 1
  }
}

/** Where a hash stands, or the free place for it; there always is one. */
function placeOf({ table, places }: Shard, a: number, b: number, c: number, d: number): number {
  let place = Math.floor(((b >>> 0) / 4294967296) * places)
  for (;;) {
    const at = place * STRIDE
    if (table[at + 4] === 0 && table[at + 5] === 0) return at
    if (table[at + 1] === b && table[at] === a && table[at + 2] === c && table[at + 3] === d) return at
    place = place + 1 === places ? 0 : place + 1
  }
}

function grow(shard: Shard, places: number): void {
  const old = shard.table
  shard.table = new Int32Array(places * STRIDE)
  shard.places = places
  for (let at = 0; at < old.length; at += STRIDE) {
    if (old[at + 4] === 0 && old[at + 5] === 0) continue
    const to = placeOf(shard, old[at] as number, old[at + 1] as number, old[at + 2] as number, old[at + 3] as number)
    for (let i = 0; i < STRIDE; i++) shard.table[to + i] = old[at + i] as number
  }
}
