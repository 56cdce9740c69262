/** Snapshots and the power: whenever it goes while one is written, or while what it makes superfluous is removed, nothing acknowledged is lost. */
import { expect, test } from 'vitest'
import { brokerSettings, defaultBrokerSettings } from '../../../src/engine/configs/broker-settings'
import type { Engine } from '../../../src/engine/engine'
import { change, records } from '../../../src/engine/metadata/changes'
import { cleanMetadata, removeMetadataLeftovers } from '../../../src/engine/metadata/snapshot-cleaning'
import { listSnapshots } from '../../../src/engine/metadata/snapshot-file'
import { takeSnapshot } from '../../../src/engine/metadata/snapshots'
import { openEngine } from '../../../src/engine/open'
import { Disk, PowerCut, worldOn } from '../../storage/disk'

const FOLDER = '/data'
const SETTINGS = {
  'metadata.max.retention.bytes': '1',
  'metadata.log.segment.ms': '1000',
}
const findings: string[] = []

function open(system: ReturnType<typeof worldOn>): Engine {
  const { layers } = defaultBrokerSettings(1, FOLDER)
  return openEngine(system, FOLDER, {
    settings: brokerSettings({ ...layers, file: new Map([...layers.file, ...Object.entries(SETTINGS)]) }),
    identity: { broker: [{ name: 'PLAINTEXT', host: 'h', port: 1 }], controller: { name: 'CONTROLLER', host: 'h', port: 2 } },
    report: (line) => findings.push(line),
    onFatal: () => {},
    formatNew: true,
    nodeId: 1,
  })
}
const set = (value: number) =>
  change(records.ConfigRecord, { resourceType: 2, resourceName: 't', name: 'retention.ms', value: String(value) })
const valueIn = (engine: Engine) => Number(engine.metadata.configOf(2, 't').get('retention.ms') ?? 0)

/** Changes, snapshots and removals; tells after each change that it is on disk. */
async function work(system: ReturnType<typeof worldOn>, acknowledged: (value: number) => void): Promise<void> {
  const engine = open(system)
  removeMetadataLeftovers(engine)
  for (let value = valueIn(engine) + 1, last = value + 2; value <= last; value++) {
    await engine.commit([set(value)])
    acknowledged(value)
    system.clock.ms += 2000
    const before = findings.length
    const taken = await takeSnapshot(engine, () => undefined)
    if (!taken && findings.length > before) throw new PowerCut() // it is reported, and the next thing that is done meets the cut as well
    cleanMetadata(engine)
  }
  engine.close()
}

test.each([
  ['a kill', (disk: Disk) => disk.kill()],
  ['a power cut that keeps the least', (disk: Disk) => disk.cutPower((n) => n - 1)],
  ['a power cut that keeps most', (disk: Disk) => disk.cutPower(() => 0)],
  [
    'a power cut that keeps every other thing',
    (disk: Disk, cut: number) => {
      let turn = cut
      disk.cutPower((n) => turn++ % n)
    },
  ],
])(
  'after %s at any change of the disk all that was acknowledged is there',
  async (_what, cut) => {
    let whole = false
    let most = 0
    for (let changes = 0; !whole; changes++) {
      const disk = new Disk()
      const system = worldOn(disk)
      let known = 0
      disk.left = changes
      await work(system, (value) => {
        known = value
      }).then(
        () => {
          whole = true
        },
        (error: unknown) => {
          if (!(error instanceof PowerCut)) throw error
        },
      )
      findings.length = 0
      cut(disk, changes)
      const engine = open(system)
      expect(valueIn(engine)).toBeGreaterThanOrEqual(known)
      expect(valueIn(engine)).toBeLessThanOrEqual(known + 1)
      most = Math.max(most, listSnapshots(disk, `${FOLDER}/__cluster_metadata-0`).length)
      engine.directory.abandon()
      // and it can go on
      await work(system, (value) => {
        known = value
      })
      expect(valueIn(open(system))).toBe(known)
      findings.length = 0
    }
    expect(most).toBeGreaterThan(0)
  },
  60_000,
)
