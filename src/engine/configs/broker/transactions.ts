/**
 * Settings of transactions and of idempotent producers.
 */
import { atLeast } from '../checks'
import { boolean, clusterWide, int, internal, short } from '../config'

export const transactionConfigs = () => ({
  'transaction.state.log.min.isr': int(2, 'HIGH', 'In-sync replicas that __transaction_state needs.', atLeast(1)),
  'transaction.state.log.load.buffer.size': int(5_242_880, 'HIGH', 'Bytes that are read at once when transactions are loaded.', atLeast(1)),
  'transaction.state.log.replication.factor': short(3, 'HIGH', 'Replicas of __transaction_state; it is not created while there are fewer brokers.', atLeast(1)),
  'transaction.state.log.num.partitions': int(50, 'HIGH', 'Partitions of __transaction_state; not to be changed once it is there.', atLeast(1)),
  'transaction.state.log.segment.bytes': int(104_857_600, 'HIGH', 'Greatest size of a segment of __transaction_state.', atLeast(1)),
  'transaction.partition.verification.enable': boolean(true, 'LOW', 'Whether a partition is asked to belong to the transaction before it is written to (KIP-890).', clusterWide),
  'producer.id.expiration.ms': int(86_400_000, 'LOW', "How long a silent producer's id is remembered by a partition.", atLeast(1), clusterWide),
  'producer.id.expiration.check.interval.ms': int(600_000, 'LOW', 'How often expired producer ids are looked for.', atLeast(1), internal),
  'transactional.id.expiration.ms': int(604_800_000, 'HIGH', 'How long an unused transactional id is remembered.', atLeast(1)),
  'transaction.max.timeout.ms': int(900_000, 'HIGH', 'Greatest transaction timeout that a producer may ask for.', atLeast(1)),
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': int(10_000, 'LOW', 'How often transactions that ran out of time are looked for.', atLeast(1)),
  'transaction.remove.expired.transaction.cleanup.interval.ms': int(3_600_000, 'LOW', 'How often expired transactional ids are looked for.', atLeast(1)),
  'transaction.two.phase.commit.enable': boolean(false, 'LOW', 'Whether producers may take part in two-phase commit (KIP-939).'),
})

export const verificationConfigs = () => ({
  'add.partitions.to.txn.retry.backoff.max.ms': int(100, 'HIGH', "How long a broker tries to have a partition's transaction verified.", atLeast(0)),
  'add.partitions.to.txn.retry.backoff.ms': int(20, 'HIGH', 'Pause between those tries.', atLeast(1)),
})
