/** A broker with groups of a test's making, and the command as both voices run it against that broker. */
import command from '../../src/commands/consumer-groups'
import { ConsumerGroupDescribe } from '../../src/protocol/apis/consumer-group-describe'
import { DescribeGroups } from '../../src/protocol/apis/describe-groups'
import { DescribeTopicPartitions } from '../../src/protocol/apis/describe-topic-partitions'
import { ListGroups } from '../../src/protocol/apis/list-groups'
import { OffsetCommit } from '../../src/protocol/apis/offset-commit'
import { OffsetFetch } from '../../src/protocol/apis/offset-fetch'
import { encodeAssignment } from '../../src/protocol/records/consumer-protocol'
import { harness } from '../cli/harness'
import { Scripted } from '../client/scripted'
import { answerOffsets } from './scripted-offsets'

export const B = '--bootstrap-server x:1'

export interface Group {
  state: string
  offsets?: Record<string, number>
  members?: { memberId: string; clientId: string; host: string; partitions: Record<string, number[]> }[]
}

/** A broker with these groups, and topics of `ends` records a partition. */
function broker(groups: Record<string, Group>, ends: Record<string, number[]> = { t: [6, 0] }): Scripted {
  const scripted = new Scripted()
  for (const [topic, partitions] of Object.entries(ends))
    scripted.topic(
      topic,
      partitions.map(() => 1),
    )
  const key = (name: string) => name.split(':') as [string, string]
  scripted.on(ListGroups, () => ({
    errorCode: 0,
    groups: Object.entries(groups).map(([groupId, { state }]) => ({
      groupId,
      protocolType: 'consumer',
      groupState: state,
      groupType: 'classic',
    })),
  }))
  scripted.on(ConsumerGroupDescribe, ({ groupIds }) => ({
    groups: groupIds.map((groupId) => ({
      errorCode: 69,
      groupId,
      groupState: '',
      groupEpoch: 0,
      assignmentEpoch: 0,
      assignorName: '',
      members: [],
    })),
  }))
  scripted.on(DescribeGroups, ({ groups: ids }) => ({
    groups: ids.map((groupId) => {
      const group = groups[groupId]
      const none = { groupId, groupState: 'Dead', protocolType: '', protocolData: '', members: [] }
      if (!group) return { ...none, errorCode: 69, errorMessage: `Group ${groupId} not found.` }
      const members = (group.members ?? []).map(({ memberId, clientId, host, partitions }) => ({
        memberId,
        clientId,
        clientHost: host,
        memberMetadata: Buffer.alloc(0),
        memberAssignment: encodeAssignment(0, {
          assignedPartitions: Object.entries(partitions).map(([topic, numbers]) => ({ topic, partitions: numbers })),
        }),
      }))
      const protocolData = members.length > 0 ? 'range' : ''
      return { errorCode: 0, groupId, groupState: group.state, protocolType: 'consumer', protocolData, members }
    }),
  }))
  scripted.on(OffsetFetch, ({ groups: asked }) => ({
    groups: asked.map(({ groupId }) => ({
      groupId,
      topics: Object.entries(groups[groupId]?.offsets ?? {}).map(([name, committedOffset]) => {
        const [topic, partition] = key(name)
        const row = { partitionIndex: Number(partition), committedOffset, metadata: '', errorCode: 0 }
        return { name: topic, partitions: [row] }
      }),
    })),
  }))
  answerOffsets(scripted, (topic, partition, timestamp) =>
    timestamp === -2 ? 0 : timestamp >= 0 ? -1 : (ends[topic]?.[partition] ?? 0),
  )
  scripted.on(DescribeTopicPartitions, ({ topics }) => ({
    topics: topics.map(({ name }) => ({
      errorCode: ends[name] ? 0 : 3,
      name,
      topicId: 'AAAAAAAAAAAAAAAAAAAAAQ',
      isInternal: false,
      partitions: (ends[name] ?? []).map((_, partitionIndex) => ({
        errorCode: 0,
        partitionIndex,
        leaderId: 1,
        replicaNodes: [1],
        isrNodes: [1],
        offlineReplicas: [],
      })),
    })),
    nextCursor: null,
  }))
  scripted.on(OffsetCommit, ({ topics }) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 0 })),
    })),
  }))
  return scripted
}

export const EMPTY = { state: 'Empty', offsets: { 't:0': 4, 't:1': 0 } }
export const LIVE: Group = {
  state: 'Stable',
  offsets: { 't:0': 4 },
  members: [
    { memberId: 'm-1', clientId: 'one', host: '/127.0.0.1', partitions: { t: [0] } },
    { memberId: 'm-2', clientId: 'two', host: '/127.0.0.1', partitions: { t: [1], u: [1, 0] } },
  ],
}

export function world(groups: Record<string, Group>, ends?: Record<string, number[]>, files: Record<string, string> = {}) {
  const scripted = broker(groups, ends)
  const cluster = scripted.cluster()
  const plain = harness({ cluster, files })
  const drawn = harness({ cluster, files, isTTY: true })
  return {
    scripted,
    kafka: (line: string) => plain.kafka(command, `${B} ${line}`),
    kt: (line: string) => plain.run(command, `${B} ${line}`),
    terminal: (line: string) => drawn.run(command, `${B} ${line}`),
  }
}
