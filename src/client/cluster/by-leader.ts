/**
 * Requests about partitions go to the partitions' leaders: one is split into one for each leader, and their replies are joined in
 * the order of the request. What is the same in these APIs is done here once, over a table of how they spell it.
 */
import type { Api } from '../../protocol/types'

/** A message whose fields are looked up by name. */
export type Row = { readonly [field: string]: unknown }

interface Shape {
  /** Of the request: the list of topics, a topic's name, its partitions, and a partition's number (null: they are numbers). */
  readonly topics: string
  readonly name: string
  readonly items: string
  readonly index: string | null
  /** Newer versions name the topic by id. */
  readonly hasIds: boolean
  readonly replyTopics: string
  readonly replyItems: string
  readonly replyIndex: string
}

const plain = {
  topics: 'topics',
  name: 'name',
  items: 'partitions',
  index: 'partitionIndex',
  hasIds: false,
  replyTopics: 'topics',
  replyItems: 'partitions',
  replyIndex: 'partitionIndex',
} as const

const shapes: { readonly [api: string]: Shape } = {
  ListOffsets: plain,
  DeleteRecords: plain,
  DescribeProducers: { ...plain, items: 'partitionIndexes', index: null },
  OffsetForLeaderEpoch: { ...plain, name: 'topic', index: 'partition', replyIndex: 'partition' },
  Fetch: { ...plain, name: 'topic', index: 'partition', hasIds: true, replyTopics: 'responses' },
  Produce: {
    topics: 'topicData',
    name: 'name',
    items: 'partitionData',
    index: 'index',
    hasIds: true,
    replyTopics: 'responses',
    replyItems: 'partitionResponses',
    replyIndex: 'index',
  },
}

/** One partition's part of a request. */
export interface Item {
  readonly topic: string
  readonly partition: number
  readonly value: unknown
}

export const isSplittable = (api: Api): boolean => shapes[api.name] !== undefined
const shapeOf = (api: Api): Shape => {
  const shape = shapes[api.name]
  if (!shape) throw new RangeError(`${api.name} is for a leader, but which one cannot be told: use node(id)`)
  return shape
}

/** The partitions that a request is about, in its order. */
export function itemsOf(api: Api, request: Row): Item[] {
  const { topics, name, items, index } = shapeOf(api)
  return (request[topics] as Row[]).flatMap((topic) =>
    (topic[items] as unknown[]).map((value) => ({
      topic: topic[name] as string,
      partition: index === null ? (value as number) : ((value as Row)[index] as number),
      value,
    })),
  )
}

/** The request about just these partitions. */
export function requestWith(api: Api, request: Row, items: readonly Item[], idOf: (topic: string) => string): Row {
  const shape = shapeOf(api)
  const topics = groupByTopic(items).map(([topic, group]) => ({
    [shape.name]: topic,
    ...(shape.hasIds ? { topicId: idOf(topic) } : {}),
    [shape.items]: group.map(({ value }) => value),
  }))
  return { ...request, [shape.topics]: topics }
}

/** The answers in a reply, by `topic partition`. */
export function answersIn(api: Api, reply: Row, nameOf: (topicId: string) => string | undefined): Map<string, Row> {
  const shape = shapeOf(api)
  const answers = new Map<string, Row>()
  for (const topic of reply[shape.replyTopics] as Row[]) {
    const name = (topic[shape.name] as string) || (shape.hasIds ? nameOf(topic['topicId'] as string) : undefined)
    if (name === undefined) continue // an answer to something else
    for (const item of topic[shape.replyItems] as Row[]) answers.set(answerKey(name, item[shape.replyIndex] as number), item)
  }
  return answers
}
export const answerKey = (topic: string, partition: number): string => `${topic} ${partition}`

/** An answer made up here, for a partition that no broker could be asked about; defaults are not filled in. */
export const failedAnswer = (api: Api, partition: number, errorCode: number): Row => ({
  [shapeOf(api).replyIndex]: partition,
  errorCode,
  ...filler[api.name],
})
/** What the reply's partitions owe besides number and error. */
const filler: { readonly [api: string]: Row } = {
  DeleteRecords: { lowWatermark: -1 },
  DescribeProducers: { activeProducers: [] },
  Fetch: { highWatermark: -1, abortedTransactions: null, records: null },
  Produce: { baseOffset: -1 },
}

/** One reply with all answers, in the order of the request. `frame` gives the other fields. */
export function replyWith(
  api: Api,
  frame: Row,
  items: readonly Item[],
  answers: ReadonlyMap<string, Row>,
  idOf: (topic: string) => string,
): Row {
  const shape = shapeOf(api)
  const topics = groupByTopic(items).map(([topic, group]) => ({
    [shape.name]: topic,
    ...(shape.hasIds ? { topicId: idOf(topic) } : {}),
    [shape.replyItems]: group.map(({ partition }) => answers.get(answerKey(topic, partition))),
  }))
  return { ...frame, [shape.replyTopics]: topics }
}

function groupByTopic(items: readonly Item[]): [string, Item[]][] {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const group = groups.get(item.topic)
    if (group) group.push(item)
    else groups.set(item.topic, [item])
  }
  return [...groups]
}
