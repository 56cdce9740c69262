/** 'orders-0.4f3c...-delete': Kafka's names for folders of partitions that are on their way (UnifiedLog.logDeleteDirName, logStrayDirName, logFutureDirName). */
import type { Random } from '../system/system'

/** `name` is a partition's; what comes out is at most 255 characters long. */
export function outgoingName(name: string, random: Random, kind: 'delete' | 'stray'): string {
  const dash = name.lastIndexOf('-')
  const suffix = `${name.slice(dash)}.${random.bytes(16).toString('hex')}-${kind}`
  return `${name.slice(0, Math.min(dash, 255 - suffix.length))}${suffix}`
}
/** Whether a folder has such a name; Kafka opens them all at its start. */
export const isOutgoing = (folder: string): boolean => /^.+-\d+\.[0-9a-f]{32}-(?:delete|future|stray)$/.test(folder)
/** Whether a folder is a copy of a partition that was on its way from another directory: `orders-0.4f3c...-future`. */
export const isFutureCopy = (folder: string): boolean => /^.+-\d+\.[0-9a-f]{32}-future$/.test(folder)
