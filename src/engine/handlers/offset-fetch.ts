/**
 * OffsetFetch 1-10.
 * v2 null topics mean all; v7 `requireStable` waits for open transactions (UNSTABLE_OFFSET_COMMIT, KIP-447); v8 several groups;
 * v9 who asks as a member must be in its epoch (KIP-848); v10 topics by id: an unknown one is UNKNOWN_TOPIC_ID, and of all
 * topics those that are gone are left out. v1 has no place for an error of the group but its partitions.
 */
import { OffsetFetch } from '../../protocol/apis/offset-fetch'
import { errors } from '../../protocol/errors'
import { type Request, ZERO_UUID } from '../../protocol/types'
import type { GroupCoordinator } from '../groups/coordinator'
import { withNames } from '../groups/offsets/existing'
import { type FetchAnswer, type FetchTopic, noOffset } from '../groups/offsets/fetch'
import { handle } from '../handler'

type Asked = Request<typeof OffsetFetch>['groups'][number]

export const offsetFetch = handle(OffsetFetch, async (request, { engine, version }) => {
  const { groups } = engine
  if (version >= 8) {
    const answers = request.groups.map((asked) => fetchGroup(groups, asked, request.requireStable, version))
    return { topics: [], groups: await Promise.all(answers) }
  }
  const topics = request.topics?.map((topic) => ({ ...topic, topicId: ZERO_UUID })) ?? null
  const asked = { groupId: request.groupId, memberId: null, memberEpoch: -1, topics }
  const { errorCode, topics: found } = await fetchGroup(groups, asked, request.requireStable, version)
  return { errorCode, topics: found, groups: [] }
})

async function fetchGroup(groups: GroupCoordinator, asked: Asked, requireStable: boolean, version: number) {
  const { groupId, memberId, memberEpoch } = asked
  const byId = version >= 10
  const topics = asked.topics && byId ? withNames(groups.topics, asked.topics) : asked.topics
  const unknown = byId ? (topics?.filter(({ name }) => name === '') ?? []) : []
  const known = topics?.filter((topic) => !unknown.includes(topic)) ?? null
  const found = await groups.fetchOffsets({ groupId, memberId, memberEpoch, topics: known, requireStable })
  if (found.errorCode !== errors.NONE) {
    if (version >= 2) return { groupId, errorCode: found.errorCode, topics: [] }
    return { groupId, errorCode: errors.NONE, topics: (known ?? []).map((topic) => failed(topic, found.errorCode)) }
  }
  const answered = asked.topics === null && byId ? withIds(groups, found.topics) : found.topics
  const failures = unknown.map((topic) => failed(topic, errors.UNKNOWN_TOPIC_ID))
  return { groupId, errorCode: errors.NONE, topics: [...answered, ...failures] }
}

const failed = ({ name, topicId, partitionIndexes }: FetchTopic, errorCode: number): FetchAnswer => ({
  name,
  topicId,
  partitions: partitionIndexes.map((partition) => noOffset(partition, errorCode)),
})

const withIds = (groups: GroupCoordinator, topics: readonly FetchAnswer[]): FetchAnswer[] =>
  topics.flatMap((topic) => {
    const topicId = groups.topics.idOf(topic.name)
    return topicId === undefined ? [] : [{ ...topic, topicId }]
  })
