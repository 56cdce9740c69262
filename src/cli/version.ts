/** Which kt this is, and which Kafka it behaves like. */
export const kafkaVersion = '4.2.1'
export const version = '0.1.0'
export const ktVersion = `kt ${version} (Apache Kafka ${kafkaVersion} compatible)`
