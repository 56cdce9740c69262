/**
 * Requests about groups and transactions go to the coordinator of the group or transactional id. Some name one, some a list; a
 * list is split by coordinator and the answers are joined in its order.
 */
import type { Api } from '../../protocol/types'
import type { Row } from './by-leader'

interface One {
  /** The field with the group or the transactional id. */
  readonly key: string
}
interface Many {
  /** The request's list, and the field of its elements (null: they are the keys). */
  readonly list: string
  readonly field: string | null
  /** The reply's list and the field with the key. */
  readonly answers: string
  readonly answerKey: string
}

const group: One = { key: 'groupId' }
const transaction: One = { key: 'transactionalId' }
const groups: Many = { list: 'groupIds', field: null, answers: 'groups', answerKey: 'groupId' }

const table: { readonly [api: string]: One | Many } = {
  JoinGroup: group,
  SyncGroup: group,
  Heartbeat: group,
  LeaveGroup: group,
  OffsetCommit: group,
  OffsetDelete: group,
  TxnOffsetCommit: group,
  ConsumerGroupHeartbeat: group,
  ShareGroupHeartbeat: group,
  StreamsGroupHeartbeat: group,
  AlterShareGroupOffsets: group,
  DeleteShareGroupOffsets: group,
  ConsumerGroupDescribe: groups,
  ShareGroupDescribe: groups,
  StreamsGroupDescribe: groups,
  DescribeGroups: { ...groups, list: 'groups' },
  DeleteGroups: { ...groups, list: 'groupsNames', answers: 'results' },
  OffsetFetch: { ...groups, list: 'groups', field: 'groupId' },
  DescribeShareGroupOffsets: { ...groups, list: 'groups', field: 'groupId' },
  InitProducerId: transaction,
  AddPartitionsToTxn: { key: 'v3AndBelowTransactionalId' },
  AddOffsetsToTxn: transaction,
  EndTxn: transaction,
  DescribeTransactions: { list: 'transactionalIds', field: null, answers: 'transactionStates', answerKey: 'transactionalId' },
}

function rowOf(api: Api): One | Many {
  const row = table[api.name]
  if (!row) throw new RangeError(`${api.name} is for a coordinator, but which one cannot be told: use node(id)`)
  return row
}
const isMany = (row: One | Many): row is Many => 'list' in row

/** Whether the API takes a list of keys. */
export const takesMany = (api: Api): boolean => isMany(rowOf(api))

const keyIn = (row: Many, element: unknown): string => (row.field === null ? element : (element as Row)[row.field]) as string

/** The keys that a request is about; null: none (an idempotent producer without transactions asks any broker). */
export function keysOf(api: Api, request: Row): string[] | null {
  const row = rowOf(api)
  if (isMany(row)) return (request[row.list] as unknown[]).map((element) => keyIn(row, element))
  const key = request[row.key]
  return typeof key === 'string' ? [key] : null
}

/** The request about just these keys. */
export function requestAbout(api: Api, request: Row, keys: ReadonlySet<string>): Row {
  const row = rowOf(api)
  if (!isMany(row)) return request
  return { ...request, [row.list]: (request[row.list] as unknown[]).filter((element) => keys.has(keyIn(row, element))) }
}

/** The answers of a reply by key. */
export function answersByKey(api: Api, reply: Row): Map<string, Row> {
  const row = rowOf(api)
  if (!isMany(row)) throw new RangeError(`${api.name} has one answer`)
  return new Map((reply[row.answers] as Row[]).map((answer) => [answer[row.answerKey] as string, answer]))
}

/** One reply with the answers to all keys, in their order. */
export function replyAbout(api: Api, frame: Row, keys: readonly string[], answers: ReadonlyMap<string, Row>): Row {
  const row = rowOf(api)
  if (!isMany(row)) return frame
  return { ...frame, [row.answers]: keys.flatMap((key) => answers.get(key) ?? []) }
}

/** The first of `codes` that an error field says anywhere in `answer`; 0: none does. */
export function findError(answer: unknown, codes: ReadonlySet<unknown>): number {
  if (answer === null || typeof answer !== 'object' || answer instanceof Uint8Array) return 0
  for (const [field, value] of Object.entries(answer)) {
    if (field === 'errorCode' || field === 'partitionErrorCode') {
      if (codes.has(value)) return value as number
    } else if (typeof value === 'object') {
      const found = findError(value, codes)
      if (found) return found
    }
  }
  return 0
}
