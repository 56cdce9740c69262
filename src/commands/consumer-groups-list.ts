/** kafka-consumer-groups.sh --list: the groups of both protocols, with their types and states where that is asked for. */
import { UsageError } from '../cli/errors'
import { hashCode, hashOrder } from '../cli/java-hash'
import { has } from '../cli/parse'
import { type GroupListing, listGroups } from '../client/admin/groups'
import type { GroupOptions } from './consumer-groups-options'
import { type At, type Column, ofFuture, tableLines, unchecked, wide } from './consumer-groups-print'

/** States of a consumer group, as Kafka spells them. */
const STATES = ['Assigning', 'CompletingRebalance', 'Dead', 'Empty', 'PreparingRebalance', 'Reconciling', 'Stable']
const TYPES = ['Classic', 'Consumer']

const wordsOf = (text: string | undefined): string[] => (text ? text.split(',').map((word) => word.trim()) : [])

/** Kafka's spelling of each word. Throws UsageError for one that is not among `names`. */
function spelled(text: string | undefined, names: readonly string[], what: 'state' | 'types'): string[] {
  return wordsOf(text).map((word) => {
    const found = names.find((name) => name.toLowerCase() === word.toLowerCase())
    if (found !== undefined) return found
    const one = what === 'state' ? 'state' : 'type'
    throw new UsageError(
      `Invalid ${what} list '${text}'. Valid ${one}s are: ${names.join(', ')}`,
      `there is no ${one} '${word}'; there are ${names.join(', ')}`,
    )
  })
}

/** The groups that are consumer groups, in Kafka's order: that of a hash map. */
export async function consumerGroups(
  { cluster, timeoutMs }: At,
  { states = [], types = [] }: { states?: readonly string[]; types?: readonly string[] } = {},
): Promise<GroupListing[]> {
  const lower = types.map((type) => type.toLowerCase())
  const found = await listGroups(cluster, { states, types: lower, timeoutMs })
  const mine = found.filter(
    ({ protocolType, type }) => (protocolType === '' || protocolType === 'consumer') && type !== 'share' && type !== 'streams',
  )
  return hashOrder(mine, ({ groupId }) => hashCode(groupId))
}

/** Ids of all consumer groups, for --all-groups. */
export async function allGroupIds(at: At): Promise<string[]> {
  try {
    return (await consumerGroups(at)).map(({ groupId }) => groupId)
  } catch (error) {
    throw unchecked(at, ofFuture(at, error))
  }
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

export async function listConsumerGroups(at: At, options: GroupOptions): Promise<void> {
  const { out } = at
  const [showsType, showsState] = [has(options, 'type'), has(options, 'state')]
  if (out.form === 'kafka' && !showsType && !showsState) {
    for (const groupId of await allGroupIds(at)) out.line(groupId)
    return
  }
  const types = spelled(options.type, TYPES, 'types')
  const states = spelled(options.state, STATES, 'state')
  const groups = await consumerGroups(at, { states, types }).catch((error) => {
    throw ofFuture(at, error)
  })
  const sorted = out.form === 'kafka' ? groups : [...groups].sort((a, b) => (a.groupId < b.groupId ? -1 : 1))
  const rows = sorted.map(({ groupId, type, state }) => ({
    groupId,
    type: capital(type || 'unknown'),
    state: state || 'Unknown',
  }))
  if (out.form === 'json') {
    out.json({ groups: rows.map(({ groupId, type, state }) => ({ group: groupId, type, state })) })
  } else if (out.form === 'table') {
    if (rows.length === 0) out.error('No consumer groups.')
    else await out.table({ head: ['group', 'type', 'state'], rows: rows.map((row) => [row.groupId, row.type, row.state]) })
  } else {
    const [, width] = wide(
      '',
      15,
      rows.map(({ groupId }) => groupId),
    )
    const columns: Column[] = [['GROUP', width + 10]]
    if (showsType) columns.push(['TYPE', 20])
    if (showsState) columns.push(['STATE', 20])
    const cells = rows.map(({ groupId, type, state }) => [groupId, ...(showsType ? [type] : []), ...(showsState ? [state] : [])])
    for (const line of tableLines(columns, cells)) out.line(line)
  }
}
