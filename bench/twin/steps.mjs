/**
 * What is asked of both brokers, one request after the other: `api`, the versions it is asked in ('all', or a list; the newest where
 * nothing is said), and the request, or a function that makes it of what was kept of earlier answers (`keep`). `settles`: asked until both
 * answer the same, for Kafka's broker hears of some things only after they are done.
 */
export const ask = (api, request, versions, keep) => ({ api, request, versions, keep })

export const NO_ID = 'A'.repeat(22)
/** A topic id that is nobody's. */
export const UNKNOWN_ID = `${'A'.repeat(21)}Q`

/** From the first to the last. */
export const from = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

export const topic = (name, more = {}) => ({
  name,
  numPartitions: 1,
  replicationFactor: 1,
  assignments: [],
  configs: [],
  ...more,
})
export const createTopics = (topics, versions, more = {}) =>
  ask('CreateTopics', { topics: [topics].flat(), timeoutMs: 5000, validateOnly: false, ...more }, versions)

export const settles = (step) => ({ ...step, settles: true })
/** Until partition 0 of each of these topics has its leader. */
export const led = (names) =>
  settles(
    ask(
      'ListOffsets',
      { replicaId: -1, topics: names.map((name) => ({ name, partitions: [{ partitionIndex: 0, timestamp: -1 }] })) },
      [5],
    ),
  )
