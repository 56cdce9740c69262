/** kafka-storage.sh on directories that are partly formatted, damaged, or somebody else's: what Kafka's own says of them. */
import { expect, test } from 'vitest'
import { runCommand } from '../../src/cli/run'
import storage from '../../src/commands/storage'
import { terminalFor } from '../cli/harness'
import { readArchive } from '../golden/archive'
import { Disk, worldOn } from '../storage/disk'

interface Scenario {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  readonly calls: readonly {
    readonly args: readonly string[]
    readonly stdout: string
    readonly stderr: string
    readonly code: number
  }[]
}
const scenarios = readArchive('./storage/directories.json.gz') as Scenario[]
const doors = {
  openPlace: () => Promise.reject(new Error('no place is needed')),
  legacyServer: async () => undefined,
}

function diskWith(files: Scenario['files']): Disk {
  const disk = new Disk()
  for (const [path, text] of Object.entries(files)) {
    disk.makeFolder(path.slice(0, path.lastIndexOf('/')))
    const fd = disk.open(path, 'create')
    disk.write(fd, Buffer.from(text, 'latin1'), 0)
    disk.close(fd)
  }
  return disk
}
const masked = (text: string) =>
  text
    .replace(/directory\.id=(?!AAAA|MvDx|JEXY)[\w-]{22}/g, 'directory.id=?')
    .replace(/salt=\[[^\]]*\], storedKey=\[[^\]]*\], serverKey=\[[^\]]*\]/g, '?')
    .replace(/^(java|org|net)(\.\w+)+: /gm, '')
    .trim()
/** Of a usage, what follows it: it folds its lines where it likes. */
const errors = (text: string) =>
  text.startsWith('usage') ? text.split('error:').at(-1)?.replace(/\s+/g, ' ').trim() : masked(text)

test.each([...new Set(scenarios.map(({ name }) => name))])('%s', async (wanted) => {
  for (const { files, calls } of scenarios.filter(({ name }) => name === wanted)) {
    const disk = diskWith(files)
    for (const { args, stdout, stderr, code } of calls) {
      const { printed, terminal } = terminalFor({}, args)
      const found = await runCommand(storage, 'kafka', { ...terminal, cwd: '/' }, worldOn(disk), doors, args)
      expect({ args, code: found, out: masked(printed.out), err: errors(printed.err) }).toEqual({
        args,
        code,
        out: masked(stdout),
        err: errors(stderr),
      })
    }
  }
})
