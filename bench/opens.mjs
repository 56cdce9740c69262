/** What Apache Kafka shows of a data directory, by kafka-opens, in the words in which kt's view is told (workload/kt.ts). */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const JUDGE = fileURLToPath(new URL('../../shared/conformance/kafka-opens', import.meta.url))
/** What a broker says of a directory that was not closed cleanly, its own included: it makes the last index again, and its checkpoint was ahead; folders are set aside whose topics were gone before them. */
export const UNCLEAN =
  /Could not find offset index file corresponding to log file|Non-monotonic update of high watermark|marked stray and renamed|orphaned index file/
/**
 * Said now and then, of the same directory at one opening and not at the next: a broker that starts may read that it leads the
 * partitions of a coordinator before its own registration takes that from it for a moment, and gives up loading them; it loads them
 * again at once. kt's directories name the leader also after a clean end, where Kafka's name none: one of no leader has no last known
 * leader either, which is the only one that Kafka elects after an unclean end. Whether groups were loaded is seen in the view.
 */
export const RACE =
  /Failed to load metadata from __\S+ with epoch \d+ due to Stopped loading records from __\S+ because the partition is not online/

/** Said of folders that were set aside, at every start, as long as they stand there. */
const ASIDE = /Loaded stray log|-stray\/\d{20}/

/** Half a minute after its start a broker would look at retention, however long it is to wait after that. */
const STILL = 'log.initial.task.delay.ms=2000000000'

/** What the judge says of a directory: {complaints, view, ...}. `extra`: properties for its broker; `words`: options of its own. */
export function judged(judge, path, extra = [], words = []) {
  const tools = process.env.JAVA_TOOL_OPTIONS ?? '-XX:TieredStopAtLevel=1' // short lives
  // the judge puts lines of its own behind them
  const env = { ...process.env, JAVA_TOOL_OPTIONS: tools, KAFKA_EXTRA: [STILL, ...extra, ''].join('\n') }
  delete env.NODE_EXTRA_CA_CERTS
  return new Promise((done) => {
    execFile(judge, ['--no-tool', ...words, path], { env, maxBuffer: 1 << 29 }, (error, stdout, stderr) => {
      try {
        const said = JSON.parse(stdout)
        done({ ...said, complaints: said.complaints.filter((line) => !RACE.test(line) && !ASIDE.test(line)) })
      } catch {
        done({ complaints: [`the judge failed: ${error?.message} ${stderr}`.slice(0, 2000)] })
      }
    })
  })
}

const hexOf = (bytes) =>
  bytes && typeof bytes === 'object' ? bytes.repeat.repeat(bytes.length).slice(0, bytes.length * 2) : bytes

/** The judge's view in the words of linesOf. */
export function told({ topics, groups }) {
  const lines = []
  for (const [name, { topicId, internal, configs, partitions }] of Object.entries(topics)) {
    if (internal) continue
    lines.push(`topic ${name} id ${topicId}`)
    for (const [key, value] of Object.entries(configs)) lines.push(`topic ${name} config ${key}=${value}`)
    for (const [index, one] of Object.entries(partitions)) {
      const place = `${name}-${index}`
      const committed = new Set(one.readCommitted)
      lines.push(`${place} from ${one.logStartOffset} to ${one.highWatermark}, stable to ${one.lastStableOffset}`)
      for (const { producerId, producerEpoch, lastSequence, currentTransactionStartOffset } of one.activeProducers) {
        lines.push(`${place} producer ${producerId} ${producerEpoch} ${lastSequence} ${currentTransactionStartOffset}`)
      }
      for (const { offset, timestamp, key, value, headers } of one.records) {
        const all = headers.map(([header, bytes]) => `${header}=${bytes}`).join()
        lines.push(
          `${place} record ${offset} ${timestamp} ${hexOf(key)} ${hexOf(value)} [${all}]${committed.has(offset) ? ' committed' : ''}`,
        )
      }
    }
  }
  for (const [group, { offsets, type }] of Object.entries(groups)) {
    if (type === 'Share') continue
    for (const [place, { offset }] of Object.entries(offsets ?? {})) lines.push(`group ${group} ${place} at ${offset}`)
  }
  return lines.sort()
}
