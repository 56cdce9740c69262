/** The quorum of the metadata log, of which this node is the one voter, as far as clients ask for it. */
import type { Engine } from '../engine'

/** kraft.version: 1 where voters may change (KIP-853), 0 where they stand in controller.quorum.voters. */
export const quorumVersion = (engine: Engine): number => engine.metadataLog.kraftVersion
