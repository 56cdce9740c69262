/** Client configuration: Kafka's property names, defaults and sentences. */

export { type AdminConfig, adminConfig, adminDefinitions } from './config/admin'
export { type BootstrapAddress, bootstrapAddresses, type ClientConfig } from './config/client'
export { type ConsumerConfig, consumerConfig, consumerDefinitions, durationMs, type OffsetReset } from './config/consumer'
export type { Properties } from './config/definition'
export { type ProducerConfig, producerConfig, producerDefinitions } from './config/producer'
