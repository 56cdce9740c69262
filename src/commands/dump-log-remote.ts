/** The records of tiered storage as kafka-dump-log prints them: what their Java objects say of themselves (RemoteLogMetadata.toString). */
import { Malformed } from '../protocol/reader'
import { type DecodedMetadata, decodeMetadataRecord } from '../protocol/records/metadata-record'
import { remoteLogMetadata } from '../protocol/records/remote-log-metadata'
import type { Decoder } from './dump-log-decoders'
import { metadataProblem } from './dump-log-metadata'

type RemoteRecord = DecodedMetadata<(typeof remoteLogMetadata)['types'][number]>

const SEGMENT_STATES = ['COPY_SEGMENT_STARTED', 'COPY_SEGMENT_FINISHED', 'DELETE_SEGMENT_STARTED', 'DELETE_SEGMENT_FINISHED']
const PARTITION_STATES = ['DELETE_PARTITION_MARKED', 'DELETE_PARTITION_STARTED', 'DELETE_PARTITION_FINISHED']

/** What Java says of it. */
const NO_VALUE =
  'Cannot invoke "java.nio.ByteBuffer.remaining()" because the return value of "org.apache.kafka.common.record.Record.value()" is null'

export const remoteDecoder: Decoder = ({ value, offset }) => {
  if (value === null) return { payload: `Error at offset ${offset}, skipping. ${NO_VALUE}` }
  const problem = metadataProblem(remoteLogMetadata, value)
  if (problem !== undefined) return { payload: `Error at offset ${offset}, skipping. ${problem}` }
  try {
    const record = decodeMetadataRecord(remoteLogMetadata, value)
    return { payload: record.name === 'unknown' ? '' : recordText(record) }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return { payload: `Error at offset ${offset}, skipping. null` } // a state that Java finds none for
  }
}

function recordText(record: RemoteRecord): string {
  switch (record.name) {
    case 'RemoteLogSegmentMetadata': {
      const { remoteLogSegmentId, brokerId, eventTimestampMs } = record.value
      return javaObject(record.name, {
        remoteLogSegmentId: segmentText(remoteLogSegmentId),
        ...offsetsOf(record.value),
        brokerId,
        maxTimestampMs: record.value.maxTimestampMs,
        eventTimestampMs,
        ...restOf(record.value),
      })
    }
    case 'RemoteLogSegmentMetadataUpdate': {
      const { remoteLogSegmentId, customMetadata, remoteLogSegmentState, eventTimestampMs, brokerId } = record.value
      return javaObject(record.name, {
        remoteLogSegmentId: segmentText(remoteLogSegmentId),
        customMetadata: customText(customMetadata),
        state: stateText(SEGMENT_STATES, remoteLogSegmentState),
        eventTimestampMs,
        brokerId,
      })
    }
    case 'RemotePartitionDeleteMetadata': {
      const { topicIdPartition, remotePartitionDeleteState, eventTimestampMs, brokerId } = record.value
      return javaObject(record.name, {
        topicPartition: partitionText(topicIdPartition),
        state: stateText(PARTITION_STATES, remotePartitionDeleteState),
        eventTimestampMs,
        brokerId,
      })
    }
    case 'RemoteLogSegmentMetadataSnapshot': {
      const { segmentId, maxTimestampMs } = record.value
      return javaObject(record.name, { segmentId, ...offsetsOf(record.value), maxTimestampMs, ...restOf(record.value) })
    }
  }
}

const javaObject = (name: string, fields: { readonly [field: string]: string | number | boolean }): string =>
  `${name}{${Object.entries(fields)
    .map(([field, value]) => `${field}=${value}`)
    .join(', ')}}`

interface Segment {
  readonly startOffset: number
  readonly endOffset: number
  readonly segmentLeaderEpochs: readonly { readonly leaderEpoch: number; readonly offset: number }[]
  readonly segmentSizeInBytes: number
  readonly customMetadata: Uint8Array | null
  readonly remoteLogSegmentState: number
  readonly txnIndexEmpty: boolean
}
const offsetsOf = ({ startOffset, endOffset }: Segment) => ({ startOffset, endOffset })
const restOf = (segment: Segment) => ({
  segmentLeaderEpochs: `{${segment.segmentLeaderEpochs.map(({ leaderEpoch, offset }) => `${leaderEpoch}=${offset}`).join(', ')}}`,
  segmentSizeInBytes: segment.segmentSizeInBytes,
  customMetadata: customText(segment.customMetadata),
  state: stateText(SEGMENT_STATES, segment.remoteLogSegmentState),
  txnIdxEmpty: segment.txnIndexEmpty,
})

interface TopicIdPartition {
  readonly name: string
  readonly id: string
  readonly partition: number
}
const partitionText = ({ name, id, partition }: TopicIdPartition) => `${id}:${name}-${partition}`
const segmentText = ({ topicIdPartition, id }: { readonly topicIdPartition: TopicIdPartition; readonly id: string }) =>
  `RemoteLogSegmentId{topicIdPartition=${partitionText(topicIdPartition)}, id=${id}}`

const customText = (bytes: Uint8Array | null) =>
  bytes === null ? 'Optional.empty' : `Optional[CustomMetadata{${bytes.length} bytes}]`

function stateText(states: readonly string[], state: number): string {
  const text = states[state]
  if (text === undefined) throw new Malformed(0, `a state of ${state}, which is unknown`)
  return text
}
