/**
 * Plans of --reset-offsets as CSV: `topic,partition,offset`, or with the group in front when several groups are meant
 * (org.apache.kafka.tools.consumer.group.CsvUtils, which is Jackson's CSV).
 */
import { Failure } from '../cli/errors'
import type { Reset } from './consumer-groups-specs'

/** Jackson does not look into longer texts, and quotes them. */
const LONGEST_PLAIN = 24

function cell(text: string): string {
  return text.length > LONGEST_PLAIN || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Lines for the resets of groups, each with its newline. */
export function csvOf(plans: ReadonlyMap<string, readonly Reset[]>, withGroup: boolean): string {
  const lines = [...plans].flatMap(([group, resets]) =>
    resets.map(({ topic, partition, offset }) => {
      const cells = [cell(topic), String(partition), String(offset)]
      return `${(withGroup ? [cell(group), ...cells] : cells).join(',')}\n`
    }),
  )
  return lines.join('')
}

function cellsOf(line: string): string[] {
  const cells: string[] = []
  for (const [, quoted, plain] of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    cells.push(quoted === undefined ? (plain ?? '').trim() : quoted.replaceAll('""', '"'))
  }
  return cells
}

/**
 * What a file says, by group. `onlyGroup`: the one group that is meant, which a file without groups is about. Throws Failure
 * that names the line.
 */
export function plansIn(text: string, onlyGroup: string | undefined): Map<string, Reset[]> {
  const lines = text.split(/\r?\n/)
  while (lines.at(-1) === '') lines.pop()
  const plans = new Map<string, Reset[]>()
  const isOld = onlyGroup !== undefined && cellsOf(lines[0] ?? '').length === 3
  for (const [i, line] of lines.entries()) {
    const cells = cellsOf(line)
    const [group, topic, partition, offset] = isOld ? [onlyGroup, ...cells] : cells
    const isWhole = cells.length === (isOld ? 3 : 4) && [partition, offset].every((one) => /^-?\d+$/.test(one ?? ''))
    if (!isWhole || group === undefined || topic === undefined) {
      const wanted = isOld ? 'topic,partition,offset' : 'group,topic,partition,offset'
      throw new Failure(`line ${i + 1} of the plan is not ${wanted}: ${line}`)
    }
    const resets = plans.get(group) ?? []
    plans.set(group, resets)
    const reset = { topic, partition: Number(partition), offset: Number(offset) }
    const before = resets.findIndex((one) => one.topic === topic && one.partition === reset.partition)
    if (before < 0) resets.push(reset)
    else resets[before] = reset // the last line about a partition counts
  }
  return plans
}
