/** kafka-consumer-groups.sh --describe: offsets and lag, members, or state of groups, one table after the other. */
import { exit } from '../cli/errors'
import { has } from '../cli/parse'
import type { GroupDescription, MemberDescription } from '../client/admin/groups'
import type { TopicPartition } from '../client/admin/result'
import {
  byTopicAndPartition,
  collectOffsets,
  describedGroups,
  type GroupOffsets,
  lagOf,
  type PartitionRow,
} from './consumer-groups-collect'
import { allGroupIds } from './consumer-groups-list'
import type { GroupOptions } from './consumer-groups-options'
import { type At, type Column, noteState, tableLines, wide } from './consumer-groups-print'

/** Gives kt's exit code. */
export async function describeConsumerGroups(at: At, options: GroupOptions): Promise<number> {
  const groupIds = has(options, 'allGroups') ? await allGroupIds(at) : options.group
  const groups = await describedGroups(at, groupIds)
  const { verbose } = options
  if (groups.length === 0 && at.out.form === 'table') at.out.error('No consumer groups.')
  if (has(options, 'members')) await showMembers(at, groups, verbose)
  else if (has(options, 'state')) await showStates(at, groups, verbose)
  else await showOffsets(at, await collectOffsets(at, groups), verbose)
  return groups.some(({ state }) => state === 'Dead') ? exit.failed : exit.done
}

const orDash = (value: string | number | undefined): string => (value === undefined ? '-' : String(value))

/** A group's part of what JSON says of it in every view. */
const jsonOf = ({ groupId, state, type }: GroupDescription) => ({
  group: groupId,
  state,
  type: type === 'classic' ? 'Classic' : 'Consumer',
})

// ---- offsets ----

async function showOffsets(at: At, groups: readonly GroupOffsets[], verbose: boolean): Promise<void> {
  const { out } = at
  if (out.form === 'json') {
    out.json({ groups: groups.map(({ group, rows }) => ({ ...jsonOf(group), partitions: rows.map(jsonOfPartition) })) })
    return
  }
  for (const { group, rows } of groups) {
    if (!noteState(at, group.groupId, group.state) || rows.length === 0) continue
    if (out.form === 'table') await drawOffsets(at, group, rows, verbose)
    else out.line(`\n${offsetLines(group.groupId, rows, verbose).join('\n')}`)
  }
}

const jsonOfPartition = (row: PartitionRow) => ({
  topic: row.topic,
  partition: row.partition,
  currentOffset: row.currentOffset ?? null,
  leaderEpoch: row.leaderEpoch ?? null,
  logEndOffset: row.logEndOffset ?? null,
  lag: lagOf(row) ?? null,
  consumerId: row.consumerId ?? null,
  host: row.host ?? null,
  clientId: row.clientId ?? null,
})

function offsetLines(group: string, rows: readonly PartitionRow[], verbose: boolean): string[] {
  const columns: Column[] = [
    wide('GROUP', 15, [group]),
    wide(
      'TOPIC',
      15,
      rows.map(({ topic }) => topic),
    ),
    ['PARTITION', 10],
    ...(verbose ? [['LEADER-EPOCH', 15] as const] : []),
    ['CURRENT-OFFSET', 15],
    ['LOG-END-OFFSET', 15],
    ['LAG', 15],
    wide(
      'CONSUMER-ID',
      15,
      rows.map(({ consumerId }) => orDash(consumerId)),
    ),
    wide(
      'HOST',
      15,
      rows.map(({ host }) => orDash(host)),
    ),
    ['CLIENT-ID', 0],
  ]
  const cells = rows.map((row) => [
    group,
    row.topic,
    String(row.partition),
    ...(verbose ? [orDash(row.leaderEpoch)] : []),
    ...[row.currentOffset, row.logEndOffset, lagOf(row), row.consumerId, row.host, row.clientId].map(orDash),
  ])
  return tableLines(columns, cells)
}

async function drawOffsets({ out }: At, group: GroupDescription, rows: readonly PartitionRow[], verbose: boolean): Promise<void> {
  const { bold, dim, yellow } = out.style
  const total = rows.reduce((sum, row) => sum + (lagOf(row) ?? 0), 0)
  out.line(`${bold(group.groupId)}  ${group.state}, lag ${total}`)
  await out.table({
    head: [
      'topic',
      'partition',
      'offset',
      'end',
      'lag',
      ...(verbose ? ['epoch'] : []),
      'client',
      'host',
      ...(verbose ? ['member'] : []),
    ],
    rows: rows.map((row) => {
      const lag = lagOf(row)
      const numbers = [row.currentOffset, row.logEndOffset].map(orDash)
      return [
        row.topic,
        String(row.partition),
        ...numbers,
        lag ? yellow(String(lag)) : orDash(lag),
        ...(verbose ? [orDash(row.leaderEpoch)] : []),
        row.clientId ?? dim('-'),
        row.host ?? dim('-'),
        ...(verbose ? [orDash(row.consumerId)] : []),
      ]
    }),
    right: [1, 2, 3, 4],
  })
}

// ---- members ----

/** `t:0,1;u:2`; - for nothing. */
export function assignmentText(partitions: readonly TopicPartition[]): string {
  const byTopic = new Map<string, number[]>()
  for (const { topic, partition } of [...partitions].sort(byTopicAndPartition)) {
    byTopic.set(topic, [...(byTopic.get(topic) ?? []), partition])
  }
  return [...byTopic].map(([topic, numbers]) => `${topic}:${numbers.join(',')}`).join(';') || '-'
}

async function showMembers(at: At, groups: readonly GroupDescription[], verbose: boolean): Promise<void> {
  const { out } = at
  if (out.form === 'json') {
    out.json({ groups: groups.map((group) => ({ ...jsonOf(group), members: group.members.map(jsonOfMember) })) })
    return
  }
  for (const group of groups) {
    if (!noteState(at, group.groupId, group.state)) continue
    if (out.form === 'table') await drawMembers(at, group, verbose)
    else for (const line of memberLines(group, verbose)) out.line(line)
  }
}

const jsonOfMember = (member: MemberDescription) => ({
  consumerId: member.memberId,
  groupInstanceId: member.instanceId,
  host: member.host,
  clientId: member.clientId,
  epoch: member.memberEpoch ?? null,
  assignment: member.assignment,
  targetAssignment: member.targetAssignment ?? null,
  upgraded: member.upgraded ?? null,
})

function memberLines({ groupId, members, targetAssignmentEpoch }: GroupDescription, verbose: boolean): string[] {
  const hasInstance = members.some(({ instanceId }) => instanceId)
  const isMixed = members.some(({ upgraded }) => upgraded === true) && members.some(({ upgraded }) => upgraded === false)
  const current = members.map(({ assignment }) => assignmentText(assignment))
  const target = members.map(({ targetAssignment = [] }) => assignmentText(targetAssignment))
  const columns: Column[] = [
    wide(
      'GROUP',
      15,
      [groupId].filter(() => members.length > 0),
    ),
    wide(
      'CONSUMER-ID',
      15,
      members.map(({ memberId }) => memberId),
    ),
    ...(hasInstance
      ? [
          wide(
            'GROUP-INSTANCE-ID',
            17,
            members.map(({ instanceId }) => instanceId ?? ''),
          ),
        ]
      : []),
    wide(
      'HOST',
      15,
      members.map(({ host }) => host),
    ),
    wide(
      'CLIENT-ID',
      15,
      members.map(({ clientId }) => clientId),
    ),
    ['#PARTITIONS', 15],
    ...(verbose
      ? [
          ['CURRENT-EPOCH', 15] as const,
          wide('CURRENT-ASSIGNMENT', 20, current),
          ['TARGET-EPOCH', 15] as const,
          wide('TARGET-ASSIGNMENT', 20, target),
        ]
      : [['', 0] as const]), // Kafka's line ends in a blank
    ...(verbose && isMixed ? [['UPGRADED', 0] as const] : []),
  ]
  const cells = members.map((member, i) => [
    groupId,
    member.memberId,
    ...(hasInstance ? [member.instanceId ?? ''] : []),
    member.host,
    member.clientId,
    String(member.assignment.length),
    ...(verbose ? [orDash(member.memberEpoch), current[i] ?? '-', orDash(targetAssignmentEpoch), target[i] ?? '-'] : ['']),
    ...(verbose && isMixed ? [orDash(member.upgraded === undefined ? undefined : String(member.upgraded))] : []),
  ])
  const [head = '', ...rows] = tableLines(columns, cells)
  return [`\n${head}`, ...rows]
}

async function drawMembers({ out }: At, { groupId, state, members }: GroupDescription, verbose: boolean): Promise<void> {
  out.line(`${out.style.bold(groupId)}  ${state}, ${members.length} member${members.length === 1 ? '' : 's'}`)
  if (members.length === 0) return
  await out.table({
    head: ['member', 'client', 'host', 'partitions', ...(verbose ? ['assignment'] : [])],
    rows: members.map((member) => [
      member.instanceId ?? member.memberId,
      member.clientId,
      member.host,
      String(member.assignment.length),
      ...(verbose ? [assignmentText(member.assignment)] : []),
    ]),
    right: [3],
  })
}

// ---- state ----

async function showStates(at: At, groups: readonly GroupDescription[], verbose: boolean): Promise<void> {
  const { out } = at
  if (out.form === 'json') out.json({ groups: groups.map(jsonOfState) })
  else if (out.form === 'table') await drawStates(at, groups)
  else {
    for (const group of groups) {
      if (noteState(at, group.groupId, group.state)) out.line(`\n${stateLines(group, verbose).join('\n')}`)
    }
  }
}

const coordinatorText = ({ coordinator }: GroupDescription) => `${coordinator.host}:${coordinator.port}  (${coordinator.id})`

const jsonOfState = (group: GroupDescription) => ({
  ...jsonOf(group),
  coordinator: { id: group.coordinator.id, host: group.coordinator.host, port: group.coordinator.port },
  assignmentStrategy: group.assignor === '' ? null : group.assignor,
  groupEpoch: group.groupEpoch ?? null,
  targetAssignmentEpoch: group.targetAssignmentEpoch ?? null,
  members: group.members.length,
})

function stateLines(group: GroupDescription, verbose: boolean): string[] {
  const coordinator = coordinatorText(group)
  const columns: Column[] = [
    wide('GROUP', 15, [group.groupId]),
    wide('COORDINATOR (ID)', 25, [coordinator]),
    ['ASSIGNMENT-STRATEGY', 20],
    ['STATE', 20],
    ...(verbose ? [['GROUP-EPOCH', 15] as const, ['TARGET-ASSIGNMENT-EPOCH', 25] as const] : []),
    ['#MEMBERS', 0],
  ]
  const epochs = verbose ? [orDash(group.groupEpoch), orDash(group.targetAssignmentEpoch)] : []
  return tableLines(columns, [
    [group.groupId, coordinator, group.assignor || '-', group.state, ...epochs, String(group.members.length)],
  ])
}

async function drawStates({ out }: At, groups: readonly GroupDescription[]): Promise<void> {
  if (groups.length === 0) return
  await out.table({
    head: ['group', 'state', 'type', 'members', 'strategy', 'coordinator'],
    rows: groups.map((group) => [
      group.groupId,
      group.state,
      jsonOf(group).type,
      String(group.members.length),
      group.assignor || '-',
      coordinatorText(group),
    ]),
    right: [3],
  })
}
