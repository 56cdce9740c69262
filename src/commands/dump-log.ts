/** kafka-dump-log.sh (kafka.tools.DumpLogSegments): what is in the files of a data directory, which it only reads. */
import { checkRequired } from '../cli/checks'
import { type Context, command } from '../cli/command'
import { Failure } from '../cli/errors'
import { flag, int, text } from '../cli/options'
import { realPath } from '../system/path'
import { batchesOf, type Walked } from './dump-log-batches'
import {
  type Decoder,
  metadataDecoder,
  offsetsDecoder,
  plainDecoder,
  shareStateDecoder,
  transactionDecoder,
} from './dump-log-decoders'
import { dumpIndex, dumpTimeIndex, type File, GAPS, Mismatches, missing } from './dump-log-indexes'
import { type Wanted, writeBatch, writeRecord } from './dump-log-lines'
import { type Long, plus } from './dump-log-long'
import { dumpAborted, dumpSnapshot } from './dump-log-producers'
import { remoteDecoder } from './dump-log-remote'

const STRINGS = 'org.apache.kafka.tools.api.StringDecoder'
const MOST = 2147483647
const LARGEST_MESSAGE = 5242880

export default command({
  name: 'dump-log',
  script: 'kafka-dump-log.sh',
  summary: 'Show what is in the files of a data directory',
  examples: [
    ['Show the records of a segment', 'kt dump-log --print-data-log --files orders-0/00000000000000000000.log'],
    [
      'Show the metadata of a cluster',
      'kt dump-log --cluster-metadata-decoder --files __cluster_metadata-0/00000000000000000000.log',
    ],
    ['Check an index against its log', 'kt dump-log --verify-index-only --files orders-0/00000000000000000000.index'],
  ],
  place: 'none',
  options: {
    files: text('file1, file2, ...', 'REQUIRED: The comma separated list of data and index log files to be dumped.'),
    printDataLog: flag(
      'If set, printing the messages content when dumping data logs. Automatically set if any decoder option is specified.',
    ),
    verifyIndexOnly: flag('If set, just verify the index log without printing its content.'),
    indexSanityCheck: flag(
      'If set, just checks the index sanity without printing its content. This is the same check that is executed on broker startup to determine if an index needs rebuilding or not.',
    ),
    maxMessageSize: int('size', 'Size of largest message.').default(LARGEST_MESSAGE),
    maxBytes: int('size', 'Limit the amount of total batches read in bytes avoiding reading the whole .log file(s).').default(
      MOST,
    ),
    deepIteration: flag('If set, uses deep instead of shallow iteration. Automatically set if print-data-log is enabled.'),
    keyDecoderClass: text(
      '',
      'If set, used to deserialize the keys. This class should implement org.apache.kafka.tools.api.Decoder trait. Custom jar should be available in kafka/libs directory.',
    )
      .orBare(STRINGS)
      .default(STRINGS),
    valueDecoderClass: text(
      '',
      'If set, used to deserialize the messages. This class should implement org.apache.kafka.tools.api.Decoder trait. Custom jar should be available in kafka/libs directory.',
    )
      .orBare(STRINGS)
      .default(STRINGS),
    offsetsDecoder: flag('If set, log data will be parsed as offset data from the __consumer_offsets topic.'),
    transactionLogDecoder: flag('If set, log data will be parsed as transaction metadata from the __transaction_state topic.'),
    clusterMetadataDecoder: flag('If set, log data will be parsed as cluster metadata records.'),
    remoteLogMetadataDecoder: flag(
      'If set, log data will be parsed as TopicBasedRemoteLogMetadataManager (RLMM) metadata records. Instead, the value-decoder-class option can be used if a custom RLMM implementation is configured.',
    ),
    shareGroupStateDecoder: flag('If set, log data will be parsed as share group state data from the __share_group_state topic.'),
    skipRecordMetadata: flag('Skip metadata when printing records. This flag also skips control records.'),
  },
  kafka: {
    intro:
      'This tool helps to parse a log file and dump its contents to the console, useful for debugging a seemingly corrupt log segment.',
    badOption: 'words',
    failed(error, out) {
      out.error(String(error))
      return 1
    },
  },
  check: (options) => checkRequired(options, 'files'),
  async run(context, options) {
    const { out, terminal, system, signal } = context
    const maxBytes = options.maxBytes ?? MOST
    const checks = { verifyOnly: options.verifyIndexOnly, sanityOnly: options.indexSanityCheck }
    const mismatches = new Mismatches()
    for (const name of (options.files ?? '').split(',')) {
      if (signal.aborted) break
      if (out.form !== 'json') out.line(`Dumping ${name}`)
      const file = { fs: system.fs, name, path: realPath(terminal.cwd, name) }
      switch (/\.[^./]*$/.exec(name)?.[0]) {
        case '.log':
        case '.checkpoint':
          await dumpLog(context, file, maxBytes, wantedOf(options), mismatches)
          break
        case '.index':
          dumpIndex(out, file, checks, options.maxMessageSize ?? LARGEST_MESSAGE, mismatches)
          break
        case '.timeindex':
          dumpTimeIndex(out, file, checks, mismatches)
          break
        case '.snapshot':
          dumpSnapshot(out, file)
          break
        case '.txnindex':
          dumpAborted(out, file)
          break
        case undefined:
          throw nameless(name)
        default:
          out.error(`Ignoring unknown file ${name}`)
      }
    }
    mismatches.print(out)
  },
})

/** Kafka looks for the dot first of all, and is not prepared to find none. */
function nameless(name: string): Failure {
  const own = name.slice(name.lastIndexOf('/') + 1)
  return misnamed(name, `begin -1, end ${own.length}, length ${own.length}`, 'java.lang.StringIndexOutOfBoundsException')
}

interface RecordOptions {
  readonly deepIteration: boolean
  readonly skipRecordMetadata: boolean
  readonly printDataLog: boolean
  readonly offsetsDecoder: boolean
  readonly transactionLogDecoder: boolean
  readonly clusterMetadataDecoder: boolean
  readonly remoteLogMetadataDecoder: boolean
  readonly shareGroupStateDecoder: boolean
  readonly keyDecoderClass?: string | undefined
  readonly valueDecoderClass?: string | undefined
}
function wantedOf(options: RecordOptions): Wanted {
  const decoder = decoderOf(options)
  const isJson =
    options.offsetsDecoder || options.transactionLogDecoder || options.clusterMetadataDecoder || options.shareGroupStateDecoder
  return { deep: decoder !== undefined || options.deepIteration, decoder, skipsMetadata: options.skipRecordMetadata, isJson }
}
/** What is made of keys and values; undefined: nothing was asked for. Any decoder asks for it. */
function decoderOf(options: RecordOptions): Decoder | undefined {
  if (options.offsetsDecoder) return offsetsDecoder
  if (options.transactionLogDecoder) return transactionDecoder
  if (options.clusterMetadataDecoder) return metadataDecoder
  if (options.remoteLogMetadataDecoder) return remoteDecoder
  if (options.shareGroupStateDecoder) return shareStateDecoder
  const { keyDecoderClass = STRINGS, valueDecoderClass = STRINGS, printDataLog } = options
  const isChosen = keyDecoderClass !== STRINGS || valueDecoderClass !== STRINGS
  return printDataLog || isChosen ? plainDecoder(keyDecoderClass, valueDecoderClass) : undefined
}

async function dumpLog(
  { out, signal }: Context,
  file: File,
  maxBytes: number,
  wanted: Wanted,
  mismatches: Mismatches,
): Promise<void> {
  const { fs, name, path } = file
  const title = titleOf(name)
  if (out.form !== 'json') out.line(title)
  if (!fs.exists(path)) throw missing(name)
  let last: Long | undefined
  const walked: Walked = { position: 0 }
  for (const batch of batchesOf(fs, path, name, 0, maxBytes, walked)) {
    if (signal.aborted || !out.isOpen) return
    writeBatch(out, name, batch, wanted)
    if (!wanted.deep) continue
    for (const record of out.form === 'json' ? [] : batch.records()) {
      if (last !== undefined && record.offset !== plus(last, 1))
        mismatches.add(GAPS, path, `  ${last} is followed by ${record.offset}`)
      last = record.offset
      writeRecord(out, batch, record, wanted)
    }
    const wait = out.ready()
    if (wait) await wait
  }
  const size = fs.stat(path)?.size ?? 0
  if (size <= walked.position || maxBytes !== MOST) return
  const words = `Found ${size - walked.position} invalid bytes at the end of ${name.slice(name.lastIndexOf('/') + 1)}`
  if (out.form === 'json') out.json({ file: name, invalidBytes: size - walked.position })
  else out.line(words)
}

/** What a file's name says of its content. */
function titleOf(name: string): string {
  const own = name.slice(name.lastIndexOf('/') + 1)
  if (own === 'bootstrap.checkpoint') return 'KRaft bootstrap snapshot'
  if (!own.endsWith('.checkpoint')) return `Log starting offset: ${numberIn(name, own.split('.')[0] ?? '')}`
  const [endOffset, epoch] = [part(name, own, 0, OFFSET_WIDTH), part(name, own, OFFSET_WIDTH + 1, OFFSET_WIDTH + 1 + EPOCH_WIDTH)]
  return `Snapshot end offset: ${numberIn(name, endOffset)}, epoch: ${numberIn(name, epoch)}`
}
/** Of a snapshot's name: <end offset>-<epoch>.checkpoint (org.apache.kafka.snapshot.Snapshots). */
const OFFSET_WIDTH = 20
const EPOCH_WIDTH = 10

function part(name: string, own: string, begin: number, end: number): string {
  if (own.length >= end) return own.slice(begin, end)
  throw misnamed(name, `begin ${begin}, end ${end}, length ${own.length}`, 'java.lang.StringIndexOutOfBoundsException')
}
function numberIn(name: string, word: string): number {
  if (/^[-+]?\d+$/.test(word)) return Number(word)
  throw misnamed(name, `For input string: "${word}"`, 'java.lang.NumberFormatException')
}
const misnamed = (name: string, words: string, javaClass: string) =>
  new Failure(words, { javaClass, sentence: `${name} is not named as Kafka names its files` })
