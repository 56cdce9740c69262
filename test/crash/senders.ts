/** Who sends records: plainly, with a producer id, with every codec, again after an answer that was lost, and in transactions. */
import { InitProducerId } from '../../src/protocol/apis/init-producer-id'
import { Produce } from '../../src/protocol/apis/produce'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { errors } from '../../src/protocol/errors'
import { encodeControlKey, encodeControlValue } from '../../src/protocol/records/control'
import type { Chance } from '../fuzz/random'
import { type Ledger, type Produced, recordOf, type TopicMade } from './ledger'
import type { World } from './world'

/** An idempotent producer: what it sent last to each partition. */
interface Sender {
  readonly producerId: number
  readonly last: Map<string, { readonly sent: Produced; readonly batch: Buffer; readonly nextSequence: number }>
  readonly busy: Set<string>
}

export class Senders {
  private readonly known: Sender[] = []
  private nextNumber = 1
  private nextTransactional = 500_000

  constructor(
    private readonly ledger: Ledger,
    private readonly dice: Chance,
    private readonly complain: (complaint: string) => void,
  ) {}

  /** After a power cut: who sent something last that is lost is not heard of again. */
  keep(left: ReadonlySet<Produced>): void {
    const kept = this.known.filter(({ last, busy }) => busy.size === 0 && [...last.values()].every(({ sent }) => left.has(sent)))
    this.known.splice(0, this.known.length, ...kept)
  }

  async send(world: World): Promise<void> {
    const { ledger, dice } = this
    const topic = dice.pick(ledger.usable())
    const partition = dice.below(topic.partitions)
    const place = `${topic.id} ${partition}`
    const kind = dice.below(5)
    if (kind < 2) {
      await this.sendPlainly(world, topic, partition)
      return
    }
    const sender = this.known.length < 3 && dice.once(3) ? await this.newSender(world) : dice.pick(this.known)
    if (!sender || sender.busy.has(place)) return
    sender.busy.add(place)
    const last = sender.last.get(place)
    if (last && dice.once(5)) await this.sendAgain(world, last)
    else await this.sendNext(world, sender, topic, partition, last?.nextSequence ?? 0)
    sender.busy.delete(place)
  }
  private async newSender({ call }: World): Promise<Sender | undefined> {
    const attempt = this.ledger.begin(this.ledger.producers, { producerId: -1 })
    const reply = await call(InitProducerId, { transactionalId: null, transactionTimeoutMs: 60_000 })
    if (reply.errorCode !== 0) this.complain(`InitProducerId: ${reply.errorCode}`)
    if (this.ledger.producers.some(({ producerId }) => producerId === reply.producerId))
      this.complain(`producer ${reply.producerId} twice`)
    attempt.producerId = reply.producerId
    this.ledger.end(attempt)
    const sender = { producerId: reply.producerId, last: new Map(), busy: new Set<string>() }
    this.known.push(sender)
    return sender
  }

  private numbers(): number[] {
    return Array.from({ length: 1 + this.dice.below(6) }, () => this.nextNumber++)
  }
  private build(numbers: readonly number[], timestamp: number, more: object = {}): Buffer {
    const builder = new BatchBuilder()
    for (const number of numbers) builder.append(recordOf(number, timestamp))
    return builder.build({ codec: this.dice.below(5), ...more })
  }
  private sendPlainly(world: World, topic: TopicMade, partition: number): Promise<boolean> {
    const numbers = this.numbers()
    const timestamp = world.clock.now()
    const acks = this.dice.once(3) ? 1 : -1
    const sent = { topic, partition, numbers, timestamp, acks, producer: undefined, marker: false, baseOffset: -1 } as const
    return this.produce(world, this.ledger.begin<Produced>(this.ledger.produced, sent), this.build(numbers, timestamp))
  }
  private async sendNext(world: World, sender: Sender, topic: TopicMade, partition: number, baseSequence: number): Promise<void> {
    const numbers = this.numbers()
    const timestamp = world.clock.now()
    const { producerId } = sender
    const acks = this.dice.once(4) ? 1 : -1
    const sent = this.ledger.begin<Produced>(this.ledger.produced, {
      topic,
      partition,
      numbers,
      timestamp,
      acks,
      producer: { producerId, baseSequence },
      marker: false,
      baseOffset: -1,
    })
    const batch = this.build(numbers, timestamp, { producerId, producerEpoch: 0, baseSequence })
    const copy = Buffer.from(batch) // the log stamps what it is given
    const taken = await this.produce(world, sent, batch)
    if (taken) sender.last.set(`${topic.id} ${partition}`, { sent, batch: copy, nextSequence: baseSequence + numbers.length })
    else this.known.splice(this.known.indexOf(sender), 1)
  }
  /** As if the answer had been lost: the same answer again, and nothing appended. */
  private async sendAgain(world: World, { sent, batch }: { readonly sent: Produced; readonly batch: Buffer }): Promise<void> {
    const answer = await this.ask(world, sent, Buffer.from(batch))
    if (sent.topic.deleted || answer?.errorCode === 0) {
      if (!sent.topic.deleted && answer?.baseOffset !== sent.baseOffset) {
        this.complain(`a batch sent again was appended at ${answer?.baseOffset}, not only at ${sent.baseOffset}`)
      }
    } else this.complain(`a batch sent again was answered with ${answer?.errorCode}`)
  }
  private async produce(world: World, sent: Produced, batch: Buffer): Promise<boolean> {
    const answer = await this.ask(world, sent, batch)
    if (answer?.errorCode !== 0) {
      const tooLarge = answer?.errorCode === errors.RECORD_LIST_TOO_LARGE // for the segments, which have become smaller
      if (!sent.topic.deleted && !tooLarge) this.complain(`a batch was refused with ${answer?.errorCode}`)
      return false
    }
    sent.baseOffset = answer.baseOffset
    this.ledger.end(sent)
    return true
  }
  private async ask({ call }: World, { topic, partition, acks }: Produced, records: Buffer) {
    const topicData = [{ name: topic.name, partitionData: [{ index: partition, records }] }]
    return (await call(Produce, { acks, timeoutMs: 1000, topicData }, 9)).responses[0]?.partitionResponses[0]
  }

  /** A transaction of one or two batches, through the log's own door: committed, aborted, or left open. */
  async transact(world: World): Promise<void> {
    const { ledger, dice } = this
    const topic = dice.pick(ledger.usable())
    const partition = dice.below(topic.partitions)
    const producerId = this.nextTransactional++
    let baseSequence = 0
    for (let left = 1 + dice.below(2); left > 0; left--) {
      const numbers = this.numbers()
      const timestamp = world.clock.now()
      const batch = this.build(numbers, timestamp, { producerId, producerEpoch: 0, baseSequence, transactional: true })
      const producer = { producerId, baseSequence }
      await this.append(world, { topic, partition, numbers, timestamp, acks: -1, producer, marker: false, baseOffset: -1 }, batch)
      baseSequence += numbers.length
    }
    const outcome = dice.below(8)
    if (outcome === 0) return
    const builder = new BatchBuilder()
    const name = outcome < 4 ? 'ABORT' : 'COMMIT'
    const timestamp = world.clock.now()
    const value = encodeControlValue(name, { coordinatorEpoch: 0 })
    builder.append({ timestamp, key: encodeControlKey(name), value, headers: [] })
    const marker = builder.build({ producerId, producerEpoch: 0, transactional: true, control: true })
    await this.append(
      world,
      { topic, partition, numbers: [], timestamp, acks: -1, producer: undefined, marker: true, baseOffset: -1 },
      marker,
    )
  }
  private async append({ engine }: World, sent: Omit<Produced, 'began' | 'ended'>, batch: Buffer): Promise<void> {
    const found = engine.partition(sent.topic.name, sent.partition)
    if (!found || found.topicId !== sent.topic.id) return
    const attempt = this.ledger.begin(this.ledger.produced, sent)
    attempt.baseOffset = found.append(batch, 0, 'when-flushed')
    const end = found.log.endOffset
    await engine.flush(found.log)
    found.advance(end)
    if (!found.deleted) this.ledger.end(attempt)
  }
}
