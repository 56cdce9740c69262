/** What the judging of workloads takes from the tests: directories, and what kt shows of them, in the form in which Kafka's reader tells it. */
import type { BatchView, View } from '../../test/crash/view'
import { FOLDER } from '../../test/crash/world'
import type { Disk } from '../../test/storage/disk'

export { workload } from '../../test/crash/workload'

/** The files of a disk in memory, by their paths in the data directory; of a folder, null. */
export function filesOf(disk: Disk): Map<string, Buffer | null> {
  const files = new Map<string, Buffer | null>()
  const walk = (path: string): void => {
    for (const name of disk.list(path)) {
      const here = `${path}/${name}`
      const isFolder = disk.stat(here)?.isDirectory === true
      files.set(here.slice(FOLDER.length + 1), isFolder ? null : disk.readFile(here))
      if (isFolder) walk(here)
    }
  }
  walk(FOLDER)
  return files
}

const hex = (bytes: Buffer | null) => (bytes ? bytes.toString('hex') : null)

/** A view as lines, one for each thing that can be right or wrong. */
export function linesOf({ topics, offsets }: View): string[] {
  const lines: string[] = []
  for (const [name, { id, configs, partitions }] of topics) {
    lines.push(`topic ${name} id ${id}`)
    for (const [key, value] of configs) lines.push(`topic ${name} config ${key}=${value}`)
    for (const [index, { start, end, stable, batches, producers }] of partitions.entries()) {
      const place = `${name}-${index}`
      lines.push(`${place} from ${start} to ${end}, stable to ${stable}`)
      const aborted = abortedOffsets(batches)
      for (const { producerId, producerEpoch, lastSequence, currentTxnStartOffset } of producers) {
        lines.push(`${place} producer ${producerId} ${producerEpoch} ${lastSequence} ${currentTxnStartOffset}`)
      }
      for (const record of batches.flatMap(({ records }) => records)) {
        const { offset, timestamp, key, value, headers } = record
        if (offset < start) continue
        const isCommitted = offset < stable && !aborted.has(offset)
        const told = headers.map((one) => `${one.key}=${hex(one.value)}`).join()
        lines.push(`${place} record ${offset} ${timestamp} ${hex(key)} ${hex(value)} [${told}]${isCommitted ? ' committed' : ''}`)
      }
    }
  }
  for (const [place, offset] of offsets) lines.push(`group ${place} at ${offset}`)
  return lines.sort()
}

/** Whether the producer of a line has batches in the log. Of a marker that compaction has emptied Kafka learns nothing, and soon forgets it. */
export function hasRecords(view: View, line: string): boolean {
  return batchesOf(view, line).some(({ commit, baseSequence }) => commit !== undefined || baseSequence >= 0)
}

/** The same, and batches of records: not markers alone. */
export function hasData(view: View, line: string): boolean {
  return batchesOf(view, line).some(({ commit, baseSequence }) => commit === undefined && baseSequence >= 0)
}
function batchesOf({ topics }: View, line: string): BatchView[] {
  const [, name = '', partition, producer] = /^(.*)-(\d+) producer (\d+) /.exec(line) ?? []
  const batches = topics.get(name)?.partitions[Number(partition)]?.batches ?? []
  return batches.filter(({ producerId }) => producerId === Number(producer))
}

/**
 * Partitions with an open transaction that began below their start: how far they are stable Kafka sees in one of three ways (up to their
 * start, up to where the transaction began, or it is forgotten).
 */
export function unsettled({ topics }: View): string[] {
  return [...topics].flatMap(([name, { partitions }]) =>
    partitions.flatMap(({ start, producers }, index) =>
      producers.some((one) => one.currentTxnStartOffset >= 0 && one.currentTxnStartOffset < start) ? [`${name}-${index}`] : [],
    ),
  )
}

function abortedOffsets(batches: readonly BatchView[]): Set<number> {
  const open = new Map<number, number[]>()
  const aborted = new Set<number>()
  for (const { producerId, transactional, commit, records } of batches) {
    if (!transactional) continue
    const gathered = open.get(producerId) ?? []
    open.set(producerId, gathered)
    gathered.push(...records.map(({ offset }) => offset))
    if (commit === undefined) continue
    if (!commit) for (const offset of gathered) aborted.add(offset)
    open.delete(producerId)
  }
  return aborted
}
