/**
 * What somebody may do to a resource, as bits by AclOperation's number (KIP-430). Without an authorizer that is everything that
 * can be done to a resource of that kind (AclEntry.supportedOperations).
 */
const bits = (...operations: number[]): number => operations.reduce((sum, operation) => sum | (1 << operation), 0)

const READ = 3
const WRITE = 4
const CREATE = 5
const DELETE = 6
const ALTER = 7
const DESCRIBE = 8
const CLUSTER_ACTION = 9
const DESCRIBE_CONFIGS = 10
const ALTER_CONFIGS = 11
const IDEMPOTENT_WRITE = 12

export const TOPIC_OPERATIONS = bits(READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS)
export const CLUSTER_OPERATIONS = bits(CREATE, ALTER, DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE)
/** Not asked for. */
export const NO_OPERATIONS = -0x80000000
