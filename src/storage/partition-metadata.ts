/**
 * partition.metadata: which topic's a partition's folder is (PartitionMetadataFile, KIP-516). Written without a sync of its own, for the
 * metadata log has the durable fact and a file that a power cut left empty or in part is written again; synced before anything in
 * the log is said to be on disk, because a folder that was on its way out is only put back if it says whose it is.
 *
 *     version: 0
 *     topic_id: 7Xm4kz2bQ0yVJpE8mFj3Rw
 */
import type { FileSystem } from '../system/system'
import { passes } from './trouble'

const WHOLE = /^version: 0\ntopic_id: ([\w-]{22})\s*$/
export const topicIdPath = (folder: string): string => `${folder}/partition.metadata`

/** Undefined when it does not say. */
export function readTopicId(fs: FileSystem, folder: string): string | undefined {
  const path = topicIdPath(folder)
  return fs.exists(path) ? WHOLE.exec(fs.readFile(path).toString('latin1'))?.[1] : undefined
}
/** In one piece, under its name only when it is whole: a broker that is killed leaves no half of one, with which Kafka does not start. */
export function writeTopicId(fs: FileSystem, folder: string, topicId: string): void {
  const path = topicIdPath(folder)
  const draft = `${path}.tmp` // Kafka's name for it
  const fd = fs.open(draft, 'create')
  try {
    fs.write(fd, Buffer.from(`version: 0\ntopic_id: ${topicId}`), 0)
    fs.rename(draft, path)
  } catch (error) {
    fs.remove(draft)
    throw error
  } finally {
    fs.close(fd)
  }
}
/** After an unclean end. Kafka takes a folder that does not say whose it is for a stray; where there is no room it waits for the first record. */
export function ensureTopicId(fs: FileSystem, folder: string, topicId: string): void {
  if (!fs.exists(folder) || readTopicId(fs, folder) !== undefined) return
  try {
    writeTopicId(fs, folder, topicId)
  } catch (error) {
    if (!passes(error)) throw error
  }
}
