/** leader-epoch-checkpoint against the log: each batch bears the epoch in whose range its offset lies (KIP-101). */
import { readEntries } from '../checkpoints'
import { type At, readWhole } from './files'

const FILE = 'leader-epoch-checkpoint'

export interface EpochCheck {
  batch(file: string, epoch: number, where: { position: number; offset: number }): void
  /** The log ends at `end`. */
  finish(end: number): void
}

/** `isRepaired`: the next opening adds epochs that only the log knows, and takes out those behind its end. */
export function epochCheck(at: At, folder: string, isRepaired: boolean): EpochCheck {
  const file = `${folder}/${FILE}`
  const starts = at.fs.exists(`${at.root}/${file}`) ? readStarts(at, file) : undefined
  let index = 0
  let isTold = false
  return {
    batch(log, epoch, where) {
      if (!starts || isTold) return
      while ((starts[index + 1]?.start ?? Number.POSITIVE_INFINITY) <= where.offset) index++
      const own = starts[index]
      if (own && where.offset < own.start) return // its epoch went with the records that were deleted
      if (own?.epoch === epoch) return
      isTold = true // the rest would say the same
      const what = `the batch is of leader epoch ${epoch}; ${file} has ${own ? own.epoch : 'none'} for its offset`
      const isNews = own === undefined || epoch > own.epoch
      if (isRepaired && isNews) at.findings.note(log, what, 'The next opening adds it.', where)
      else
        at.findings.error(
          log,
          what,
          `One of the two is damaged. If it is ${file}, remove that: epochs are noted again from the next one on.`,
          where,
        )
    },
    finish(end) {
      const last = starts?.at(-1)
      if (!last || last.start <= end) return
      const what = `epoch ${last.epoch} begins at offset ${last.start}, behind the end of the log, ${end}`
      if (isRepaired) at.findings.note(file, what, 'The next opening takes it out.')
      else at.findings.error(file, what, 'Records that were in the log are missing.')
    },
  }
}

interface Start {
  readonly epoch: number
  readonly start: number
}

function readStarts(at: At, file: string): Start[] | undefined {
  const bytes = readWhole(at, file)
  if (!bytes) return undefined
  const wrong = (what: string) => at.findings.error(file, what, 'Remove it: epochs are noted again from the next one on.')
  const entries = readEntries(at.fs, `${at.root}/${file}`, 2)
  if (!entries) {
    wrong('it is not of the form: version 0, a count, and lines of epoch and offset')
    return undefined
  }
  const starts = entries.map(([epoch, start]) => ({ epoch: Number(epoch), start: Number(start) }))
  for (const [i, { epoch, start }] of starts.entries()) {
    const before = starts[i - 1]
    const isNumber = Number.isSafeInteger(epoch) && Number.isSafeInteger(start) && epoch >= 0 && start >= 0
    if (isNumber && (!before || (epoch > before.epoch && start >= before.start))) continue
    wrong(`line ${i + 3} is out of order: ${entries[i]?.join(' ')}`)
    return undefined
  }
  return starts
}
