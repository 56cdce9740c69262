/**
 * Defects of the kind that break promises: a sync left out, a rename before its sync, a checkpoint ahead of the data. Each is a disk
 * that does one thing wrong for the files of one kind. A model of crashes is worth what it finds of these.
 */
import type { FileSystem, OpenMode } from '../../src/system/system'
import { chance } from '../fuzz/random'
import type { Disk } from '../storage/disk'
import type { Wrap } from './states'

type Change = (disk: Disk, pathOf: (fd: number) => string) => Partial<FileSystem>

/** `disk` with some calls answered otherwise. */
function changed(change: Change): Wrap {
  return (disk) => {
    const paths = new Map<number, string>()
    const instead: Partial<FileSystem> = change(disk, (fd) => paths.get(fd) ?? '')
    return new Proxy<FileSystem>(disk, {
      get(target, key: keyof FileSystem) {
        if (instead[key]) return instead[key]
        if (key !== 'open') return typeof target[key] === 'function' ? target[key].bind(target) : target[key]
        return (path: string, mode: OpenMode) => {
          const fd = disk.open(path, mode)
          paths.set(fd, path)
          return fd
        }
      },
    })
  }
}

/** Files like `which` never reach the disk when they are told to. */
const unsynced = (which: RegExp): Wrap =>
  changed((disk, pathOf) => ({
    dataSync: async (fd) => (which.test(pathOf(fd)) ? undefined : disk.dataSync(fd)),
    dataSyncNow: (fd) => (which.test(pathOf(fd)) ? undefined : disk.dataSyncNow(fd)),
    syncNow: (fd) => (which.test(pathOf(fd)) ? undefined : disk.syncNow(fd)),
  }))
const unsyncedFolder = (which: RegExp): Wrap =>
  changed((disk) => ({
    syncFolder: (path) => (which.test(path) ? undefined : disk.syncFolder(path)),
    syncFolderLater: async (path) => (which.test(path) ? undefined : disk.syncFolderLater(path)),
  }))

/** Checkpoints of how much is on disk that say more than there is. */
const ahead: Wrap = changed((disk, pathOf) => ({
  write(fd, bytes, position) {
    const text = Buffer.from(bytes).toString()
    const isPoint = pathOf(fd).endsWith('/recovery-point-offset-checkpoint.tmp')
    const more = text.replace(/ (\d+)$/gm, (_, offset) => ` ${Number(offset) + 3}`)
    disk.write(fd, isPoint ? Buffer.from(more) : bytes, position)
  },
}))

export const MUTANTS: readonly (readonly [defect: string, wrap: Wrap])[] = [
  ['records are acknowledged without a sync', unsynced(/\/[abc]-\d\/\d+\.log$/)],
  ['changes of the metadata are acknowledged without a sync', unsynced(/__cluster_metadata-0\/\d+\.log$/)],
  ['commits are acknowledged without a sync', unsynced(/__consumer_offsets-\d\/\d+\.log$/)],
  [
    'records are acknowledged before the sync is done',
    changed((disk, pathOf) => ({
      async dataSync(fd) {
        if (!/\/[abc]-\d\//.test(pathOf(fd))) return disk.dataSync(fd)
        setImmediate(() => void disk.dataSync(fd).catch(() => {})) // it may be closed by then
      },
    })),
  ],
  ['the names in the folder of a partition are not synced', unsyncedFolder(/-\d+$/)],
  ['the names of folders of partitions are not synced', unsyncedFolder(/^\/data$/)],
  ['small files are renamed into place without a sync', unsynced(/\.tmp$/)],
  ['aborted transactions are not synced', unsynced(/\.txnindex$/)],
  ['whose folder it is is not synced', unsynced(/partition\.metadata$/)],
  [
    'whose the folders are that nothing was written to is not synced at a clean end',
    changed((disk, pathOf) => ({
      dataSyncNow(fd) {
        const [folder, file] = pathOf(fd).split(/\/(?=[^/]*$)/)
        const isMeant = file === 'partition.metadata' && disk.list(folder ?? '').every((name) => name === file)
        if (!isMeant) disk.dataSyncNow(fd)
      },
    })),
  ],
  [
    'a file that does not say whose a folder is stays when it is replaced',
    changed((disk) => ({
      rename: (from, to) => (to.endsWith('/partition.metadata') && disk.exists(to) ? disk.remove(from) : disk.rename(from, to)),
    })),
  ],
  [
    'what recovery repaired and what a clean stop vouches for is not synced',
    changed((disk, pathOf) => ({
      dataSyncNow: (fd) => (/\.log$/.test(pathOf(fd)) ? undefined : disk.dataSyncNow(fd)),
    })),
  ],
  [
    'the marker of a clean stop stays when writing begins',
    changed((disk) => ({
      remove: (path) => (path.endsWith('/.kafka_cleanshutdown') ? undefined : disk.remove(path)),
    })),
  ],
  ['a checkpoint is ahead of the data', ahead],
  [
    'the starts of logs are not written down',
    changed((disk) => ({
      rename: (from, to) => (to.endsWith('/log-start-offset-checkpoint') ? disk.remove(from) : disk.rename(from, to)),
    })),
  ],
  [
    'deleted topics are gone before their deletion is a fact',
    changed((disk) => ({
      rename: (from, to) => (to.endsWith('-delete') ? disk.removeFolder(from) : disk.rename(from, to)),
    })),
  ],
  [
    'bytes rot',
    (() => {
      const dice = chance(1)
      return changed((disk, pathOf) => ({
        write(fd, bytes, position) {
          const copy = Buffer.from(bytes)
          if (/\/[abc]-\d\/\d+\.log$/.test(pathOf(fd)) && dice.once(20)) copy[copy.length - 1] = (copy[copy.length - 1] ?? 0) ^ 1
          disk.write(fd, copy, position)
        },
      }))
    })(),
  ],
]
