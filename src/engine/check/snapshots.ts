/**
 * Metadata snapshots (KIP-630): whole, with header and footer, and no newer than the log. The newest that is sound is where a start
 * begins to read. bootstrap.checkpoint has the same form.
 */
import { baseOffset, batchSize, checkCrc, HEADER_SIZE, isControl, lastOffset, partitionLeaderEpoch } from '../../protocol/batch'
import { readRecords } from '../../protocol/batch-reader'
import { Malformed } from '../../protocol/reader'
import { decodeControlKey } from '../../protocol/records/control'
import { type At, readWhole } from '../../storage/check/files'
import { METADATA_FOLDER } from '../metadata/format'
import type { MetadataReplay } from './metadata-replay'

export interface SoundSnapshot {
  readonly file: string
  /** It stands for everything in the log before. */
  readonly endOffset: number
  readonly bytes: Buffer
}

const OLDER = 'A start takes an older one and the log, as far as that goes back. Keep a copy of the directory, then remove it.'

/** Checks all snapshots; gives the newest that is sound. */
export function checkSnapshots(at: At, names: readonly string[]): SoundSnapshot | undefined {
  let newest: SoundSnapshot | undefined
  for (const name of names) {
    if (!/^\d{20}-\d{10}\.checkpoint$/.test(name)) continue
    const file = `${METADATA_FOLDER}/${name}`
    const bytes = readWhole(at, file)
    if (bytes && isSound(at, file, bytes, OLDER, Number(name.slice(21, 31))))
      newest = { file, endOffset: Number(name.slice(0, 20)), bytes }
  }
  return newest
}

/** bootstrap.checkpoint: the feature levels that a new cluster begins with. */
export function checkBootstrap(at: At, hasLog: boolean): void {
  const file = 'bootstrap.checkpoint'
  if (!at.fs.exists(`${at.root}/${file}`)) {
    if (!hasLog)
      at.findings.error(file, 'it is missing, and nothing has been started here yet', "Format again: 'kt storage format'.")
    return
  }
  const bytes = readWhole(at, file)
  if (bytes) isSound(at, file, bytes, 'It is read at the first start only; later ones do without.')
}

function isSound(at: At, file: string, bytes: Buffer, next: string, epoch = 0): boolean {
  const flaw = flawIn(bytes, epoch)
  if (!flaw) return true
  at.findings.error(file, flaw.what, next, { position: flaw.position })
  return false
}

/** Offsets in a snapshot count from 0, and all its batches are of the epoch in its name. */
function flawIn(bytes: Buffer, epoch: number): { position: number; what: string } | undefined {
  let position = 0
  let offset = 0
  let last: string | undefined
  while (position < bytes.length) {
    if (position + HEADER_SIZE > bytes.length) return { position, what: 'it ends within a batch' }
    if (!checkCrc(bytes, position)) return { position, what: 'a batch is not whole or has a wrong checksum' }
    if (partitionLeaderEpoch(bytes, position) !== epoch) return { position, what: `a batch is not of epoch ${epoch}` }
    try {
      if (baseOffset(bytes, position) !== offset) return { position, what: `a batch does not begin with offset ${offset}` }
      offset = lastOffset(bytes, position) + 1
      const kinds = kindsIn(bytes, position)
      if (position === 0 && kinds[0] !== 'SNAPSHOT_HEADER') return { position, what: 'it does not begin with a header' }
      last = kinds.at(-1)
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      return { position, what: `a batch has a right checksum and cannot be read: ${error.message}` }
    }
    position += batchSize(bytes, position)
  }
  return last === 'SNAPSHOT_FOOTER' ? undefined : { position, what: 'it ends without a footer: it was not written to its end' }
}

/** The kinds of control records in a batch; of another batch, nothing. */
function kindsIn(bytes: Buffer, at: number): string[] {
  const isOfControl = isControl(bytes, at)
  const kinds: string[] = []
  for (const { key } of readRecords(bytes, at)) {
    if (!isOfControl || !key) continue
    const kind = decodeControlKey(key)
    kinds.push(typeof kind === 'string' ? kind : 'unknown')
  }
  return kinds
}

/** Takes the records of a sound snapshot in. */
export function replaySnapshot({ file, bytes }: SoundSnapshot, replay: MetadataReplay): void {
  for (let at = 0; at < bytes.length; at += batchSize(bytes, at)) {
    if (isControl(bytes, at)) continue
    for (const { value, offset } of readRecords(bytes, at)) {
      replay.take(value, { file, position: at, offset: offset - baseOffset(bytes, at) })
    }
  }
}
