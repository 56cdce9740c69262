/** Groups of protocols that kt does not speak, which a Kafka left in the log: they are seen as that Kafka sees them. */
import { expect, test } from 'vitest'
import { partitionFor } from '../../../src/engine/groups/placement'
import { World } from './world'

// Written by Apache Kafka 4.2.1, for topic eta: key and value of ShareGroupStatePartitionMetadata
const KEY = Buffer.from('000f000773686172652d31', 'hex')
const VALUE = Buffer.from('00000102bdec267fa6034daa943c0670f0f19180046574610200000000000100', 'hex')

test('a share group of which there is nothing but offsets that an administrator set is there', () => {
  const world = new World()
  world.topics.add('__consumer_offsets', 50)
  world.log.write(partitionFor('share-1', 50), [{ key: KEY, value: VALUE }], world.clock.now())
  world.restart()
  const shown = () => world.groups.list({ states: [], types: [] })
  expect(shown()).toMatchObject([{ groupId: 'share-1', groupType: 'share', groupState: 'Empty' }])
})
