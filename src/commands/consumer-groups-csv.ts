/**
 * Plans of --reset-offsets as CSV: `topic,partition,offset`, or with the group in front when several groups are meant
 * (org.apache.kafka.tools.consumer.group.CsvUtils, which is Jackson's CSV).
 */
import { Failure, UsageError } from '../cli/errors'
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
    cells.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
  }
  return cells
}

/**
 * What a file says, by group. `onlyGroup`: the one group that is meant, which a file without groups is about. To Jackson a
 * number that is missing at the end of a line is 0; unless `asJackson`, it is an error. Throws Failure that names the line, and
 * UsageError for an offset that is none.
 */
export function plansIn(text: string, onlyGroup: string | undefined, asJackson: boolean): Map<string, Reset[]> {
  if (text === '' && asJackson) {
    throw new Failure('No content to map due to end-of-input', {
      javaClass: 'com.fasterxml.jackson.databind.exc.MismatchedInputException',
    })
  }
  const lines = text.split(/\r?\n/)
  while (lines.at(-1) === '') lines.pop()
  const plans = new Map<string, Reset[]>()
  const width = cellsOf(lines[0] ?? '').length
  const isOld = onlyGroup !== undefined && (width === 3 || (asJackson && width < 3))
  const filled = asJackson ? ['0', '0', '0'] : []
  for (const [i, line] of lines.entries()) {
    const given = cellsOf(line)
    const cells = [...given, ...filled.slice(0, Math.max(0, (isOld ? 3 : 4) - given.length))]
    const [group, topic, ...numbers] = isOld ? [onlyGroup, ...cells] : cells
    const [partition, offset] = numbers.map((number) => number?.trim())
    const isWhole = cells.length === (isOld ? 3 : 4) && [partition, offset].every((one) => /^-?\d+$/.test(one ?? ''))
    if (!isWhole || group === undefined || topic === undefined) {
      const wanted = isOld ? 'topic,partition,offset' : 'group,topic,partition,offset'
      throw new Failure(`line ${i + 1} of the plan is not ${wanted}: ${line}`)
    }
    if (Number(offset) < 0)
      throw new UsageError('Invalid negative offset', `line ${i + 1} of the plan has a negative offset: ${line}`)
    const resets = plans.get(group) ?? []
    plans.set(group, resets)
    const reset = { topic, partition: Number(partition), offset: Number(offset) }
    const before = resets.findIndex((one) => one.topic === topic && one.partition === reset.partition)
    if (before < 0) resets.push(reset)
    else resets[before] = reset // the last line about a partition counts
  }
  return plans
}
