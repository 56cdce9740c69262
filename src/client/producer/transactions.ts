/**
 * Transactions: what is sent between begin and commit is there as a whole or not at all (KIP-98). Since KIP-890 (v2 here, which the
 * broker says by its feature transaction.version) brokers add partitions by themselves and every end raises the epoch; before,
 * each partition is announced to the coordinator first (org.apache.kafka.clients.producer.internals.TransactionManager).
 */
import { AddOffsetsToTxn } from '../../protocol/apis/add-offsets-to-txn'
import { AddPartitionsToTxn } from '../../protocol/apis/add-partitions-to-txn'
import { EndTxn } from '../../protocol/apis/end-txn'
import { InitProducerId } from '../../protocol/apis/init-producer-id'
import { TxnOffsetCommit } from '../../protocol/apis/txn-offset-commit'
import { errors } from '../../protocol/errors'
import type { Cluster } from '../cluster'
import type { Operation } from '../cluster/operation'
import type { ProducerConfig } from '../config/producer'
import { isRetriable, KafkaError, kafkaError, kafkaException } from '../kafka-error'
import type { Link } from '../link'
import { byTopic, type TopicPartition } from '../topic-partition'
import { NOBODY, type ProducerIdentity } from './batch'
import type { PartitionQueue } from './queue'
import type { Sequences } from './sequences'

/** As Kafka calls them in its errors. */
type State =
  | 'UNINITIALIZED'
  | 'READY'
  | 'IN_TRANSACTION'
  | 'COMMITTING_TRANSACTION'
  | 'ABORTING_TRANSACTION'
  | 'ABORTABLE_ERROR'
  | 'FATAL_ERROR'

/** A group whose offsets belong to a transaction; what a consumer says of itself, so that an outdated one is fenced (KIP-447). */
export interface GroupMetadata {
  readonly groupId: string
  readonly memberId?: string
  readonly generation?: number
  readonly instanceId?: string | null
}

const V2_LEVEL = 2
/** The APIs as clients speak them without v2. */
const AddPartitionsAsClient = { ...AddPartitionsToTxn, versions: [0, 3] } as const
const EndTxnV1 = { ...EndTxn, versions: [0, 4] } as const
const TxnOffsetCommitV1 = { ...TxnOffsetCommit, versions: [0, 4] } as const

/** After these there is no going on with this producer. */
const FATAL: ReadonlySet<number> = new Set([
  errors.PRODUCER_FENCED,
  errors.INVALID_PRODUCER_ID_MAPPING,
  errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
  errors.CLUSTER_AUTHORIZATION_FAILED,
  errors.UNSUPPORTED_VERSION,
  errors.INVALID_TXN_STATE,
])
const COORDINATOR: ReadonlySet<number> = new Set([errors.COORDINATOR_NOT_AVAILABLE, errors.NOT_COORDINATOR])

export class Transactions {
  private state: State = 'UNINITIALIZED'
  private cause: KafkaError | undefined
  private identity: ProducerIdentity = NOBODY
  /** The coordinator knows that something belongs to the transaction. */
  private hasStarted = false
  /** Sequence numbers were given to what will not be sent. */
  private hasHoles = false
  private readonly added = new Set<PartitionQueue>()
  private readonly wanted = new Set<PartitionQueue>()
  private isAdding = false
  isV2 = false

  constructor(
    readonly transactionalId: string,
    private readonly cluster: Cluster,
    private readonly config: ProducerConfig,
    private readonly sequences: Sequences,
    private readonly wake: () => void,
  ) {}

  /** Throws KafkaError unless records may be sent. */
  check(partition: string): void {
    if (this.state === 'IN_TRANSACTION') return
    this.throwFailure()
    if (this.state === 'UNINITIALIZED') {
      throw illegal(`Cannot add partition ${partition} to transaction before completing a call to initTransactions`)
    }
    throw illegal(`Cannot add partition ${partition} to transaction while in state  ${this.state}`)
  }
  get isAborting(): boolean {
    return this.state === 'ABORTING_TRANSACTION' || this.state === 'FATAL_ERROR'
  }
  private throwFailure(): void {
    if (!this.cause) return
    if (this.state === 'FATAL_ERROR') throw this.cause
    throw kafkaException('Cannot execute transactional method because we are in an error state', this.cause)
  }

  /** Whether a batch of the queue may be sent; sees to it that it may be soon. */
  admits(queue: PartitionQueue): boolean {
    if (this.isV2) {
      this.hasStarted = true
      return true
    }
    if (this.added.has(queue)) return true
    this.wanted.add(queue)
    void this.addPartitions()
    return false
  }
  /** A batch could not be sent: the transaction can only be aborted. */
  failed(error: KafkaError): void {
    if (this.state === 'FATAL_ERROR' || this.state === 'ABORTING_TRANSACTION') return
    this.cause = error
    this.state = FATAL.has(error.code) ? 'FATAL_ERROR' : 'ABORTABLE_ERROR'
  }
  /** A batch that had been sent before is dropped. */
  numbersLost(): void {
    this.hasHoles = true
  }

  // ---- what an application does ----

  /** Takes over from any producer that had the id before, and ends what that left open. Rejects with KafkaError. */
  async init(): Promise<void> {
    this.throwFailure()
    if (this.state !== 'UNINITIALIZED') throw this.invalid('INITIALIZING')
    await this.identify(NOBODY)
    this.state = 'READY'
  }
  begin(): void {
    this.throwFailure()
    if (this.state !== 'READY') throw this.invalid('IN_TRANSACTION')
    this.state = 'IN_TRANSACTION'
  }
  /** Announces the end, before what is left is sent or dropped. Throws KafkaError. */
  beginEnd(committed: boolean): void {
    if (committed || this.state === 'FATAL_ERROR') this.throwFailure()
    const next = committed ? 'COMMITTING_TRANSACTION' : 'ABORTING_TRANSACTION'
    if (this.state !== 'IN_TRANSACTION' && this.state !== 'ABORTABLE_ERROR') throw this.invalid(next)
    // A commit flushes first, and what is flushed still belongs to the transaction.
    if (!committed) this.state = next
  }
  /** Ends the transaction, when all its batches are answered. Rejects with KafkaError. */
  async end(committed: boolean): Promise<void> {
    if (committed) this.throwFailure()
    this.state = committed ? 'COMMITTING_TRANSACTION' : 'ABORTING_TRANSACTION'
    const hasHoles = this.hasHoles || this.cause !== undefined
    if (this.hasStarted) await this.endAtCoordinator(committed)
    // Of what failed nobody knows which numbers were used; another epoch begins at 0.
    if (hasHoles && !this.isV2) await this.identify(this.identity)
    this.cause = undefined
    this.hasHoles = false
    this.hasStarted = false
    this.added.clear()
    this.wanted.clear()
    this.state = 'READY'
  }

  /** Stores a group's offsets with the transaction. Rejects with KafkaError. */
  async sendOffsets(
    offsets: readonly (TopicPartition & { readonly offset: number; readonly leaderEpoch?: number; readonly metadata?: string })[],
    group: GroupMetadata,
  ): Promise<void> {
    this.throwFailure()
    if (this.state !== 'IN_TRANSACTION') {
      throw illegal(`Cannot send offsets if a transaction is not in progress (currentState= ${this.state})`)
    }
    if (offsets.length === 0) return
    const { groupId, memberId = '', generation = -1, instanceId = null } = group
    const id = { transactionalId: this.transactionalId, producerId: this.identity.producerId, producerEpoch: this.identity.epoch }
    if (!this.isV2) {
      await this.ask('addOffsetsToTransaction', async (link) => (await link.call(AddOffsetsToTxn, { ...id, groupId })).errorCode)
    }
    this.hasStarted = true
    const reply = await this.cluster.during('txnOffsetCommit', this.config['max.block.ms'])(
      this.isV2 ? TxnOffsetCommit : TxnOffsetCommitV1,
      {
        ...id,
        groupId,
        generationId: generation,
        memberId,
        groupInstanceId: instanceId,
        topics: byTopic(offsets).map(([name, rows]) => ({
          name,
          partitions: rows.map(({ partition, offset, leaderEpoch = -1, metadata = '' }) => ({
            partitionIndex: partition,
            committedOffset: offset,
            committedLeaderEpoch: leaderEpoch,
            committedMetadata: metadata,
          })),
        })),
      },
    )
    const code = reply.topics
      .flatMap(({ partitions }) => partitions)
      .find(({ errorCode }) => errorCode !== errors.NONE)?.errorCode
    if (code === undefined) return
    const error = kafkaError(code)
    this.failed(error)
    throw error
  }

  // ---- what the coordinator is asked ----

  private async identify(known: ProducerIdentity): Promise<void> {
    await this.ask('initTransactions', async (link) => {
      const reply = await link.call(InitProducerId, {
        transactionalId: this.transactionalId,
        transactionTimeoutMs: this.config['transaction.timeout.ms'],
        producerId: known.producerId,
        producerEpoch: known.epoch,
      })
      if (reply.errorCode !== errors.NONE) return reply.errorCode
      this.isV2 = (link.peer.features.get('transaction.version') ?? 0) >= V2_LEVEL
      this.become({ producerId: reply.producerId, epoch: reply.producerEpoch })
      return errors.NONE
    })
  }
  private become(identity: ProducerIdentity): void {
    this.identity = identity
    this.sequences.begin(identity)
  }

  private endAtCoordinator(committed: boolean): Promise<void> {
    return this.ask('endTransaction', async (link) => {
      const { producerId, epoch } = this.identity
      const reply = await link.call(this.isV2 ? EndTxn : EndTxnV1, {
        transactionalId: this.transactionalId,
        producerId,
        producerEpoch: epoch,
        committed,
      })
      if (reply.errorCode === errors.NONE && this.isV2 && reply.producerId >= 0) {
        this.become({ producerId: reply.producerId, epoch: reply.producerEpoch })
      }
      return reply.errorCode
    })
  }

  private async addPartitions(): Promise<void> {
    if (this.isAdding || this.state === 'ABORTING_TRANSACTION') return
    this.isAdding = true
    const queues = [...this.wanted]
    this.wanted.clear()
    try {
      await this.ask('addPartitionsToTransaction', async (link) => {
        const reply = await link.call(AddPartitionsAsClient, {
          v3AndBelowTransactionalId: this.transactionalId,
          v3AndBelowProducerId: this.identity.producerId,
          v3AndBelowProducerEpoch: this.identity.epoch,
          v3AndBelowTopics: byTopic(queues).map(([name, rows]) => ({ name, partitions: rows.map(({ partition }) => partition) })),
        })
        const codes = reply.resultsByTopicV3AndBelow
          .flatMap(({ resultsByPartition }) => resultsByPartition.map(({ partitionErrorCode }) => partitionErrorCode))
          .filter((code) => code !== errors.NONE && code !== errors.OPERATION_NOT_ATTEMPTED)
        return codes[0] ?? errors.NONE
      })
      this.hasStarted = true
      for (const queue of queues) this.added.add(queue)
    } catch {
      // `ask` took note of it.
    }
    this.isAdding = false
    this.wake()
  }

  /** Asks the coordinator until it answers for good; an error makes the transaction one that can only be aborted. */
  private async ask(name: string, question: (link: Link) => Promise<number>): Promise<void> {
    const operation: Operation = this.cluster.operation(name, this.config['max.block.ms'])
    try {
      await operation.persist(async () => {
        try {
          const link = await this.cluster.coordinatorLink('transaction', this.transactionalId)
          const code = await question(link)
          if (code !== errors.NONE) throw kafkaError(code)
        } catch (error) {
          if (!(error instanceof KafkaError) || COORDINATOR.has(error.code)) {
            this.cluster.forgetCoordinator('transaction', this.transactionalId)
          }
          throw error
        }
      })
    } catch (error) {
      const failure = error instanceof KafkaError ? error : kafkaException(String(error), error)
      if (!isRetriable(failure)) this.failed(failure)
      throw failure
    }
  }

  private invalid(next: string): KafkaError {
    return illegal(
      `TransactionalId ${this.transactionalId}: Invalid transition attempted from state ${this.state} to state ${next}`,
    )
  }
}

const illegal = (text: string) => new KafkaError(-1, 'java.lang.IllegalStateException', text)
