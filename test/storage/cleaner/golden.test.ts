/** What kt's compaction makes of a log is what Apache Kafka's makes of it: batch by batch, record by record, and in the same segments. */
import { expect, test } from 'vitest'
import * as batch from '../../../src/protocol/batch'
import { readRecords } from '../../../src/protocol/batch-reader'
import { codecNames } from '../../../src/protocol/compression/codec'
import { boundsOf } from '../../../src/storage/cleaner/bounds'
import { Cleaning } from '../../../src/storage/cleaner/clean'
import { DataDirectory } from '../../../src/storage/directory'
import type { Log } from '../../../src/storage/log'
import { readArchive } from '../../golden/archive'
import { Disk, worldOn } from '../disk'
import { QUIET } from '../golden'

interface Golden {
  readonly before: { readonly [topic: string]: { readonly [file: string]: string } }
  readonly after: readonly {
    readonly deleteRetentionMs: number
    readonly passes: readonly { readonly [topic: string]: readonly string[] }[]
  }[]
}
const golden = readArchive('./compaction/compacted.json.gz') as Golden
const SETTINGS = { ...QUIET, segmentBytes: 900, indexIntervalBytes: 200 }
/** When the first pass was, about; a minute before the second. */
const THEN = 1_795_275_000_000
const EAGER = { minCompactionLagMs: 0, maxCompactionLagMs: Number.POSITIVE_INFINITY, minCleanableDirtyRatio: 0 }

function openLog(topic: string): Log {
  const disk = new Disk()
  const name = `${topic}-0`
  disk.makeFolder(`/data/${name}`)
  for (const [file, content] of Object.entries(golden.before[topic] ?? {})) {
    const fd = disk.open(`/data/${name}/${file}`, 'new')
    disk.write(fd, Buffer.from(content, 'base64'), 0)
    disk.close(fd)
  }
  disk.close(disk.open('/data/.kafka_cleanshutdown', 'new'))
  disk.settle()
  const system = worldOn(disk)
  system.clock.ms = THEN
  const report = (finding: string) => expect(finding).toBe('')
  const meta = { clusterId: 'c', nodeId: 1, directoryId: 'd' }
  const directory = new DataDirectory(system, '/data', meta, { report, brokerEpoch: () => 1 })
  const id = /topic_id: (\S+)/.exec(String(disk.readFile(`/data/${name}/partition.metadata`)))?.[1] ?? ''
  return directory.log(name, id, SETTINGS)
}
async function compact(log: Log, deleteRetentionMs: number): Promise<void> {
  const { firstDirty, firstUncleanable } = boundsOf(log, undefined, log.endOffset, EAGER, log.system.clock.now())
  const cleaning = new Cleaning(
    log,
    { from: firstDirty, to: firstUncleanable },
    {
      deleteRetentionMs,
      dedupeBufferBytes: 1 << 20,
      loadFactor: 0.9,
      ioBufferBytes: 0,
      pace: { isDue: () => false, rest: async () => {}, spend: async () => {}, pause: async () => {} },
      onDisk: log.flush(),
      threadFromBytes: Number.POSITIVE_INFINITY,
      bytesPerSecond: () => Number.POSITIVE_INFINITY,
      stopped: () => false,
      doom: () => {},
    },
  )
  const { to } = await cleaning.run()
  expect(to).toBe(firstUncleanable)
}

/** The log in the words of the golden file. */
function* wordsOf(log: Log): Generator<string> {
  for (const segment of log.segments) {
    yield `log ${segment.base}`
    const bytes = segment.read(0, segment.size)
    for (let at = 0; at < bytes.length; at += batch.batchSize(bytes, at)) yield* wordsOfBatch(bytes, at)
    if (log.system.fs.exists(segment.indexPath('txnindex'))) yield `txnindex ${segment.base}`
    for (const { producerId, firstOffset, lastOffset, lastStableOffset } of segment.aborted()) {
      yield `aborted ${producerId} ${firstOffset} ${lastOffset} ${lastStableOffset}`
    }
  }
}
function* wordsOfBatch(bytes: Buffer, at: number): Generator<string> {
  expect(batch.checkCrc(bytes, at)).toBe(true)
  const codec = codecNames[batch.codecOf(bytes, at) as 0]
  const words = [
    ['batch', batch.baseOffset(bytes, at), batch.lastOffset(bytes, at), 'count', batch.recordCount(bytes, at)],
    ['sequence', batch.baseSequence(bytes, at), 'producer', batch.producerId(bytes, at), batch.producerEpoch(bytes, at)],
    ['epoch', batch.partitionLeaderEpoch(bytes, at)],
    [batch.isTransactional(bytes, at) ? 'tx' : '-', batch.isControl(bytes, at) ? 'control' : '-'],
    [batch.hasDeleteHorizon(bytes, at) ? 'horizon' : '-', batch.isLogAppendTime(bytes, at) ? 'LogAppendTime' : 'CreateTime'],
    [batch.maxTimestamp(bytes, at), codec, codec === 'none' ? batch.batchSize(bytes, at) : '-'],
  ]
  yield words.flat().join(' ')
  for (const { offset, timestamp, key, value, headers } of readRecords(bytes, at)) {
    const names = headers.map((header) => header.key)
    yield ['record', offset, timestamp, key?.length ?? -1, value?.length ?? -1, ...names].join(' ')
  }
}

for (const { deleteRetentionMs, passes } of golden.after) {
  for (const topic of Object.keys(golden.before)) {
    test(`${topic} with delete.retention.ms=${deleteRetentionMs}, compacted twice`, async () => {
      const log = openLog(topic)
      for (const pass of passes) {
        await compact(log, deleteRetentionMs)
        expect([...wordsOf(log)]).toEqual(pass[topic])
        log.system.clock.now = () => THEN + 60_000
      }
    })
  }
}
