/** What a streams group (KIP-1071) leaves in __consumer_offsets. */
import { array, exact64, int8, int16, int32, string, struct, uint16 } from '../types'
import { recordType } from './coordinator-record'

/** The epoch of a streams group (KIP-1071), its topology and the configs of its last assignment. */
export const StreamsGroupMetadata = recordType({
  type: 17,
  name: 'StreamsGroupMetadata',
  key: { groupId: string },
  versions: [0, 0],
  flexible: 0,
  value: {
    epoch: int32,
    metadataHash: exact64, // all 64 bits count
    validatedTopologyEpoch: int32.tag(0, 0).default(-1),
    lastAssignmentConfigs: array(struct({ key: string, value: string }))
      .orNull()
      .tag(1, 0),
  },
})

/** A member: its process, its endpoint, its tags. */
export const StreamsGroupMemberMetadata = recordType({
  type: 19,
  name: 'StreamsGroupMemberMetadata',
  key: { groupId: string, memberId: string },
  versions: [0, 0],
  flexible: 0,
  value: {
    instanceId: string.orNull(),
    rackId: string.orNull(),
    clientId: string,
    clientHost: string,
    rebalanceTimeoutMs: int32.default(-1),
    topologyEpoch: int32,
    processId: string,
    userEndpoint: struct({ host: string, port: uint16 }).orNull().default(null),
    clientTags: array(struct({ key: string, value: string })),
  },
})

/** The epoch of the target assignment. */
export const StreamsGroupTargetAssignmentMetadata = recordType({
  type: 20,
  name: 'StreamsGroupTargetAssignmentMetadata',
  key: { groupId: string },
  versions: [0, 0],
  flexible: 0,
  value: { assignmentEpoch: int32 },
})

const TaskIds = struct({ subtopologyId: string, partitions: array(int32) })

/** The tasks that a member shall have. */
export const StreamsGroupTargetAssignmentMember = recordType({
  type: 21,
  name: 'StreamsGroupTargetAssignmentMember',
  key: { groupId: string, memberId: string },
  versions: [0, 0],
  flexible: 0,
  value: {
    activeTasks: array(TaskIds),
    standbyTasks: array(TaskIds),
    warmupTasks: array(TaskIds),
  },
})

const HeldTaskIds = struct({
  subtopologyId: string,
  partitions: array(int32),
  assignmentEpochs: array(int32).orNull().tag(0, 0),
})

/** The tasks that a member has, and those that it still has to give back. */
export const StreamsGroupCurrentMemberAssignment = recordType({
  type: 22,
  name: 'StreamsGroupCurrentMemberAssignment',
  key: { groupId: string, memberId: string },
  versions: [0, 0],
  flexible: 0,
  value: {
    memberEpoch: int32,
    previousMemberEpoch: int32,
    state: int8, // 1 stable, 2 tasks to revoke, 3 tasks not yet released
    activeTasks: array(HeldTaskIds),
    standbyTasks: array(HeldTaskIds),
    warmupTasks: array(HeldTaskIds),
    activeTasksPendingRevocation: array(HeldTaskIds),
    standbyTasksPendingRevocation: array(HeldTaskIds),
    warmupTasksPendingRevocation: array(HeldTaskIds),
  },
})

const TopicInfo = struct({
  name: string,
  partitions: int32,
  replicationFactor: int16,
  topicConfigs: array(struct({ key: string, value: string })),
})

const Subtopology = struct({
  subtopologyId: string,
  sourceTopics: array(string),
  sourceTopicRegex: array(string),
  stateChangelogTopics: array(TopicInfo),
  repartitionSinkTopics: array(string),
  repartitionSourceTopics: array(TopicInfo),
  copartitionGroups: array(
    struct({
      sourceTopics: array(int16),
      sourceTopicRegex: array(int16),
      repartitionSourceTopics: array(int16),
    }),
  ),
})

/** The topology that the members run. */
export const StreamsGroupTopology = recordType({
  type: 23,
  name: 'StreamsGroupTopology',
  key: { groupId: string },
  versions: [0, 0],
  flexible: 0,
  value: { epoch: int32, subtopologies: array(Subtopology) },
})
