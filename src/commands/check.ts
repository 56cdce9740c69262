/**
 * kt check: whether a data directory is sound, told file by file, by reading only. Kafka has no such tool; SQLite's integrity_check and
 * bbolt's check are what it is like.
 */
import { type Context, command } from '../cli/command'
import { exit, Failure, UsageError } from '../cli/errors'
import { file, flag } from '../cli/options'
import { choosePlace } from '../cli/where'
import { type CheckResult, checkDirectory } from '../engine/check/directory'
import type { Finding } from '../storage/check/finding'
import { lockPath, readOwner } from '../storage/owner'
import type { System } from '../system'
import { sizeText } from './size-text'

export default command({
  name: 'check',
  summary: 'Check a data directory: every batch, every index, and whether they agree',
  description:
    'Reads every file of a data directory of Kafka or kt and says what is wrong with which, and what to do about it. It changes nothing, ' +
    'and nobody may write meanwhile. Errors are what has cost records, stops a broker or would mislead a reader; notes are what the ' +
    'next opening sees to by itself, such as the torn end of a log after a power cut. The exit code is 1 if there is an error.',
  examples: [
    ["Check the user's data directory", 'kt check'],
    ['Check another one, compressed records too', 'kt check --deep /var/lib/kafka'],
    ['As JSON, a line for each finding and one for the sum', 'kt check --json /var/lib/kafka'],
  ],
  place: 'none',
  positionals: '[DIRECTORY]',
  options: {
    dataDir: file('directory', '').summed('The data directory, in place of the word').ktOnly(),
    deep: flag('').summed('Unpack compressed batches too, and look at their records'),
  },
  kafka: { intro: 'Checks a data directory.' },
  async run(context, { deep, dataDir }) {
    const { terminal, system, positionals } = context
    const [word, ...others] = positionals
    if (others.length > 0 || (word !== undefined && dataDir !== undefined)) {
      throw new UsageError('', 'one directory can be checked at a time')
    }
    const named = word ?? dataDir
    const where = choosePlace(terminal, system, named === undefined ? {} : { dataDir: named })
    if (where.kind === 'server') throw new UsageError('', 'say which directory: kt check DIRECTORY')
    const { directory } = where
    if (!system.fs.stat(directory)?.isDirectory) throw new Failure(`there is no directory ${directory}`)
    refuseHeld(system, directory)
    const before = traces(system, directory)
    const result = await checked(context, directory, deep)
    if (!result) return exit.done // interrupted; the exit code says so
    refuseHeld(system, directory)
    if (traces(system, directory) !== before) {
      throw new Failure(`${directory} was written to while it was checked`, {
        hint: 'What was found may be of that. Check again.',
      })
    }
    show(context, directory, result)
    return result.findings.some(({ level }) => level === 'error') ? exit.failed : exit.done
  },
})

/** A file that changes under the eyes looks damaged. */
function refuseHeld(system: System, directory: string): void {
  if (!system.fs.exists(lockPath(directory))) return
  let lock: { release(): void } | undefined
  try {
    lock = system.fs.lock(lockPath(directory))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException // System's files throw Node's errors
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return // who may not write cannot ask
    throw error
  }
  if (lock) {
    lock.release()
    return
  }
  const owner = readOwner(system, directory)
  const who = owner
    ? `kt, process ${owner.pid}${owner.address === '' ? '' : ` (${owner.address})`}`
    : 'another program, perhaps Apache Kafka'
  throw new Failure(`${directory} is in use by ${who}`, { hint: 'Stop it first, or check a copy of the directory.' })
}

/** What shows that somebody wrote to the directory: names, sizes, times. */
function traces({ fs }: System, directory: string): string {
  const lines: string[] = []
  const look = (folder: string) => {
    for (const name of fs.list(folder)) {
      const stat = fs.stat(`${folder}/${name}`)
      if (/^(kt\.|\.lock$)/.test(name)) continue // whoever only asks leaves these
      lines.push(`${folder}/${name} ${stat?.size} ${stat?.modifiedMs}`)
      if (stat?.isDirectory && folder === directory) look(`${folder}/${name}`)
    }
  }
  look(directory)
  return lines.join('\n')
}

/** Runs the check in steps, so that a spinner turns and a signal is heard; undefined: it was interrupted. */
async function checked({ system, out, signal }: Context, directory: string, deep: boolean): Promise<CheckResult | undefined> {
  const spinner = out.spinner('Checking')
  let bytes = 0
  try {
    const checking = checkDirectory(system.fs, directory, { deep })
    for (;;) {
      const step = checking.next()
      if (step.done) return step.value
      bytes += step.value
      spinner.say(`Checking ${directory}: ${sizeText(bytes)}`)
      await new Promise<void>((resolve) => system.clock.soon(resolve))
      if (signal.aborted) return undefined
    }
  } finally {
    spinner.stop()
  }
}

function show({ out }: Context, directory: string, { findings, counts, clean }: CheckResult): void {
  const errors = findings.filter(({ level }) => level === 'error').length
  const notes = findings.length - errors
  if (out.form === 'json') {
    for (const finding of findings) out.json(finding)
    out.json({ summary: { directory, errors, notes, clean, ...counts } })
    return
  }
  for (const finding of findings) {
    out.line(lineOf(finding))
    out.line(`    ${finding.next}`)
  }
  const read = `${plural(counts.partitions, 'partition')}, ${plural(counts.segments, 'segment')}, ${plural(counts.batches, 'batch', 'batches')}, ${plural(counts.records, 'record')}, ${sizeText(counts.bytes)}`
  out.line(
    `${directory}: ${read}: ${errors === 0 && notes === 0 ? 'sound' : `${plural(errors, 'error')}, ${plural(notes, 'note')}`}`,
  )
}

function lineOf({ level, file, position, offset, what }: Finding): string {
  const where = [
    ...(position === undefined ? [] : [`byte ${position}`]),
    ...(offset === undefined ? [] : [`offset ${offset}`]),
  ].join(', ')
  return `${level}${file === '' ? '' : ` ${file}`}${where === '' ? '' : ` (${where})`}: ${what}`
}

const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`
