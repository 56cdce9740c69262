/** Makes the group coordinator of an engine: over `__consumer_offsets`, with the topics of the metadata. */

import { groupSettings as configuredGroup } from './configs/group-configs'
import { ensureInternalTopic } from './controller/internal-topics'
import { InternalTopicLog } from './coordinator-log'
import type { Engine } from './engine'
import { GroupCoordinator } from './groups/coordinator'
import { GROUP_TOPIC } from './groups/placement'
import { groupSettings } from './groups/settings'
import type { Topics } from './groups/topics'
import { RESOURCE } from './metadata/image'

export function attachGroups(engine: Engine): void {
  if (engine.groupsLoaded) return
  const ofGroup = (groupId: string) => {
    const overrides = engine.metadata.configOf(RESOURCE.GROUP, groupId)
    if (overrides.size === 0) return undefined
    const { consumerSessionTimeoutMs, consumerHeartbeatIntervalMs } = configuredGroup(overrides, engine.settings)
    return { consumerSessionTimeoutMs, consumerHeartbeatIntervalMs }
  }
  const settings = groupSettings((name) => engine.settings.texts.get(name), ofGroup)
  const log = new InternalTopicLog(engine, GROUP_TOPIC, () => void ensureInternalTopic(engine, GROUP_TOPIC))
  engine.useGroups(new GroupCoordinator({ system: engine.system, settings, log, topics: topicsOf(engine) }))
}

function topicsOf({ metadata }: Engine): Topics {
  return {
    idOf: (name) => metadata.topic(name)?.id,
    nameOf: (id) => metadata.nameOf(id),
    exists: (name) => metadata.topic(name) !== undefined,
    partitionCount: (name) => metadata.topic(name)?.partitions.length ?? 0,
    all: () => [...metadata.topics()].map(({ name }) => name),
    get version() {
      return metadata.topicChanges
    },
  }
}
