/** What the opening of Kafka's directories takes from kt: its client, what it shows, and somebody who writes a little of everything. */
import { holdDirectory } from '../../src/cli/hold'
import { netDial } from '../../src/client/dial'
import { type Link, linkTo } from '../../src/client/link'
import { CreateTopics } from '../../src/protocol/apis/create-topics'
import { DeleteRecords } from '../../src/protocol/apis/delete-records'
import { DeleteTopics } from '../../src/protocol/apis/delete-topics'
import { IncrementalAlterConfigs } from '../../src/protocol/apis/incremental-alter-configs'
import { InitProducerId } from '../../src/protocol/apis/init-producer-id'
import { ListGroups } from '../../src/protocol/apis/list-groups'
import { OffsetCommit } from '../../src/protocol/apis/offset-commit'
import { Produce } from '../../src/protocol/apis/produce'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { ZERO_UUID } from '../../src/protocol/types'
import { realSystem } from '../../src/system'
import { type View, viewOf } from '../../test/crash/view'
import { type Chance, chance } from '../../test/fuzz/random'

/** The batch is larger than a whole segment: some topics have very small ones. */
const RECORD_LIST_TOO_LARGE = 18

export { linesOf } from '../workload/kt'
export * from './details'
export * from './sequences'
export { chance }

export function dial(port: number): Promise<Link> {
  const config = { 'client.id': 'reverse', 'request.timeout.ms': 20_000, 'socket.connection.setup.timeout.ms': 5000 }
  const { net, clock } = realSystem
  const open = netDial({ net, clock, config: config as Parameters<typeof netDial>[0]['config'] }) // dialling looks at no other setting
  return open({ id: -1, host: '127.0.0.1', port })
}

/** A data directory as a passing command has it, in this process. `close` gives what it had to report. */
export async function embed(folder: string): Promise<{ link: Link; close(): Promise<string[]> }> {
  const reports: string[] = []
  const options = { kind: 'command', env: {}, report: (line: string) => void reports.push(line), formatNew: false } as const
  const held = await holdDirectory(realSystem, folder, options)
  if (!held) throw new Error(`${folder} is held by somebody else`)
  const close = async () => {
    await held.release()
    return reports
  }
  return { link: await linkTo(held.callOf('reverse')), close }
}

export async function view({ call }: Link): Promise<View> {
  const { groups } = await call(ListGroups, {})
  const names = groups.filter(({ groupType }) => groupType !== 'share').map(({ groupId }) => groupId)
  return viewOf(call, names)
}

/**
 * Writes to every partition, plainly and with a producer id, makes a topic, deletes one and some records, changes a setting, commits
 * offsets. Gives what was refused and should not have been.
 */
export async function write(link: Link, shown: View, dice: Chance): Promise<string[]> {
  const { call } = link
  const complaints: string[] = []
  const expect = (what: string, errorCode: number | undefined) => {
    if (errorCode !== 0) complaints.push(`${what}: error ${errorCode}`)
  }
  const fresh = { name: 'from-kt', numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }
  expect('creating a topic', (await call(CreateTopics, { topics: [fresh], timeoutMs: 5000 })).topics[0]?.errorCode)
  const names = [...shown.topics.keys()]
  const doomed = names.length > 2 && dice.once(3) ? dice.pick(names) : undefined
  const places = [...shown.topics, ['from-kt', { partitions: [0, 1] }] as const].flatMap(([name, { partitions }]) =>
    Array.from({ length: partitions.length }, (_, index) => ({ name, index })),
  )
  for (const { name, index } of places) {
    if (dice.once(4)) continue
    for (const records of await batches(link, dice)) {
      const topicData = [{ name, partitionData: [{ index, records }] }]
      const answer = await call(Produce, { acks: -1, timeoutMs: 5000, topicData }, 9)
      const errorCode = answer.responses[0]?.partitionResponses[0]?.errorCode
      if (errorCode !== RECORD_LIST_TOO_LARGE) expect(`producing to ${name}-${index}`, errorCode)
    }
    if (dice.once(3)) {
      const topics = [{ name, partitions: [{ partitionIndex: index, committedOffset: dice.below(9), committedMetadata: 'kt' }] }]
      const reply = await call(OffsetCommit, { groupId: 'from-kt', memberId: '', topics }, 8)
      expect(`committing for ${name}-${index}`, reply.topics[0]?.partitions[0]?.errorCode)
    }
    const one = shown.topics.get(name)?.partitions[index]
    const isDeletable = one && (shown.topics.get(name)?.configs.get('cleanup.policy') ?? 'delete').includes('delete')
    if (isDeletable && dice.once(4)) {
      const topics = [{ name, partitions: [{ partitionIndex: index, offset: one.start + dice.below(one.end - one.start + 1) }] }]
      const reply = await call(DeleteRecords, { topics, timeoutMs: 5000 })
      expect(`deleting records of ${name}-${index}`, reply.topics[0]?.partitions[0]?.errorCode)
    }
  }
  if (names.length > 0) {
    const configs = [{ name: 'retention.ms', configOperation: 0, value: '86400000' }]
    const resources = [{ resourceType: 2, resourceName: dice.pick(names), configs }]
    const reply = await call(IncrementalAlterConfigs, { resources, validateOnly: false })
    expect('setting retention.ms', reply.responses[0]?.errorCode)
  }
  if (doomed !== undefined) {
    const reply = await call(DeleteTopics, { topics: [{ name: doomed, topicId: ZERO_UUID }], timeoutMs: 5000 })
    expect(`deleting ${doomed}`, reply.responses[0]?.errorCode)
  }
  return complaints
}

/** A few batches, of a producer with an id or of one without. */
async function batches({ call }: Link, dice: Chance): Promise<Buffer[]> {
  const producerId = dice.once(2)
    ? (await call(InitProducerId, { transactionalId: null, transactionTimeoutMs: 60_000 })).producerId
    : undefined
  let baseSequence = 0
  return Array.from({ length: 1 + dice.below(3) }, () => {
    const builder = new BatchBuilder()
    const count = 1 + dice.below(6)
    for (let i = 0; i < count; i++) {
      const key = Buffer.from(`key ${dice.below(6)}`)
      const value = dice.once(6) ? null : Buffer.from(`kt ${dice.next()} `.padEnd(20 + dice.below(90), '.'))
      builder.append({ timestamp: Date.now(), key, value, headers: dice.once(4) ? [{ key: 'kt', value: null }] : [] })
    }
    const producer = producerId === undefined ? {} : { producerId, producerEpoch: 0, baseSequence }
    baseSequence += count
    return builder.build({ codec: dice.below(5), ...producer })
  })
}
