import { expect, test } from 'vitest'
import { metadataHash } from '../../../src/engine/groups/consumer/metadata-hash'
import { xxh3 } from '../../../src/engine/groups/consumer/xxh3'
import type { Topics } from '../../../src/engine/groups/topics'

/** Made by hash4j 0.22.0, which Kafka 4.2.1 uses: xxh3_64 of n bytes, the i-th being 31 i + 7. */
const made: readonly [size: number, hash: bigint][] = [
  [0, 3244421341483603138n],
  [1, 5502495245947142431n],
  [2, -6349423698422726873n],
  [3, 1582743943441612892n],
  [4, -2549016526957988167n],
  [5, -5579736752565435579n],
  [8, -2394039629164210130n],
  [9, -3754995788605292611n],
  [15, 6079324691992009783n],
  [16, 9099606716676871632n],
  [17, 2345212530088924167n],
  [31, -6253418322204177903n],
  [32, 278953543771952198n],
  [33, 1844846513307983686n],
  [64, -2508381663727503547n],
  [65, -381843323958800864n],
  [96, -3295001992457868926n],
  [97, 6981672134384256435n],
  [127, -6262838694800290624n],
  [128, -492175581222641016n],
  [129, -506823097681485574n],
  [130, 3475138682099581770n],
  [160, -3960614606909185566n],
  [200, 1368452603177808973n],
  [239, -3843338885400213691n],
  [240, -3690920546649497853n],
  [241, 809349449570470400n],
  [255, -8533440102264939110n],
  [256, -1403514104434996620n],
  [257, 1364326762217215065n],
  [511, 1147450020860125067n],
  [512, -1170120971253711958n],
  [1023, -1093476622474739461n],
  [1024, 2575082683865311686n],
  [1025, -4566685497618039422n],
  [2048, 1870957339171033971n],
  [3000, 7977200675703330694n],
  [5000, 6169931020318013678n],
]

test('XXH3 gives what hash4j gives, for every way that a length can take', () => {
  for (const [size, hash] of made)
    expect([size, xxh3(Buffer.from(Array.from({ length: size }, (_, i) => i * 31 + 7)))]).toEqual([size, hash])
})

/** Topics of the cluster that golden/data/groups was made with. */
const known = new Map([
  ['orders', { id: 'b1tV7gbRRZi_hkzuUSuGMg', partitions: 3 }],
  ['payments', { id: '0BfyAodoRR-wo4FRqWFR9w', partitions: 1 }],
])
const topics: Topics = {
  idOf: (name) => known.get(name)?.id,
  nameOf: () => undefined,
  exists: (name) => known.has(name),
  partitionCount: (name) => known.get(name)?.partitions ?? 0,
  all: () => known.keys(),
  version: 1,
}

test("the hash of a group's topics is the one that Kafka wrote", () => {
  expect(metadataHash(topics, ['payments'])).toBe(6271600128353691371n)
  expect(metadataHash(topics, ['payments', 'orders'])).toBe(4505324027846197852n)
  expect(metadataHash(topics, ['orders', 'none', 'payments'])).toBe(4505324027846197852n)
  expect(metadataHash(topics, ['none'])).toBe(0n)
})

test('the hash changes with what a topic is: its id, partitions and racks', () => {
  const hash = (changes: Partial<Topics>) => metadataHash({ ...topics, ...changes }, ['payments'])
  const all = [
    hash({}),
    hash({ idOf: () => 'b1tV7gbRRZi_hkzuUSuGMg' }),
    hash({ partitionCount: () => 2 }),
    hash({ racksOf: () => ['a'] }),
    hash({ racksOf: () => ['b'] }),
  ]
  expect(new Set(all).size).toBe(all.length)
  expect(hash({ racksOf: () => ['b', 'a'] })).toBe(hash({ racksOf: () => ['a', 'b'] }))
})
