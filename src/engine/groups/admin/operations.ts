/**
 * What may be done to a group where there is no authorizer: all that can be (AclEntry.supportedOperations), as bits (KIP-430).
 */
const READ = 3
const DELETE = 6
const DESCRIBE = 8
const DESCRIBE_CONFIGS = 10
const ALTER_CONFIGS = 11

export const GROUP_OPERATIONS = [READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS].reduce(
  (bits, bit) => bits | (1 << bit),
  0,
)
