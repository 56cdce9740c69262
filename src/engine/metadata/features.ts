/** The features of Kafka 4.2.1 (KIP-584): what versions it knows, and the levels that a fresh cluster begins at, in the order it writes them. */

export interface Feature {
  readonly name: string
  readonly min: number
  readonly max: number
}

export const FEATURES: readonly Feature[] = [
  { name: 'group.version', min: 0, max: 1 },
  { name: 'transaction.version', min: 0, max: 2 },
  { name: 'eligible.leader.replicas.version', min: 0, max: 1 },
  { name: 'kraft.version', min: 0, max: 1 },
  { name: 'metadata.version', min: 7, max: 29 },
  { name: 'share.version', min: 0, max: 1 },
  { name: 'streams.version', min: 0, max: 1 },
]

export const BOOTSTRAP_LEVELS: readonly (readonly [name: string, level: number])[] = [
  ['metadata.version', 29],
  ['eligible.leader.replicas.version', 1],
  ['group.version', 1],
  ['share.version', 1],
  ['streams.version', 1],
  ['transaction.version', 2],
]
