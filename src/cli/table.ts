/** Tables drawn for people, by cli-table3. Loaded when the first one is drawn. */
import { stripVTControlCharacters } from 'node:util'
import CliTable from 'cli-table3'
import type { Table } from './out'
import type { Style } from './style'

// No bars and no frame: rows are easier to copy and to grep.
const FRAME = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

/** The table as lines, without a newline at the end. */
export function drawTable({ head, rows, right = [] }: Table, style: Style): string {
  const table = new CliTable({
    head: head.map((name) => style.bold(name)),
    chars: FRAME,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: head.map((_, i) => (right.includes(i) ? 'right' : 'left')),
  })
  for (const row of rows) table.push([...row])
  const [first = '', ...lines] = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
  const width = Math.max(...[first, ...lines].map((line) => stripVTControlCharacters(line).length))
  return [first, style.dim('─'.repeat(width)), ...lines].join('\n')
}
