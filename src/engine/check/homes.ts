/** What the metadata says of partitions and their folders: which belong here, whose they are, which may have gaps. */
import type { Checkpoints } from '../../storage/check/checkpoints'
import type { At } from '../../storage/check/files'
import type { MetaProperties } from '../../storage/meta-properties'
import { type MetadataImage, RESOURCE } from '../metadata/image'
import { INTERNAL_TOPICS } from '../topic'

export interface Homes {
  /** Partitions that should be here. */
  readonly expected: ReadonlySet<string>
  partitionCount(topic: string): number
  isCompacted(name: string): boolean
  /** Whether a folder is the partition's that it is named after. */
  checkOwner(name: string, topicId: string | undefined): void
  tellMissing(folders: ReadonlySet<string>): void
}

const POLICY = 'cleanup.policy'
/** Directory ids that stand for none in particular (DirectoryId). */
const RESERVED = new Set(['AAAAAAAAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAAAAAAAQ', 'AAAAAAAAAAAAAAAAAAAAAg'])

/** `image`: undefined where the metadata is in another directory, and nothing is known. */
export function homesIn(
  { findings }: At,
  image: MetadataImage | undefined,
  meta: MetaProperties | undefined,
  { recoveryPoints, cleaner }: Checkpoints,
): Homes {
  const expected = new Set<string>()
  for (const { name, partitions } of image?.topics() ?? []) {
    for (const partition of partitions) {
      const replica = partition?.replicas.indexOf(meta?.nodeId ?? -1) ?? -1
      if (!partition || replica < 0) continue
      const directory = partition.directories?.[replica]
      const isElsewhere = directory !== undefined && !RESERVED.has(directory) && directory !== meta?.directoryId
      if (!isElsewhere) expected.add(`${name}-${partition.index}`)
    }
  }
  const policyOf = (topic: string) =>
    image?.configOf(RESOURCE.TOPIC, topic).get(POLICY) ??
    image?.configOf(RESOURCE.BROKER, String(meta?.nodeId)).get(`log.${POLICY}`) ??
    image?.configOf(RESOURCE.BROKER, '').get(`log.${POLICY}`) ??
    ''
  return {
    expected,
    partitionCount: (topic) => image?.topic(topic)?.partitions.length ?? 0,
    isCompacted(name) {
      const topic = name.slice(0, name.lastIndexOf('-'))
      const isUnknown = image?.topic(topic) === undefined // it may have been
      return isUnknown || INTERNAL_TOPICS.has(topic) || cleaner.has(name) || policyOf(topic).includes('compact')
    },
    checkOwner(name, topicId) {
      if (!image) return
      const topic = image.topic(name.slice(0, name.lastIndexOf('-')))
      if (!topic?.partitions[Number(name.slice(topic.name.length + 1))]) {
        findings.note(
          name,
          'the metadata has no such partition',
          'It was deleted, or the metadata is of another time. Nobody reads it.',
        )
      } else if (topicId !== undefined && topicId !== topic.id) {
        const what = `its topic id is ${topicId}, and that of topic ${topic.name} is ${topic.id}`
        findings.error(
          `${name}/partition.metadata`,
          what,
          'The next opening sets the folder aside as a stray, and begins a new log.',
        )
      }
    },
    tellMissing(folders) {
      for (const name of expected) {
        if (folders.has(name)) continue
        const had = recoveryPoints.get(name) ?? 0
        if (had > 0)
          findings.error(name, `the folder is missing; the log had ${had} offsets`, 'Look for it in a copy of the directory.')
        else findings.note(name, 'the partition has no folder', 'It is made with the first record.')
      }
    },
  }
}
