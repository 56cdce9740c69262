/** kt check on what records say: metadata that contradicts itself, coordinators' records in the wrong place, what indexes leave out. */
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { checkDirectory } from '../../../src/engine/check/directory'
import { coordinatorCheck } from '../../../src/engine/check/internal-topics'
import { MetadataReplay } from '../../../src/engine/check/metadata-replay'
import { change, type MetadataChange, records } from '../../../src/engine/metadata/changes'
import { BatchBuilder } from '../../../src/protocol/batch-builder'
import { OffsetCommit } from '../../../src/protocol/records/consumer-offsets'
import { encodeKey, encodeValue } from '../../../src/protocol/records/coordinator-record'
import { Findings, finish } from '../../../src/storage/check/finding'
import { original, removeOriginals } from '../../storage/golden'
import { patched } from './patched'

afterAll(removeOriginals)

const ID = (letter: string) => `${letter.repeat(21)}A`
const topic = (name: string, topicId = ID('B')) => change(records.TopicRecord, { name, topicId })
const partition = (partitionId: number, topicId = ID('B')) =>
  change(records.PartitionRecord, {
    topicId,
    partitionId,
    replicas: [1],
    isr: [1],
    removingReplicas: [],
    addingReplicas: [],
    leader: 1,
    leaderEpoch: 0,
    partitionEpoch: 0,
    directories: [ID('D')],
  })

function replayed(...changes: MetadataChange[]): string[] {
  const findings = new Findings()
  const replay = new MetadataReplay(findings)
  for (const [i, value] of changes.entries()) replay.take(value, { file: 'log', position: 0, offset: i })
  replay.finish('log')
  return findings.all().map(({ what }) => what)
}

test.each<[string, MetadataChange[], string | undefined]>([
  ['what agrees', [topic('a'), partition(0), partition(1)], undefined],
  [
    'a topic twice',
    [topic('a'), partition(0), topic('a', ID('C')), partition(0, ID('C'))],
    'topic a is made, which is there already',
  ],
  ['an id twice', [topic('a'), partition(0), topic('b')], 'topic b has the id of topic a'],
  ['a partition of no topic', [partition(0)], `partition 0 is of topic ${ID('B')}, which is not there`],
  ['a topic without a partition 0', [topic('a'), partition(1)], 'topic a has a partition 1 and no 0'],
  ['a topic without partitions', [topic('a')], 'topic a has no partition'],
  [
    'the removal of nothing',
    [change(records.RemoveTopicRecord, { topicId: ID('B') })],
    `topic ${ID('B')} is removed, which is not there`,
  ],
  [
    'a change of no partition',
    [topic('a'), partition(0), change(records.PartitionChangeRecord, { topicId: ID('B'), partitionId: 4 })],
    'partition a-4 changes, which is not there',
  ],
  [
    'a broker that never registered',
    [change(records.BrokerRegistrationChangeRecord, { brokerId: 1, brokerEpoch: 4, fenced: -1 }, 0)],
    'broker 1 changes, which is not registered',
  ],
  ['an end without a beginning', [change(records.EndTransactionRecord, {})], 'a transaction ends that never began'],
  ['a record that is none', [Buffer.from([1, 2, 0])], 'a record cannot be read'],
])('metadata with %s', (_name, changes, what) => {
  const found = replayed(...changes)
  if (what === undefined) expect(found).toEqual([])
  else expect(found[0]).toContain(what)
})

test('what a metadata transaction that was given up did counts for nothing', () => {
  const begin = change(records.BeginTransactionRecord, { name: 'x' })
  expect(replayed(begin, topic('a'), change(records.AbortTransactionRecord, { reason: 'x' }), topic('a'), partition(0))).toEqual(
    [],
  )
})

function committed(group: string, index: number, value: Buffer | null): string[] {
  const findings = new Findings()
  const batch = new BatchBuilder()
  const key = encodeKey(OffsetCommit, { group, topic: 't', partition: 0 })
  batch.append({ timestamp: 0, key, value, headers: [] })
  coordinatorCheck('__consumer_offsets', index, 50, findings)?.(batch.build({ baseSequence: -1 }), 0, 'log')
  return findings.all().map(({ what }) => what)
}
const sound = encodeValue(OffsetCommit, 4, { offset: 5, metadata: '', commitTimestamp: 0 } as never)

test('a commit in the partition where nobody looks for it is found', () => {
  // "g" is 103 in Java, and 103 % 50 is 3
  expect(committed('g', 3, sound)).toEqual([])
  expect(committed('g', 3, null)).toEqual([])
  expect(committed('g', 4, sound)).toEqual(["a OffsetCommit record of 'g' belongs to partition 3"])
})
test('a commit that cannot be read is found', () => {
  expect(committed('g', 3, sound.subarray(0, 5))[0]).toContain('a record cannot be read')
})

test('an aborted transaction that the .txnindex leaves out is found', () => {
  const folder = original('txn')
  const name = 'tx-0/00000000000000000013.txnindex'
  expect(readFileSync(`${folder}/${name}`).length).toBeGreaterThan(0)
  const patches = new Map([[`${folder}/${name}`, Buffer.alloc(0)]])
  const { findings } = finish(checkDirectory(patched(patches), folder))
  expect(findings[0]).toMatchObject({
    level: 'error',
    file: name,
    what: expect.stringContaining('was aborted, and is not there'),
  })
})

test('an aborted transaction whose first records went with older segments has an entry from before the log', () => {
  const folder = original('txn')
  const name = 'tx-0/00000000000000000013.txnindex'
  const entries = readFileSync(`${folder}/${name}`)
  entries.writeBigInt64BE(5n, 10) // its first offset
  const told = (...gone: (readonly [string, null])[]) => {
    const patches = new Map<string, Buffer | null>([[`${folder}/${name}`, entries], ...gone])
    const { findings } = finish(checkDirectory(patched(patches), folder))
    return findings.filter(({ file }) => file === name).map(({ what }) => what)
  }
  const older = readdirSync(`${folder}/tx-0`).filter((one) => /^\d{20}\./.test(one) && one < '00000000000000000013')
  expect(older).not.toEqual([])
  expect(told()).toEqual([expect.stringContaining('was aborted, and its entry says')])
  expect(told(...older.map((one) => [`${folder}/tx-0/${one}`, null] as const))).toEqual([])
})

test.each([
  ['an offset that is not that of its batch', 'index', 3],
  ['a position where no batch begins', 'index', 7],
  ['a timestamp that is not the greatest so far', 'timeindex', 7],
  ['an offset that is not the last of its batch', 'timeindex', 11],
])('%s in an index is found', (_name, kind, byte) => {
  const folder = original('segments')
  const name = `rolled-0/00000000000000000000.${kind}`
  const bytes = readFileSync(`${folder}/${name}`)
  bytes[byte] = (bytes[byte] as number) ^ 1
  const { findings } = finish(checkDirectory(patched(new Map([[`${folder}/${name}`, bytes]])), folder))
  expect(findings).toMatchObject([{ level: 'error', file: name, position: 0 }])
})
