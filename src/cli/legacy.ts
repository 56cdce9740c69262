/**
 * Old spellings that name a place: `--zookeeper ADDR` and `--broker-list ADDR` of tutorials from before Kafka 3. kt needs no
 * ZooKeeper; ADDR leads to the running kt server whose properties name it as zookeeper.connect, or to whatever Kafka listens
 * on it. A server notes its zookeeper.connect in a small file, so that it is found by that name.
 */
import { openLink } from '../client/link'
import type { System } from '../system'
import type { LegacyKind } from './command'
import { zookeeperServer } from './notes'
import type { Terminal } from './terminal'
import { choosePlace, type Where } from './where'

const isNamed = ({ env, argv }: Terminal) => Boolean(env['KT_DATA_DIR']) || argv.some((word) => /^--?data-dir(=|$)/.test(word))

/** The place that an old option leads to; undefined: nowhere, and Kafka's answer is due. */
export async function legacyServer(
  terminal: Terminal,
  system: System,
  kind: LegacyKind,
  address: string,
): Promise<Where | undefined> {
  if (kind === 'zookeeper') {
    const noted = zookeeperServer(terminal, system, address)
    if (noted && (await speaksKafka(system, noted))) return { kind: 'server', servers: noted }
  }
  const [first = ''] = address.split(',')
  if (await speaksKafka(system, first.replace(/\/.*$/, '')))
    return { kind: 'server', servers: kind === 'zookeeper' ? first.replace(/\/.*$/, '') : address }
  if (kind === 'zookeeper' && isNamed(terminal)) return choosePlace(terminal, system, {})
  return undefined
}

async function speaksKafka(system: System, address: string): Promise<boolean> {
  const match = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(address)
  if (!match) return false
  const host = match[1] ?? match[2] ?? 'localhost'
  try {
    const connection = await system.net.connect({ host, port: Number(match[3]) }, 500)
    const link = await openLink(connection, system.clock, { clientId: 'kt', requestTimeoutMs: 500 })
    link.close()
    return true
  } catch {
    return false
  }
}
