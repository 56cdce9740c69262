/** Where partitions go when there are several brokers, and who leads what. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { brokersOf, checkAssignment, inSyncOf, leaderOf, offlineOf, place } from '../../../src/engine/controller/replicas'
import { change, records } from '../../../src/engine/metadata/changes'
import { MetadataImage } from '../../../src/engine/metadata/image'
import type { PartitionState } from '../../../src/engine/partition'
import { errors } from '../../../src/protocol/errors'
import { clusterMetadata } from '../../../src/protocol/records/cluster-metadata'
import { decodeMetadataRecord } from '../../../src/protocol/records/metadata-record'

const imageOf = (...brokers: { id: number; fenced: boolean }[]): MetadataImage => {
  const image = new MetadataImage()
  for (const { id, fenced } of brokers) {
    const record = {
      brokerId: id,
      brokerEpoch: 1,
      incarnationId: 'AAAAAAAAAAAAAAAAAAAAAQ',
      endPoints: [],
      features: [],
      rack: null,
      fenced,
    }
    const bytes = change(records.RegisterBrokerRecord, { ...record, isMigratingZkBroker: false, logDirs: [] })
    image.apply(decodeMetadataRecord(clusterMetadata, bytes))
  }
  return image
}
const state = (more: Partial<PartitionState>): PartitionState => ({
  topicId: 'AAAAAAAAAAAAAAAAAAAAAQ',
  index: 0,
  replicas: [1, 2, 3],
  isr: [1, 2, 3],
  leader: 1,
  leaderEpoch: 0,
  partitionEpoch: 0,
  eligibleLeaderReplicas: [],
  lastKnownElr: [],
  leaderRecoveryState: 0,
  addingReplicas: [],
  removingReplicas: [],
  directories: [],
  ...more,
})

test('this broker is active whatever the image says of it; others as it says', () => {
  const { registered, active } = brokersOf(imageOf({ id: 1, fenced: true }, { id: 2, fenced: false }, { id: 3, fenced: true }), 1)
  expect([...registered].sort()).toEqual([1, 2, 3])
  expect([...active].sort()).toEqual([1, 2])
  expect([...brokersOf(imageOf(), 7).registered]).toEqual([7])
})

test('whoever leads in the image leads if it is active, else this broker if it has a replica, else nobody', () => {
  const brokers = { registered: new Set([1, 2, 3]), active: new Set([1, 2]) }
  expect(leaderOf(state({ leader: 2 }), brokers, 1)).toBe(2)
  expect(leaderOf(state({ leader: -1, isr: [] }), brokers, 1)).toBe(1)
  expect(leaderOf(state({ leader: 3 }), brokers, 1)).toBe(1)
  expect(leaderOf(state({ leader: 3, replicas: [3] }), brokers, 1)).toBe(-1)
  expect(inSyncOf(state({ isr: [] }), 1, brokers, 1)).toEqual([1])
  expect(inSyncOf(state({ isr: [] }), -1, brokers, 1)).toEqual([])
  expect(offlineOf(state({}), brokers, 1)).toEqual([3])
})

test('replicas of a partition are on different brokers, active ones first, and every broker leads about as many', () => {
  const some = fc.uniqueArray(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(some, some, fc.integer({ min: 1, max: 40 }), fc.nat(), (active, fenced, count, chance) => {
      const brokers = { registered: new Set([...active, ...fenced]), active: new Set(active) }
      const factor = 1 + (chance % brokers.registered.size)
      const placed = place(count, factor, brokers, { bytes: Buffer.alloc, below: (below) => chance % below })
      if (!Array.isArray(placed)) throw new Error('refused')
      expect(placed).toHaveLength(count)
      const leads = new Map<number, number>()
      for (const replicas of placed) {
        expect(new Set(replicas).size).toBe(factor)
        expect(replicas.every((id) => brokers.registered.has(id))).toBe(true)
        const [first] = replicas as [number]
        expect(brokers.active.has(first)).toBe(true)
        leads.set(first, (leads.get(first) ?? 0) + 1)
      }
      const counts = active.map((id) => leads.get(id) ?? 0)
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
    }),
  )
})

test('more replicas than brokers are refused; chosen ones must agree with those before', () => {
  const brokers = { registered: new Set([1, 2]), active: new Set([1]) }
  expect(place(1, 3, brokers, { bytes: Buffer.alloc, below: () => 0 })).toMatchObject({
    errorCode: errors.INVALID_REPLICATION_FACTOR,
    errorMessage:
      'Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because only 2 broker(s) are registered.',
  })
  expect(checkAssignment([2, 1], undefined, brokers)).toBeUndefined()
  expect(checkAssignment([1], 2, brokers)?.errorMessage).toBe(
    'The manual partition assignment includes a partition with 1 replica(s), but this is not consistent with previous partitions, which have 2 replica(s).',
  )
})
