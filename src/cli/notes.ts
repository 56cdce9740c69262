/**
 * Small files by which a user's running servers are found: `server-PID` for kt server-stop, `standin-PID` for
 * zookeeper-server-stop.sh, `zookeeper-HOST_PORT` for the old `--zookeeper`. Hints, never trusted alone: a server that was killed leaves
 * them behind.
 */
import { lockPath, readOwner } from '../storage/owner'
import type { System } from '../system'
import { realPath } from '../system/path'
import type { Terminal } from './terminal'

type Around = Pick<Terminal, 'env' | 'cwd'>

export interface RunningServer {
  readonly pid: number
  readonly nodeId: number
  readonly folder: string
  readonly address: string
}

function notesFolder({ env, cwd }: Around): string {
  const user = process.getuid?.() ?? 0
  return realPath(cwd, `${env['XDG_RUNTIME_DIR'] || env['TMPDIR'] || '/tmp'}/kt-${user}`)
}
function write({ fs }: System, folder: string, name: string, content: string): string {
  fs.makeFolder(folder, 0o700)
  const path = `${folder}/${name}`
  fs.remove(path)
  const fd = fs.open(path, 'new', 0o600)
  fs.write(fd, Buffer.from(content), 0)
  fs.close(fd)
  return path
}
/** Takes the notes back that still say what was written. */
function taker({ fs }: System, paths: readonly string[], content: string): () => void {
  return () => {
    for (const path of paths) if (fs.exists(path) && fs.readText(path) === content) fs.remove(path)
  }
}

/** Notes a running server; gives what takes the note back. */
export function noteServer(around: Around, system: System, server: RunningServer): () => void {
  const content = JSON.stringify(server)
  return taker(system, [write(system, notesFolder(around), `server-${server.pid}`, content)], content)
}

/** The servers of this user that are running. Notes of servers that are gone are removed. */
export function runningServers(around: Around, system: System): RunningServer[] {
  const { fs } = system
  const folder = notesFolder(around)
  const names = fs.exists(folder) ? fs.list(folder).filter((name) => name.startsWith('server-')) : []
  return names.flatMap((name) => {
    const path = `${folder}/${name}`
    try {
      const server = JSON.parse(fs.readText(path)) as RunningServer
      if (isHeld(system, server)) return [server]
    } catch {
      // half-written, or gone this moment
    }
    fs.remove(path)
    return []
  })
}
/** The pid may be somebody else's by now: what counts is that the directory is locked and its holder says it is this one. */
function isHeld(system: System, { folder, pid }: RunningServer): boolean {
  if (readOwner(system, folder)?.pid !== pid) return false
  const lock = system.fs.lock(lockPath(folder))
  lock?.release()
  return lock === undefined
}

/** Notes that this process stands in for ZooKeeper, with a lock on the note that ends with it; gives what takes the note back. */
export function noteStandIn(around: Around, system: System, pid: number): () => void {
  const path = write(system, notesFolder(around), `standin-${pid}`, String(pid))
  const lock = system.fs.lock(path)
  return () => {
    system.fs.remove(path)
    lock?.release()
  }
}
/** Pids of this user's processes that stand in for ZooKeeper. Notes of those that are gone are removed. */
export function runningStandIns(around: Around, { fs }: System): number[] {
  const folder = notesFolder(around)
  const names = fs.exists(folder) ? fs.list(folder).filter((name) => name.startsWith('standin-')) : []
  return names.flatMap((name) => {
    const path = `${folder}/${name}`
    const lock = fs.lock(path)
    if (!lock) return [Number(name.replace('standin-', ''))]
    fs.remove(path)
    lock.release()
    return []
  })
}

/** The notes of 'localhost:2181,other:2181/chroot'. */
function zookeeperNames(connect: string): string[] {
  const hosts = connect.replace(/\/.*$/, '').split(',')
  const plain = hosts.map((host) => host.trim().replace(/^(localhost|\[::1\]|::1)(?=:)/, '127.0.0.1'))
  return plain.map((host) => `zookeeper-${host.replace(/[^\w.-]/g, '_')}`)
}
/** Notes that the server at `address` goes by `connect`; gives what takes the note back. */
export function noteZookeeper(around: Around, system: System, connect: string, address: string): () => void {
  const paths = zookeeperNames(connect).map((name) => write(system, notesFolder(around), name, address))
  return taker(system, paths, address)
}
/** Address of the server that goes by `connect`. */
export function zookeeperServer(around: Around, { fs }: System, connect: string): string | undefined {
  const paths = zookeeperNames(connect).map((name) => `${notesFolder(around)}/${name}`)
  const found = paths.find((path) => fs.exists(path))
  return found && fs.readText(found).trim()
}
