/**
 * Holds what an engine shows after a crash against what it had promised before (ledger.ts). Gives complaints: none is right.
 * After a kill everything that was answered must be there; after a power cut, everything but what was sent with acks=1.
 */
import {
  type Attempt,
  type Committed,
  type Hole,
  inForce,
  type Ledger,
  numberOf,
  type Produced,
  recordOf,
  type TopicMade,
} from './ledger'
import type { BatchView, PartitionView, TopicView, View } from './view'

export type Crash = 'kill' | 'power'

export interface Asked {
  readonly ledger: Ledger
  /** What of the ledger had happened when it crashed. */
  readonly time: number
  readonly crash: Crash
}

export function judge(view: View, asked: Asked): string[] {
  const complaints: string[] = []
  const { ledger, time } = asked
  const begun = ledger.topics.filter(({ began }) => began <= time)
  const named = new Set(begun.map(({ name }) => name))
  for (const name of view.topics.keys()) if (!named.has(name)) complaints.push(`topic ${name} was never asked for`)
  for (const name of named) {
    const shown = view.topics.get(name)
    const made = topicInForce(
      begun.filter((topic) => topic.name === name),
      shown,
      time,
    )
    if (made === 'gone') complaints.push(`topic ${name} ${shown ? 'is there again' : 'is gone'}`)
    else if (made && shown) complaints.push(...judgeTopic(made, shown, asked))
  }
  complaints.push(...judgeCommits(view, asked))
  return complaints
}

/** Which of the topics of a name it is that is shown; undefined when none need be; 'gone' when it ought to be otherwise. */
function topicInForce(topics: readonly TopicMade[], shown: TopicView | undefined, time: number): TopicMade | 'gone' | undefined {
  const made = (topic: TopicMade) => topic.ended <= time
  const removed = (topic: TopicMade) => topic.deleted !== undefined && topic.deleted.ended <= time
  const threatened = (topic: TopicMade) => topic.deleted !== undefined && topic.deleted.began <= time
  if (!shown) return topics.some((topic) => made(topic) && !threatened(topic)) ? 'gone' : undefined
  const one = topics.find(({ id }) => id === shown.id) ?? topics.find((topic) => topic.id === undefined || !made(topic))
  return !one || removed(one) ? 'gone' : one
}

function judgeTopic(topic: TopicMade, shown: TopicView, asked: Asked): string[] {
  const { ledger, time } = asked
  const complaints: string[] = []
  if (shown.partitions.length !== topic.partitions) complaints.push(`${topic.name} has ${shown.partitions.length} partitions`)
  for (const name of new Set(ledger.configs.map((one) => one.name))) {
    const { sure, any } = inForce(
      ledger.configs.filter((one) => one.topic === topic && one.name === name),
      time,
    )
    const value = shown.configs.get(name) ?? null
    if (any.length === 0 ? value !== null : !any.some((one) => one.value === value) && (sure || value !== null)) {
      complaints.push(`${topic.name}: ${name} is ${value}`)
    }
  }
  shown.partitions.forEach((partition, index) => {
    for (const complaint of judgePartition(topic, index, partition, asked)) {
      complaints.push(`${topic.name}-${index}: ${complaint}`)
    }
  })
  return complaints
}

/** Where a partition may start: at or above `least`; what lies below `most` may be gone, in any part. */
export function startsOf(topic: TopicMade, partition: number, { ledger, time }: Asked): { least: number; most: number } {
  const starts = ledger.starts.filter((one) => one.topic === topic && one.partition === partition && one.began <= time)
  return {
    least: Math.max(0, ...starts.filter((one) => one.promised && one.ended <= time).map(({ offset }) => offset)),
    most: Math.max(0, ...starts.map((one) => (one.ended <= time ? one.offset : one.most))),
  }
}

function judgePartition(topic: TopicMade, index: number, shown: PartitionView, asked: Asked): string[] {
  const complaints: string[] = []
  const { ledger, time } = asked
  const here = (one: { readonly topic: TopicMade; readonly partition: number }) => one.topic === topic && one.partition === index
  const { least, most } = startsOf(topic, index, asked)
  if (shown.start < least) complaints.push(`begins at ${shown.start}, though it was deleted up to ${least}`)
  if (shown.start > most) complaints.push(`begins at ${shown.start}, though only what is below ${most} may be gone`)
  const known = asked.crash === 'kill' ? ledger.holes.filter(here) : []
  if (asked.crash === 'kill') {
    const isNew = ({ from, to }: Hole) => !known.some((one) => one.from <= from && to <= one.to)
    for (const { from, to } of holesOf(shown).filter(isNew)) complaints.push(`has no records from ${from} to ${to}`)
  }
  const produced = ledger.produced.filter((one) => here(one) && one.began <= time)
  complaints.push(
    ...judgeRecords(produced, shown, Math.max(shown.start, most), asked),
    // what stood in a hole, and went, a producer may be remembered by
    ...judgeProducers(shown, Math.max(shown.start, most, ...known.map(({ to }) => to))),
  )
  return complaints
}
/** Where offsets are missing. A power cut may leave one, which stays: what nobody waited for may be on the disk in part. */
export function holesOf({ start, end, batches }: PartitionView): Hole[] {
  const begins = [...batches.map(({ baseOffset }) => baseOffset), end]
  const ends = [start, ...batches.map(({ lastOffset }) => lastOffset + 1)]
  // the first batch may begin below the start
  return begins.map((to, at) => ({ from: ends[at] ?? to, to })).filter(({ from, to }, at) => (at === 0 ? from < to : from !== to))
}

/** `least`: what lies below may be gone, in any part. */
function judgeRecords(produced: readonly Produced[], shown: PartitionView, least: number, asked: Asked): string[] {
  const complaints: string[] = []
  const byNumber = new Map(produced.map((one) => [one.numbers[0], one]))
  const found = new Map<Produced, BatchView>()
  const markers = new Map(shown.batches.filter(({ commit }) => commit !== undefined).map((one) => [one.baseOffset, one]))
  for (const batch of shown.batches) {
    if (batch.commit !== undefined) continue
    const one = byNumber.get(numberOf(batch.records[0]?.value ?? null))
    if (!one) complaints.push(`has a batch at ${batch.baseOffset} that nobody sent`)
    else if (found.has(one)) complaints.push(`has the batch at ${batch.baseOffset} twice`)
    else if (!sameRecords(one, batch)) complaints.push(`has other records at ${batch.baseOffset} than were sent`)
    if (one) found.set(one, batch)
  }
  for (const one of produced) {
    if (!mustBeThere(one, asked)) continue
    const batch = one.marker ? markers.get(one.baseOffset) : found.get(one)
    const last = one.baseOffset + (one.marker ? 0 : one.numbers.length - 1)
    if (last < least) continue
    if (!batch) complaints.push(`has lost ${one.baseOffset} to ${last}, which were acknowledged`)
    else if (batch.baseOffset !== one.baseOffset)
      complaints.push(`has at ${batch.baseOffset} what was acknowledged at ${one.baseOffset}`)
  }
  return complaints
}
function mustBeThere(one: Produced, { ledger, time, crash }: Asked): boolean {
  if (one.ended > time) return false
  if (one.acks === -1 || crash === 'kill') return true
  return ledger.cleanStops.some((stop: Attempt) => stop.began > one.ended && stop.ended <= time)
}
function sameRecords(one: Produced, batch: BatchView): boolean {
  if (batch.records.length !== one.numbers.length || batch.baseSequence !== (one.producer?.baseSequence ?? -1)) return false
  return one.numbers.every((number, index) => {
    const record = batch.records[index]
    const wanted = recordOf(number, one.timestamp)
    return (
      record !== undefined &&
      record.offset === batch.baseOffset + index &&
      record.timestamp === wanted.timestamp &&
      String(record.key) === String(wanted.key) &&
      String(record.value) === String(wanted.value) &&
      record.headers.map(({ key, value }) => `${key}=${value}`).join() ===
        wanted.headers.map(({ key, value }) => `${key}=${value}`).join()
    )
  })
}

/** What is remembered of producers, and of transactions, is what stands in the log. */
function judgeProducers(shown: PartitionView, least: number): string[] {
  const complaints: string[] = []
  const last = new Map<number, BatchView>()
  const sent = new Map<number, BatchView>()
  const open = new Map<number, number>()
  const aborted: string[] = []
  for (const batch of shown.batches) {
    if (batch.producerId < 0 || batch.baseOffset < least) continue
    last.set(batch.producerId, batch)
    if (batch.commit === undefined) sent.set(batch.producerId, batch)
    if (batch.transactional && batch.commit === undefined && !open.has(batch.producerId))
      open.set(batch.producerId, batch.baseOffset)
    const begun = open.get(batch.producerId)
    if (batch.commit === false && begun !== undefined && begun < shown.stable) aborted.push(`${batch.producerId} from ${begun}`)
    if (batch.commit !== undefined) open.delete(batch.producerId)
  }
  const known = new Map(shown.producers.map((one) => [one.producerId, one]))
  for (const [producerId, batch] of last) {
    const producer = known.get(producerId)
    const data = sent.get(producerId)
    const lastSequence = data ? data.baseSequence + (data.lastOffset - data.baseOffset) : producer?.lastSequence
    const sound =
      producer !== undefined && producer.lastSequence === lastSequence && producer.producerEpoch === batch.producerEpoch
    if (!sound) complaints.push(`remembers ${producer?.lastSequence} of producer ${producerId}, whose last is ${lastSequence}`)
    const begun = open.get(producerId) ?? -1
    // what began below the log's start is not in sight any more
    if (producer && producer.currentTxnStartOffset !== begun && producer.currentTxnStartOffset >= least) {
      complaints.push(`has a transaction of ${producerId} open from ${producer.currentTxnStartOffset}, not ${begun}`)
    }
  }
  const told = shown.aborted.map((one) => `${one.producerId} from ${one.firstOffset}`)
  for (const one of aborted) {
    // of one that began below the log's start only the rest is in sight
    const begunBefore = shown.aborted.some(
      ({ producerId, firstOffset }) => firstOffset < least && one.startsWith(`${producerId} `),
    )
    if (!told.includes(one) && !begunBefore) complaints.push(`does not tell that the transaction of ${one} was aborted`)
  }
  for (const one of shown.aborted) {
    if (one.firstOffset >= least && !aborted.includes(`${one.producerId} from ${one.firstOffset}`)) {
      complaints.push(`tells of an aborted transaction of ${one.producerId} from ${one.firstOffset}, which it has not`)
    }
  }
  return complaints
}

function judgeCommits(view: View, { ledger, time }: Asked): string[] {
  const complaints: string[] = []
  const placeOf = ({ group, topic, partition }: Committed) => `${group} ${topic.name}-${partition}`
  for (const place of new Set(ledger.commits.map(placeOf))) {
    const commits = ledger.commits.filter((one) => placeOf(one) === place)
    if (commits.some(({ topic }) => topic.deleted && topic.deleted.began <= time)) continue // its offsets went with it
    const { sure, any } = inForce(commits, time)
    const offset = view.offsets.get(place)
    if (offset === undefined ? sure : !any.some((one) => one.offset === offset)) {
      complaints.push(`${place}: the committed offset is ${offset}, not ${any.map((one) => one.offset).join(' or ')}`)
    }
  }
  return complaints
}
