/**
 * Who holds a data directory: a small file beside Kafka's lock, so that the next kt knows where to dial and whom to name. The lock
 * is what counts; the file is a hint that may be stale after a kill -9.
 */
import type { System } from '../system/system'

export interface Owner {
  readonly pid: number
  readonly kind: 'command' | 'server'
  /** Path of the unix socket. */
  readonly socket: string
  /** 'host:port' that a server listens on; '' for a passing command. */
  readonly address: string
}

const OWNER_FILE = 'kt.owner'
const SOCKET_FILE = 'kt.sock'
/** A unix socket's path holds 107 bytes on Linux, 103 on macOS. */
const MAX_SOCKET_PATH = 100

export function lockPath(folder: string): string {
  return `${folder}/.lock`
}

/** Where the holder of `folder` listens: inside, or under `fallback` when the path would be too long for a socket. */
export function socketPath(folder: string, fallback: string): string {
  const inside = `${folder}/${SOCKET_FILE}`
  if (Buffer.byteLength(inside) <= MAX_SOCKET_PATH) return inside
  let hash = 0n
  for (const byte of Buffer.from(folder)) hash = (hash * 1099511628211n + BigInt(byte)) & 0xffffffffffffffffn
  return `${fallback}/kt-${hash.toString(36)}.sock`
}

export function readOwner({ fs }: System, folder: string): Owner | undefined {
  try {
    const owner = JSON.parse(fs.readText(`${folder}/${OWNER_FILE}`)) as Partial<Owner>
    if (typeof owner.socket !== 'string' || typeof owner.pid !== 'number') return undefined
    const kind = owner.kind === 'server' ? 'server' : 'command'
    return { pid: owner.pid, kind, socket: owner.socket, address: owner.address ?? '' }
  } catch {
    return undefined // absent or half-written
  }
}

export function writeOwner({ fs }: System, folder: string, owner: Owner): void {
  const path = `${folder}/${OWNER_FILE}`
  const temporary = `${path}.${owner.pid}`
  fs.remove(temporary)
  const fd = fs.open(temporary, 'new', 0o600)
  fs.write(fd, Buffer.from(JSON.stringify(owner)), 0)
  fs.close(fd)
  fs.rename(temporary, path)
}
export function removeOwner({ fs }: System, folder: string, owner: Owner): void {
  fs.remove(`${folder}/${OWNER_FILE}`)
  fs.remove(owner.socket)
}
