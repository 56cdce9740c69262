/**
 * A request about partitions, on its way to their leaders: split, asked, and where an answer says that it came to the wrong broker
 * or that broker is gone, asked again after a look at the metadata, for these partitions only.
 */
import { Disconnected } from '../../protocol/call'
import { fillResponse } from '../../protocol/codecs'
import { errors, isRetriableCode } from '../../protocol/errors'
import { answerKey, answersIn, failedAnswer, type Item, itemsOf, type Row, replyWith, requestWith } from './by-leader'
import type { Operation } from './operation'
import { ask, type Question, type Ways } from './routes'

/** Brokers hear of a new topic one after the other; one broker alone knows at once. Milliseconds. */
const PATIENCE = { alone: 100, together: 1000 }

const UNKNOWN: ReadonlySet<number> = new Set([errors.UNKNOWN_TOPIC_OR_PARTITION, errors.UNKNOWN_TOPIC_ID])
/** A Produce that fails so has written nothing. */
const NOT_WRITTEN: ReadonlySet<number> = new Set([...UNKNOWN, errors.NOT_LEADER_OR_FOLLOWER, errors.LEADER_NOT_AVAILABLE])

export const toLeaders = (ways: Ways, operation: Operation, question: Question): Promise<Row> =>
  new Partitions(ways, operation, question).ask()

class Partitions {
  private readonly all: readonly Item[]
  private readonly answers = new Map<string, Row>()
  private frame: Row | undefined
  /** An answer was made up here, and lacks defaults. */
  private made = false
  private reason: unknown
  private patientUntil = 0

  constructor(
    private readonly ways: Ways,
    private readonly operation: Operation,
    private readonly question: Question,
  ) {
    this.all = itemsOf(question.api, question.request)
  }
  private readonly idOf = (topic: string): string => this.ways.metadata.snapshot.topics.get(topic)?.id ?? ''

  async ask(): Promise<Row> {
    const { api } = this.question
    const { metadata } = this.ways
    let open = this.all
    const names = () => [...new Set(open.map(({ topic }) => topic))]
    await this.operation.persist(() => metadata.need(names()))
    this.patientUntil = this.operation.leftMs - (metadata.snapshot.nodes.size > 1 ? PATIENCE.together : PATIENCE.alone)
    for (let failures = 1; ; failures++) {
      open = await this.round(open)
      if (open.length === 0) break
      if (!(await this.operation.rest(failures))) {
        if (open.some((item) => !this.answers.has(keyOf(item)))) throw this.operation.timeout(this.reason)
        break // the last answers stand
      }
      await this.operation.persist(() => metadata.fetch(names()))
    }
    const reply = replyWith(api, this.frame ?? {}, this.all, this.answers, this.idOf)
    return this.made ? (fillResponse(api, reply as never) as Row) : reply
  }

  /** Asks all leaders once; gives the partitions to ask about again. */
  private async round(open: readonly Item[]): Promise<Item[]> {
    const { byLeader, homeless } = sort(open, this.ways)
    const rounds = [...byLeader].map(([leader, items]) => this.askLeader(leader, items))
    const again = (await Promise.all(rounds)).flat()
    for (const { item, code } of homeless) {
      const isLast = !this.isWorthAsking(code)
      if (isLast || !this.answers.has(keyOf(item))) {
        this.answers.set(keyOf(item), failedAnswer(this.question.api, item.partition, code))
        this.made = true
      }
      if (!isLast) again.push(item)
    }
    return again
  }

  private async askLeader(leader: number, items: readonly Item[]): Promise<Item[]> {
    const { api, request } = this.question
    let reply: Row
    try {
      const link = await this.operation.inTime(this.ways.linkOf(leader))
      reply = await this.operation.inTime(ask(link, this.question, requestWith(api, request, items, this.idOf)))
    } catch (error) {
      if (!(error instanceof Disconnected) || api.name === 'Produce') throw error
      this.reason = error
      return [...items]
    }
    this.frame ??= reply
    const given = answersIn(api, reply, (id) => this.ways.metadata.snapshot.namesById.get(id))
    return items.filter((item) => {
      const answer = given.get(keyOf(item))
      if (answer) this.answers.set(keyOf(item), answer)
      return !answer || this.isWorthAsking(answer['errorCode'] as number)
    })
  }

  private isWorthAsking(code: number): boolean {
    if (UNKNOWN.has(code) && this.operation.leftMs <= this.patientUntil) return false
    return this.question.api.name === 'Produce' ? NOT_WRITTEN.has(code) : isRetriableCode(code)
  }
}

const keyOf = ({ topic, partition }: Item): string => answerKey(topic, partition)

/** Partitions by leader, and those that have none, with the error that says why. */
function sort(items: readonly Item[], { metadata }: Ways) {
  const byLeader = new Map<number, Item[]>()
  const homeless: { readonly item: Item; readonly code: number }[] = []
  const { topics, failures } = metadata.snapshot
  for (const item of items) {
    const leader = topics.get(item.topic)?.partitions[item.partition]?.leader
    if (leader === undefined) homeless.push({ item, code: failures.get(item.topic) ?? errors.UNKNOWN_TOPIC_OR_PARTITION })
    else if (leader < 0) homeless.push({ item, code: errors.LEADER_NOT_AVAILABLE })
    else byLeader.set(leader, [...(byLeader.get(leader) ?? []), item])
  }
  return { byLeader, homeless }
}
