/**
 * What a decision of the controller looks at: the image, this broker's settings and name, and chance. Decisions change nothing:
 * they give the records that are to be appended and what is to be answered for each item.
 */
import type { Random } from '../../system/system'
import type { BrokerSettings } from '../configs/broker-settings'
import type { Engine } from '../engine'
import { bootstrapFeatures } from '../metadata/begin'
import type { MetadataImage } from '../metadata/image'
import { type RecordVersions, versionsOf } from '../metadata/record-versions'

export interface ControllerView {
  readonly image: MetadataImage
  readonly settings: BrokerSettings
  readonly nodeId: number
  /** Chooses where this node keeps the replica of a new partition (KIP-858); each call chooses anew. */
  readonly directory: () => string
  /** In which versions records are written. */
  readonly versions: () => RecordVersions
  readonly random: Random
}

export function viewOf(engine: Engine): ControllerView {
  return {
    image: engine.metadata,
    settings: engine.settings,
    nodeId: engine.nodeId,
    directory: engine.directory.placement(),
    versions: () => {
      const { features } = engine.metadata
      return versionsOf(features.size > 0 ? features : bootstrapFeatures(engine.directory))
    },
    random: engine.system.random,
  }
}

/** A refusal of one item: Kafka's error and its words; null means the sentence of the error. */
export interface Refusal {
  readonly errorCode: number
  readonly errorMessage: string | null
}
