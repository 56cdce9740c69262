/**
 * What a server was asked for under power cuts, and what it promised by answering. Each promise is a line; what was broken is a set of
 * such lines, so that what is missing after several cuts counts once.
 *
 *   plain    three partitions, small segments, every codec: each record at its offset
 *   short    the same, and retention takes old segments: from where it begins on, each record
 *   table    compacted all the time: of each key the last value, or a later one
 *   new-N    topics that come, with a record, and go
 *   g        a group that commits ever higher offsets
 */
export const TOPICS = [
  { name: 'plain', partitions: 3, configs: { 'internal.segment.bytes': '65536' } },
  { name: 'short', partitions: 1, configs: { 'internal.segment.bytes': '8000', 'retention.bytes': '30000' } },
  {
    name: 'table',
    partitions: 1,
    configs: {
      'cleanup.policy': 'compact',
      'internal.segment.bytes': '16000',
      'min.cleanable.dirty.ratio': '0.01',
      'segment.ms': '200',
    },
  },
]
/** Everything that a server does by the clock, soon. */
export const SETTINGS = [
  'log.cleaner.backoff.ms=50',
  'log.retention.check.interval.ms=100',
  'log.initial.task.delay.ms=100',
  'log.segment.delete.delay.ms=50',
  'file.delete.delay.ms=50',
]
const KEYS = 50
const COMMITTED = 'plain'

export class Promises {
  /** Offset to value by place (`plain-0`); of keys the last offset. */
  records = new Map()
  keys = new Map()
  /** Topics to their record's value, or null for those that are deleted; undefined while nobody knows. */
  topics = new Map()
  committed = -1
  next = 0
  /** How many records retention and compaction had taken, by topic, when it was last read. */
  taken = {}

  constructor(kt) {
    this.kt = kt
    for (const { name, partitions } of TOPICS)
      for (let index = 0; index < partitions; index++) this.records.set(`${name}-${index}`, new Map())
  }

  async make(link) {
    for (const { name, partitions, configs } of TOPICS) await this.create(link, name, partitions, configs)
  }
  async create(link, name, numPartitions, configs = {}) {
    const settings = Object.entries(configs).map(([key, value]) => ({ name: key, value }))
    const topic = { name, numPartitions, replicationFactor: 1, assignments: [], configs: settings }
    const reply = await link.ask(this.kt.CreateTopics, { topics: [topic], timeoutMs: 5000 }, 5)
    return reply?.topics[0].errorCode === 0
  }
  /** Sends some records; their base offset, or undefined when it was not acknowledged. */
  async send(link, name, index, records, codec) {
    const topicData = [{ name, partitionData: [{ index, records: this.kt.batchOf(records, codec) }] }]
    const reply = await link.ask(this.kt.Produce, { acks: -1, timeoutMs: 5000, topicData }, 9)
    const answer = reply?.responses[0].partitionResponses[0]
    return answer?.errorCode === 0 ? answer.baseOffset : undefined
  }

  /** Everybody who uses the server, until it is over. */
  use(connect, isOver) {
    const user = async (work) => {
      const link = await connect()
      for (let turn = 0; !isOver(); turn++) if ((await work(link, turn)) === 'gone') break
      link.close()
    }
    const senders = [...this.records.keys()].map((place) => user((link, turn) => this.produce(link, place, turn)))
    return Promise.allSettled([...senders, user((link) => this.commit(link)), user((link) => this.comeAndGo(link))])
  }
  async produce(link, place, turn) {
    const [name, index] = place.split('-')
    const records = Array.from({ length: 5 }, () => {
      const number = this.next++
      return { key: name === 'table' ? `key ${(number * 7) % KEYS}` : null, value: `record ${number} ${'x'.repeat(60)}` }
    })
    const baseOffset = await this.send(link, name, Number(index), records, turn % 5)
    if (baseOffset === undefined) return 'gone'
    for (const [at, { key, value }] of records.entries()) {
      this.records.get(place).set(baseOffset + at, value)
      if (key !== null) this.keys.set(key, baseOffset + at)
    }
  }
  async commit(link) {
    const committedOffset = this.committed + 1
    const partitions = [{ partitionIndex: 0, committedOffset, committedMetadata: null }]
    const request = { groupId: 'g', memberId: '', topics: [{ name: COMMITTED, partitions }] }
    const reply = await link.ask(this.kt.OffsetCommit, request, 8)
    if (!reply) return 'gone'
    if (reply.topics[0].partitions[0].errorCode === 0) this.committed = committedOffset
  }
  async comeAndGo(link) {
    const name = `new-${this.next++}`
    if (!(await this.create(link, name, 1))) return 'gone'
    const value = `record of ${name}`
    this.topics.set(name, undefined)
    if ((await this.send(link, name, 0, [{ key: null, value }], 0)) === undefined) return 'gone'
    this.topics.set(name, value)
    const old = [...this.topics].filter(([, record]) => record).map(([topic]) => topic)[0]
    if (this.next % 2 === 0 || old === name) return
    this.topics.set(old, undefined)
    const reply = await link.ask(this.kt.DeleteTopics, { topicNames: [old], timeoutMs: 5000 }, 5)
    if (!reply) return 'gone'
    if (reply.responses[0].errorCode === 0) this.topics.set(old, null)
  }

  /** As it stands now: what comes later was not promised before the cut. */
  copy() {
    const now = new Promises(this.kt)
    for (const [place, records] of this.records) now.records.set(place, new Map(records))
    now.keys = new Map(this.keys)
    now.topics = new Map(this.topics)
    now.committed = this.committed
    return now
  }
  get count() {
    const records = [...this.records].reduce((sum, [place, { size }]) => sum + (place === 'table-0' ? 0 : size), 0)
    return records + this.keys.size + [...this.topics.values()].filter((value) => value !== undefined).length + 1
  }

  /** Lines of what the server does not have. */
  async brokenIn(link) {
    const broken = []
    for (const [place, records] of this.records) {
      const [name, index] = place.split('-')
      const { start, found } = await this.read(link, name, Number(index))
      this.taken[name] = records.size - [...records.keys()].filter((offset) => found.has(offset)).length
      if (name === 'table') this.brokenKeys(found, broken)
      else {
        if (name === 'plain' && start > 0) broken.push(`${place} begins at ${start}`)
        for (const [offset, value] of records) {
          if (offset >= start && found.get(offset)?.value !== value) broken.push(`${place} record ${offset}`)
        }
        const end = Math.max(-1, ...records.keys())
        if (start > end + 1) broken.push(`${place} begins at ${start}, beyond ${end}`)
      }
    }
    const metadata = await link.ask(this.kt.Metadata, { topics: null, allowAutoTopicCreation: false }, 9)
    const names = new Set(metadata?.topics.map(({ name }) => name))
    for (const [name, value] of this.topics) {
      if (value === undefined) continue
      if (value === null) {
        if (names.has(name)) broken.push(`topic ${name}`)
      } else if (!names.has(name) || (await this.read(link, name, 0)).found.get(0)?.value !== value) broken.push(`topic ${name}`)
    }
    const topics = [{ name: COMMITTED, partitionIndexes: [0] }]
    const reply = await link.ask(this.kt.OffsetFetch, { groupId: 'g', topics }, 7)
    const offset = reply?.topics[0]?.partitions[0]?.committedOffset ?? -1
    if (offset < this.committed) broken.push('the offset of g')
    return broken
  }
  brokenKeys(found, broken) {
    const last = new Map([...found.values()].map(({ key, offset }) => [key, offset]))
    const promised = this.records.get('table-0')
    for (const [key, offset] of this.keys) {
      const there = last.get(key) ?? -1
      const same = there !== offset || found.get(offset).value === promised.get(offset)
      if (there < offset || !same) broken.push(`table ${key}`)
    }
  }
  async read(link, topic, partition) {
    const asked = [{ name: topic, partitions: [{ partitionIndex: partition, timestamp: -2 }] }]
    const offsets = await link.ask(this.kt.ListOffsets, { replicaId: -1, isolationLevel: 0, topics: asked }, 3)
    const start = Math.max(0, offsets?.topics[0]?.partitions[0]?.offset ?? 0)
    const found = new Map()
    for (let fetchOffset = start; ; ) {
      const partitions = [{ partition, fetchOffset, partitionMaxBytes: 8 << 20 }]
      const request = { maxWaitMs: 0, minBytes: 0, topics: [{ topic, partitions }], forgottenTopicsData: [] }
      const answer = (await link.ask(this.kt.Fetch, request, 11))?.responses[0]?.partitions[0]
      const records = this.kt.recordsIn(answer?.records)
      if (records.length === 0) return { start, found }
      for (const one of records) found.set(one.offset, one)
      fetchOffset = records.at(-1).offset + 1
    }
  }
}
