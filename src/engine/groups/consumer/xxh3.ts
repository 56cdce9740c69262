/**
 * XXH3 with 64 bits, seed 0 and the secret of its specification, in plain BigInt: a few hundred bytes whenever topics change.
 * https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md (Kafka has it from hash4j.)
 */
const MASK = (1n << 64n) - 1n
const PRIME32_1 = 0x9e3779b1n
const PRIME32_2 = 0x85ebca77n
const PRIME32_3 = 0xc2b2ae3dn
const PRIME64_1 = 0x9e3779b185ebca87n
const PRIME64_2 = 0xc2b2ae3d27d4eb4fn
const PRIME64_3 = 0x165667b19e3779f9n
const PRIME64_4 = 0x85ebca77c2b2ae63n
const PRIME64_5 = 0x27d4eb2f165667c5n
const PRIME_MX1 = 0x165667919e3779f9n
const PRIME_MX2 = 0x9fb21c651e98df25n

const SECRET = Buffer.from(
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221' +
    'b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8' +
    'a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb' +
    '170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e',
  'hex',
)
const STRIPE = 64
const STRIPES_PER_BLOCK = (SECRET.length - STRIPE) / 8

const at = (bytes: Buffer, position: number) => bytes.readBigUInt64LE(position)
const secret = (position: number) => SECRET.readBigUInt64LE(position)
const rotate = (value: bigint, by: bigint) => ((value << by) | (value >> (64n - by))) & MASK

function fold(a: bigint, b: bigint): bigint {
  const product = a * b
  return (product & MASK) ^ (product >> 64n)
}
function avalanche(hash: bigint): bigint {
  const mixed = ((hash ^ (hash >> 37n)) * PRIME_MX1) & MASK
  return mixed ^ (mixed >> 32n)
}
function avalanche64(hash: bigint): bigint {
  let mixed = ((hash ^ (hash >> 33n)) * PRIME64_2) & MASK
  mixed = ((mixed ^ (mixed >> 29n)) * PRIME64_3) & MASK
  return mixed ^ (mixed >> 32n)
}
const mix16 = (bytes: Buffer, position: number, key: number) =>
  fold(at(bytes, position) ^ secret(key), at(bytes, position + 8) ^ secret(key + 8))

/** The hash of `bytes`, as the signed number that Java makes of it. */
export function xxh3(bytes: Buffer): bigint {
  const size = bytes.length
  const hash = size <= 16 ? upTo16(bytes) : size <= 128 ? upTo128(bytes) : size <= 240 ? upTo240(bytes) : long(bytes)
  return BigInt.asIntN(64, hash)
}

function upTo16(bytes: Buffer): bigint {
  const size = bytes.length
  if (size > 8) {
    const low = at(bytes, 0) ^ secret(24) ^ secret(32)
    const high = at(bytes, size - 8) ^ secret(40) ^ secret(48)
    const swapped = Buffer.alloc(8)
    swapped.writeBigUInt64BE(low)
    return avalanche((BigInt(size) + at(swapped, 0) + high + fold(low, high)) & MASK)
  }
  if (size >= 4) {
    const input = BigInt(bytes.readUInt32LE(size - 4)) + (BigInt(bytes.readUInt32LE(0)) << 32n)
    let hash = input ^ secret(8) ^ secret(16)
    hash = ((hash ^ rotate(hash, 49n) ^ rotate(hash, 24n)) * PRIME_MX2) & MASK
    hash = ((hash ^ ((hash >> 35n) + BigInt(size))) * PRIME_MX2) & MASK
    return hash ^ (hash >> 28n)
  }
  if (size === 0) return avalanche64(secret(56) ^ secret(64))
  const byte = (position: number) => BigInt(bytes[position] as number)
  const input = (byte(0) << 16n) | (byte(size >> 1) << 24n) | byte(size - 1) | (BigInt(size) << 8n)
  return avalanche64(input ^ BigInt((SECRET.readUInt32LE(0) ^ SECRET.readUInt32LE(4)) >>> 0))
}

function upTo128(bytes: Buffer): bigint {
  const size = bytes.length
  let sum = BigInt(size) * PRIME64_1
  for (let i = (size - 1) >> 5; i >= 0; i--) {
    sum += mix16(bytes, 16 * i, 32 * i) + mix16(bytes, size - 16 * (i + 1), 32 * i + 16)
  }
  return avalanche(sum & MASK)
}

function upTo240(bytes: Buffer): bigint {
  const size = bytes.length
  let sum = BigInt(size) * PRIME64_1
  for (let i = 0; i < 8; i++) sum += mix16(bytes, 16 * i, 16 * i)
  sum = avalanche(sum & MASK)
  for (let i = 8; i < size >> 4; i++) sum += mix16(bytes, 16 * i, 16 * (i - 8) + 3)
  return avalanche((sum + mix16(bytes, size - 16, 119)) & MASK)
}

function long(bytes: Buffer): bigint {
  const sums = [PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1]
  const stripes = Math.floor((bytes.length - 1) / STRIPE)
  for (let stripe = 0; stripe < stripes; stripe++) {
    const inBlock = stripe % STRIPES_PER_BLOCK
    accumulate(sums, bytes, stripe * STRIPE, inBlock * 8)
    if (inBlock === STRIPES_PER_BLOCK - 1) scramble(sums)
  }
  accumulate(sums, bytes, bytes.length - STRIPE, SECRET.length - STRIPE - 7)
  let hash = BigInt(bytes.length) * PRIME64_1
  const sum = (i: number) => sums[i] as bigint
  for (let i = 0; i < 4; i++) hash += fold(sum(2 * i) ^ secret(11 + 16 * i), sum(2 * i + 1) ^ secret(19 + 16 * i))
  return avalanche(hash & MASK)
}

function accumulate(sums: bigint[], bytes: Buffer, position: number, key: number): void {
  for (let i = 0; i < 8; i++) {
    const value = at(bytes, position + 8 * i)
    const keyed = value ^ secret(key + 8 * i)
    sums[i ^ 1] = ((sums[i ^ 1] as bigint) + value) & MASK
    sums[i] = ((sums[i] as bigint) + (keyed & 0xffffffffn) * (keyed >> 32n)) & MASK
  }
}
function scramble(sums: bigint[]): void {
  for (let i = 0; i < 8; i++) {
    const sum = sums[i] as bigint
    sums[i] = ((sum ^ (sum >> 47n) ^ secret(SECRET.length - STRIPE + 8 * i)) * PRIME32_1) & MASK
  }
}
