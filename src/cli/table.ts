/** Tables drawn for people, by cli-table3. Loaded when the first one is drawn. */
import CliTable from 'cli-table3'
import type { Table } from './out'
import type { Style } from './style'

// Lines above and below the head only: rows are easier to copy without bars.
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

/** The table as lines, without a newline at the end; cells that would overflow `columns` characters are wrapped by the terminal. */
export function drawTable({ head, rows, right = [] }: Table, _columns: number, style: Style): string {
  const table = new CliTable({
    head: head.map((name) => style.bold(name)),
    chars: FRAME,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: head.map((_, i) => (right.includes(i) ? 'right' : 'left')),
  })
  for (const row of rows) table.push([...row])
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
