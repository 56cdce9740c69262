/**
 * The records of __cluster_metadata one after the other, into an image, as at a start; but here a record that contradicts those before
 * it is a finding. The image is as good as the records were.
 */
import { Malformed } from '../../protocol/reader'
import { clusterMetadata } from '../../protocol/records/cluster-metadata'
import { decodeMetadataRecord } from '../../protocol/records/metadata-record'
import type { Findings } from '../../storage/check/finding'
import { MetadataImage, type MetadataRecord } from '../metadata/image'

export interface Place {
  readonly file: string
  readonly position: number
  readonly offset: number
}

const NEXT =
  'Keep a copy of the whole directory before anything opens it. kt dump-log --cluster-metadata-decoder shows the record.'

export class MetadataReplay {
  readonly image = new MetadataImage()
  /** Records of a transaction that has not ended (KIP-868). */
  private open: [MetadataRecord, Place][] | undefined

  constructor(private readonly findings: Findings) {}

  /** Takes the value of a record in. */
  take(value: Buffer | null, place: Place): void {
    const record = value === null ? 'it has no value' : decoded(value)
    if (typeof record === 'string') {
      this.tell(`a record cannot be read: ${record}`, place)
      return
    }
    if (record.name === 'BeginTransactionRecord') {
      if (this.open) this.tell('a transaction begins within another', place)
      this.open = []
    } else if (record.name === 'AbortTransactionRecord' || record.name === 'EndTransactionRecord') {
      const records = this.open
      this.open = undefined
      if (!records) this.tell('a transaction ends that never began', place)
      if (record.name === 'EndTransactionRecord') for (const [one, where] of records ?? []) this.apply(one, where)
    } else if (this.open) this.open.push([record, place])
    else this.apply(record, place)
  }

  private apply(record: MetadataRecord, place: Place): void {
    const wrong = this.contradiction(record)
    if (wrong !== undefined) this.tell(wrong, place)
    else this.image.apply(record)
  }

  private contradiction(record: MetadataRecord): string | undefined {
    const { image } = this
    switch (record.name) {
      case 'TopicRecord': {
        const { name, topicId } = record.value
        const known = image.topicById(topicId)
        if (known) return `topic ${name} has the id of topic ${known.name}`
        return image.topic(name) && `topic ${name} is made, which is there already`
      }
      case 'RemoveTopicRecord':
        return image.topicById(record.value.topicId) ? undefined : `topic ${record.value.topicId} is removed, which is not there`
      case 'PartitionRecord': {
        const { topicId, partitionId } = record.value
        const topic = image.topicById(topicId)
        if (!topic) return `partition ${partitionId} is of topic ${topicId}, which is not there`
        if (partitionId < 0 || partitionId > 1_000_000) return `topic ${topic.name} has a partition ${partitionId}`
        return undefined
      }
      case 'PartitionChangeRecord': {
        const { topicId, partitionId } = record.value
        const topic = image.topicById(topicId)
        if (!topic) return `a partition of topic ${topicId} changes, which is not there`
        return topic.partitions[partitionId] ? undefined : `partition ${topic.name}-${partitionId} changes, which is not there`
      }
      case 'BrokerRegistrationChangeRecord': {
        const { brokerId, brokerEpoch } = record.value
        const broker = image.brokers.get(brokerId)
        if (!broker) return `broker ${brokerId} changes, which is not registered`
        if (broker.epoch === brokerEpoch) return undefined
        return `broker ${brokerId} of epoch ${brokerEpoch} changes, and the one that is registered is of epoch ${broker.epoch}`
      }
      default:
        return undefined
    }
  }

  private tell(what: string, { file, position, offset }: Place): void {
    this.findings.error(file, what, NEXT, { position, offset })
  }

  /** What only the whole of it shows: partitions that a topic lacks. */
  finish(file: string): void {
    for (const { name, partitions } of this.image.topics()) {
      for (let i = 0; i < partitions.length; i++) {
        if (!partitions[i]) this.findings.error(file, `topic ${name} has a partition ${partitions.length - 1} and no ${i}`, NEXT)
      }
      if (partitions.length === 0) this.findings.error(file, `topic ${name} has no partition`, NEXT)
    }
  }
}

/** The record, or why it is none. */
function decoded(value: Buffer): MetadataRecord | string {
  try {
    return decodeMetadataRecord(clusterMetadata, value)
  } catch (error) {
    if (error instanceof Malformed) return error.message
    throw error
  }
}
