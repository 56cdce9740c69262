/** The assignors there are, by the names that `partition.assignment.strategy` uses. */
import { ConfigException, kafkaException } from '../../kafka-error'
import type { Assignor } from './assignor'
import { cooperativeSticky } from './cooperative-sticky'
import { range } from './range'
import { roundRobin } from './round-robin'
import { sticky } from './sticky'

export type { Assignor, GroupAssignment, GroupMember, TopicPartition } from './assignor'

const all = [range, roundRobin, sticky, cooperativeSticky]

/** The assignors of `strategies`, given by Java class or by name. Throws KafkaError. */
export function assignorsOf(strategies: readonly string[]): Assignor[] {
  return strategies.map((strategy) => {
    const found = all.find(({ javaClass, name }) => strategy === javaClass || strategy === name)
    if (!found) {
      const cause = new ConfigException(`${strategy} ClassNotFoundException exception occurred`)
      throw kafkaException('Failed to construct kafka consumer', cause)
    }
    return found
  })
}
