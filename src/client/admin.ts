/** What an administrator can ask of a cluster, by subject. Names and results follow org.apache.kafka.clients.admin.Admin. */
export * from './admin/brokers'
export * from './admin/configs'
export * from './admin/group-offsets'
export * from './admin/groups'
export * from './admin/offsets'
export { isError, type Outcome, type TopicPartition } from './admin/result'
export * from './admin/topics'
