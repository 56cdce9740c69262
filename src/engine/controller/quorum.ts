/** The quorum of the metadata log, of which this node is the one voter, as far as clients ask for it. */
import type { Engine } from '../engine'
import { METADATA_FOLDER } from '../metadata/format'

const known = new WeakMap<Engine, number>()

/**
 * kraft.version: 1 where voters may change (KIP-853), 0 where they stand in controller.quorum.voters. quorum-state tells, and
 * before there was a first leader the snapshot that formatting leaves.
 */
export function quorumVersion(engine: Engine): number {
  let version = known.get(engine)
  if (version === undefined) {
    version = readVersion(engine)
    known.set(engine, version)
  }
  return version
}

function readVersion({ directory }: Engine): number {
  const { fs } = directory.system
  const state = directory.file(`${METADATA_FOLDER}/quorum-state`)
  if (!fs.exists(state)) return fs.exists(directory.file(`${METADATA_FOLDER}/00000000000000000000-0000000000.checkpoint`)) ? 1 : 0
  try {
    const { data_version } = JSON.parse(fs.readFile(state).toString('utf8')) as { data_version?: unknown }
    return data_version === 1 ? 1 : 0
  } catch {
    return 0
  }
}
