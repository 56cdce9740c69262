/**
 * A file system in an image, on a loop device with direct I/O. Nothing of it can stay behind, however the command ends: it runs in a
 * namespace of mounts and processes of its own, which the system takes down with its first process, and the device is given back with
 * the last mount.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'

const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
const NAMESPACE = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc']

/** Why no image can be mounted here, or undefined. */
export function whyNot() {
  if (process.platform !== 'linux') return 'only Linux has loop devices'
  if (process.getuid?.() !== 0) return 'only root can mount an image'
  try {
    run('unshare', ...NAMESPACE, 'losetup', '--find')
    run('mkfs.ext4', '-V')
  } catch (error) {
    return `an image cannot be mounted here: ${
      String(error.stderr || error.message)
        .trim()
        .split('\n')[0]
    }`
  }
  return undefined
}

/** Runs this script once more, in a namespace of its own with `folder`, which goes with it; gives its exit code. */
export async function runInside(folder) {
  const env = { ...process.env, KT_POWER_FOLDER: folder, TMPDIR: folder }
  const words = [...NAMESPACE, process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const child = spawn('unshare', words, { env, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGKILL')) // unshare heeds no other
  const [code] = await new Promise((done) => child.once('exit', (...how) => done(how)))
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }) // what was inside ends a moment later
  return code ?? 1
}
/** The folder that this process, which runs inside, may use. */
export const inside = process.env.KT_POWER_FOLDER

export function makeImage(file) {
  run('truncate', '-s', '256M', file)
  run('mkfs.ext4', '-q', '-F', file)
}
/** commit=1000 keeps ext4 from syncing by itself. */
export function mount(file, at) {
  mkdirSync(at, { recursive: true })
  const device = run('losetup', '--find', '--show', '--direct-io=on', file)
  try {
    run('mount', '-o', 'commit=1000', device, at)
  } finally {
    run('losetup', '--detach', device) // as soon as nobody has it any more
  }
}
export const unmount = (at) => run('umount', at)
