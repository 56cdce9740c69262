/**
 * What the live suites share. They run against a broker that is there: `KT_KAFKA=127.0.0.1:9092 npx vitest run test/client/live`.
 * Everything they make has a name of this run.
 */
import { describe } from 'vitest'
import { Cluster } from '../../../src/client/cluster'
import { adminConfig, type ClientConfig, type Properties } from '../../../src/client/config'
import { netDial } from '../../../src/client/dial'
import { realSystem } from '../../../src/system/index'

export const address = process.env['KT_KAFKA']
export const live = describe.skipIf(!address)
export const system = realSystem

const run = Date.now().toString(36)
let serial = 0
/** A name that nobody has used. */
export const fresh = (what: string): string => `kt-${run}-${process.pid}-${what}-${++serial}`

export const properties = (own: Properties = {}): Properties => ({
  'bootstrap.servers': address ?? '',
  'client.id': 'live',
  ...own,
})

export function clusterFor(config: ClientConfig): Cluster {
  const { clock, random, net } = system
  return new Cluster({ dial: netDial({ net, clock, config }), clock, random, config })
}
export const adminCluster = (own: Properties = {}): Cluster => clusterFor(adminConfig(properties(own)))
