/** What of Kafka's directories the view of the tests leaves out, as lines: what was committed with an offset, members, settings, times. */
import type { Link } from '../../src/client/link'
import { ConsumerGroupDescribe } from '../../src/protocol/apis/consumer-group-describe'
import { DescribeConfigs } from '../../src/protocol/apis/describe-configs'
import { ListGroups } from '../../src/protocol/apis/list-groups'
import { ListOffsets } from '../../src/protocol/apis/list-offsets'
import { OffsetFetch } from '../../src/protocol/apis/offset-fetch'
import type { View } from '../../test/crash/view'

/** [resource type, resource, name, value] */
export type Setting = readonly [number, string, string, string]

/** What was committed with each offset, and the members of the groups of the consumer protocol. */
export async function groupDetails({ call }: Link): Promise<string[]> {
  const lines: string[] = []
  for (const { groupId, groupType } of (await call(ListGroups, {})).groups) {
    lines.push(`group ${groupId} type ${groupType}`)
    if (groupType === 'share') continue
    const fetched = await call(OffsetFetch, { groups: [{ groupId, topics: null }] }, 9)
    for (const { name, partitions } of fetched.groups[0]?.topics ?? []) {
      for (const { partitionIndex, committedOffset, committedLeaderEpoch, metadata } of partitions) {
        lines.push(
          `group ${groupId} ${name}-${partitionIndex} committed ${committedOffset} ${committedLeaderEpoch} '${metadata ?? ''}'`,
        )
      }
    }
    if (groupType !== 'consumer') continue
    const [group] = (await call(ConsumerGroupDescribe, { groupIds: [groupId], includeAuthorizedOperations: false })).groups
    lines.push(`group ${groupId} epoch ${group?.groupEpoch} assignor ${group?.assignorName}`)
    for (const { memberId, instanceId, clientId, clientHost, memberEpoch, assignment } of group?.members ?? []) {
      const places = assignment.topicPartitions.flatMap(({ topicName, partitions }) =>
        partitions.map((one) => `${topicName}-${one}`),
      )
      lines.push(`group ${groupId} member ${memberId} ${instanceId} ${clientId} ${clientHost} ${memberEpoch} [${places.sort()}]`)
    }
  }
  return lines.sort()
}

/** The settings that are not shown as they are in the metadata. */
export async function settingsAmiss({ call }: Link, settings: readonly Setting[]): Promise<string[]> {
  const amiss: string[] = []
  for (const [resourceType, resourceName, name, value] of settings) {
    const resources = [{ resourceType, resourceName, configurationKeys: [name] }]
    const [answer] = (await call(DescribeConfigs, { resources, includeDocumentation: false })).results
    const shown = answer?.configs[0]?.value
    if (shown !== value)
      amiss.push(
        `config ${resourceType} '${resourceName}' ${name}: kt shows ${shown ?? `error ${answer?.errorCode}`}, not ${value}`,
      )
  }
  return amiss
}

/** Asks for the first record of a time, for a few times of each partition; what is not what the records themselves say. */
export async function timesAmiss({ call }: Link, { topics }: View): Promise<string[]> {
  const amiss: string[] = []
  for (const [name, { partitions }] of topics) {
    for (const [partitionIndex, { start, batches }] of partitions.entries()) {
      const records = batches.flatMap((batch) => batch.records).filter(({ offset }) => offset >= start)
      // a marker has a time as well, and Kafka's lookup passes over none
      const markers = new Set(batches.filter(({ commit }) => commit !== undefined).map((batch) => batch.baseOffset))
      for (const { timestamp } of records.filter((_, index) => index % 7 === 0).slice(0, 12)) {
        const asked = { partitions: [{ partitionIndex, timestamp }], name }
        const [told] =
          (await call(ListOffsets, { replicaId: -1, isolationLevel: 0, topics: [asked] }, 7)).topics[0]?.partitions ?? []
        const first = records.find((record) => record.timestamp >= timestamp)
        if (told?.offset !== first?.offset && !markers.has(told?.offset ?? -1)) {
          amiss.push(
            `${name}-${partitionIndex} time ${timestamp}: kt answers ${told?.offset}, and record ${first?.offset} is the first`,
          )
        }
      }
    }
  }
  return amiss
}

/** The record with the greatest timestamp of each partition, as a line. */
export async function newestRecords({ call }: Link, { topics }: View): Promise<string[]> {
  const lines: string[] = []
  for (const [name, { partitions }] of topics) {
    const asked = [{ name, partitions: partitions.map((_, partitionIndex) => ({ partitionIndex, timestamp: -3 })) }]
    const reply = await call(ListOffsets, { replicaId: -1, isolationLevel: 0, topics: asked }, 7)
    for (const { partitionIndex, timestamp, offset } of reply.topics[0]?.partitions ?? []) {
      lines.push(`${name}-${partitionIndex} newest ${timestamp} at ${offset}`)
    }
  }
  return lines
}
