/**
 * quorum-state: which epoch the quorum of the metadata log is in, and who votes (KIP-595, KIP-853; FileQuorumStateStore).
 *
 *     {"leaderId":1,"leaderEpoch":1,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1}       kraft.version 1
 *     {"clusterId":"","leaderId":1,"leaderEpoch":1,"votedId":-1,"appliedOffset":0,"currentVoters":[{"voterId":1}],"data_version":0}
 */
import type { Directory } from '../../storage/directory'

/** What quorum-state says of the one voter that leads (QuorumStateData 0 of a static quorum, 1 of a dynamic one). */
export function quorumState(nodeId: number, leaderEpoch: number, dynamic: boolean): string {
  const state = { leaderId: nodeId, leaderEpoch, votedId: -1 }
  if (dynamic) return JSON.stringify({ ...state, votedDirectoryId: 'AAAAAAAAAAAAAAAAAAAAAA', data_version: 1 })
  return JSON.stringify({ clusterId: '', ...state, appliedOffset: 0, currentVoters: [{ voterId: nodeId }], data_version: 0 })
}

export interface QuorumState {
  readonly leaderEpoch: number
  /** Voters of a static quorum. */
  readonly voterIds: readonly number[] | undefined
}
/** Reads quorum-state; undefined when it is not there or damaged: the log has the epochs, too. */
export function readQuorumState(directory: Directory, file: string): QuorumState | undefined {
  const { fs } = directory.system
  const path = directory.file(file)
  if (!fs.exists(path)) return undefined
  try {
    const { leaderEpoch, currentVoters } = JSON.parse(fs.readText(path)) as Record<string, unknown>
    const ids = Array.isArray(currentVoters) ? currentVoters.map((one: { voterId?: unknown }) => Number(one.voterId)) : []
    return {
      leaderEpoch: typeof leaderEpoch === 'number' ? leaderEpoch : 0,
      voterIds: ids.length > 0 && ids.every(Number.isInteger) ? ids : undefined,
    }
  } catch {
    return undefined
  }
}
