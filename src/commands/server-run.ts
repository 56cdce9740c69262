/** Runs a server: takes the directory, listens, and serves until it is told to stop. */
import { Failure } from '../cli/errors'
import { askToHandOver, type Held, holdDirectory } from '../cli/hold'
import { noteServer, noteZookeeper } from '../cli/notes'
import type { Terminal } from '../cli/terminal'
import type { Engine } from '../engine/engine'
import { loadAll } from '../engine/handlers/index'
import { startMaintenance } from '../engine/maintenance'
import { startRecovery } from '../engine/recovery'
import { setStraysAside } from '../engine/strays'
import { useNativeCrc32c } from '../protocol/crc32c'
import { type Server, serve } from '../server/server'
import type { Owner } from '../storage/owner'
import { type Address, exitOnce, type System, widenThreadPool } from '../system'
import type { ServerLog } from './server-log'
import { DEFAULT_PORT, type Plan } from './server-plan'

/** For as many logs that are put on disk, or read from it, side by side. */
const THREADS = 16

/** How long a passing command may take to hand the directory over. */
const HAND_OVER_MS = 3000

/** As kt: a port that is taken is said before anything is touched. */
export async function reachable(system: System, plan: Plan): Promise<void> {
  for (const { port, host } of plan.listeners) {
    if (port === 0) continue
    const listener = await system.net
      .listen({ host: host ?? '127.0.0.1', port }, (connection) => connection.close())
      .catch((error: unknown) => {
        throw portProblem(host ?? '127.0.0.1', port, error)
      })
    await listener.close()
  }
}
function portProblem(host: string, port: number, error: unknown): Failure {
  const { code, message } = error as NodeJS.ErrnoException
  const why = code === 'EADDRINUSE' ? 'Address already in use' : message
  return new Failure(`Socket server failed to bind to ${host}:${port}: ${why}.`, {
    javaClass: 'org.apache.kafka.common.KafkaException',
    sentence: code === 'EADDRINUSE' ? `port ${port} of ${host} is in use` : `cannot listen on ${host}:${port}: ${message}`,
    hint: 'Choose another with --port, or stop what listens there (kt server-stop stops kt servers).',
  })
}

export async function runServer(
  terminal: Terminal,
  system: System,
  plan: Plan,
  log: ServerLog,
  signal: AbortSignal,
  flush: () => Promise<void>,
): Promise<void> {
  widenThreadPool(THREADS)
  let fail: (error: unknown) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  failed.catch(() => {})
  const held = await take(terminal, system, plan, log, (error) => fail(error))
  const undo: (() => void)[] = []
  let server: Server | undefined
  try {
    lookForStrays(held.engine, plan, log)
    await loadAll(held.engine)
    startRecovery(held.engine, (line) => log('INFO', line))
    server = await listen(system, plan, held.engine, log)
    const address = `${plan.advertised?.host ?? plan.listeners[0]?.host ?? '127.0.0.1'}:${plan.advertised?.port ?? server.port}`
    await held.publish(address)
    undo.push(startMaintenance(held.engine, (line) => log('INFO', line)))
    undo.push(noteServer(terminal, system, { pid: process.pid, nodeId: plan.nodeId, folder: plan.folder, address }))
    if (plan.zookeeper) undo.push(noteZookeeper(terminal, system, plan.zookeeper, address))
    log('INFO', `Serving ${plan.folder} on ${address}`)
    log('INFO', `[KafkaRaftServer nodeId=${held.engine.nodeId}] Kafka Server started`)
    system.clock.soon(useNativeCrc32c) // nobody waits for it: until then checksums are worked out in plain code
    await flush()
    await Promise.race([failed, untilAborted(signal)])
    log('INFO', `[KafkaRaftServer nodeId=${held.engine.nodeId}] shutting down`)
  } catch (error) {
    for (const one of undo) one()
    await server?.close()
    if (!held.engine.writable) exitOnce(1) // what is on disk is not known: nothing more may be written
    await held.release()
    throw error
  }
  for (const one of undo) one()
  await server.close()
  await held.release()
  log('INFO', `[KafkaRaftServer nodeId=${plan.nodeId}] shut down completed`)
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** Takes the directory, from a passing command if need be. Throws Failure when a server has it. */
async function take(
  terminal: Terminal,
  system: System,
  plan: Plan,
  log: ServerLog,
  onFatal: (error: unknown) => void,
): Promise<Held> {
  const first = plan.listeners[0]
  const host = plan.advertised?.host ?? first?.host ?? 'localhost'
  const port = plan.advertised?.port ?? first?.port ?? DEFAULT_PORT
  const controller = plan.settings.controllerListeners[0]
  if (!plan.formatNew && !system.fs.exists(`${plan.folder}/meta.properties`)) {
    throw new Failure('No readable meta.properties files found.', { javaClass: 'java.lang.RuntimeException' })
  }
  const began = system.clock.monotonic()
  for (;;) {
    const held = await holdDirectory(system, plan.folder, {
      kind: 'server',
      env: terminal.env,
      report: (line) => log('WARN', line),
      onFatal,
      settings: plan.settings,
      nodeId: plan.nodeId,
      formatNew: plan.formatNew,
      dataFolders: plan.dataFolders,
      identity: {
        broker: [{ name: first?.name ?? 'PLAINTEXT', host, port }],
        controller: {
          name: controller?.name ?? 'CONTROLLER',
          host: controller?.host ?? 'localhost',
          port: controller?.port ?? 9093,
        },
      },
    })
    if (held) return sameNode(held, plan)
    const owner = await askToHandOver(system, plan.folder)
    if (owner) throw heldBy(plan.folder, owner)
    if (system.clock.monotonic() - began > HAND_OVER_MS) throw heldBy(plan.folder, undefined)
    await new Promise<void>((resolve) => void system.clock.after(20, resolve))
  }
}
/** Apache Kafka does not start where a folder bears no name of a partition; kt does, and says so. */
function lookForStrays(engine: Engine, plan: Plan, log: ServerLog): void {
  for (const path of setStraysAside(engine)) {
    if (!plan.isKt) {
      const name = path.slice(path.lastIndexOf('/') + 1)
      const form = `'${name}' is not in the form of topic-partition or topic-partition.uniqueId-delete (if marked for deletion).`
      throw new Failure(`Found directory ${path}, ${form}`, { javaClass: 'org.apache.kafka.common.KafkaException' })
    }
    log('WARN', `${path} is no partition; kt leaves it alone, Apache Kafka would not start with it`)
  }
}

async function sameNode(held: Held, plan: Plan): Promise<Held> {
  const { nodeId } = held.engine
  if (!plan.nodeIdGiven || nodeId === plan.nodeId) return held
  await held.release()
  const advice =
    'If you moved your data, make sure your configured node id matches. If you intend to create a new node, you should remove all data in your data directories.'
  throw new Failure(
    `Stored node id ${nodeId} doesn't match previous node id ${plan.nodeId} in ${plan.folder}/meta.properties. ${advice}`,
    {
      javaClass: 'java.lang.RuntimeException',
      sentence: `${plan.folder} belongs to node ${nodeId}; the properties say node ${plan.nodeId}`,
    },
  )
}
function heldBy(folder: string, owner: Owner | undefined): Failure {
  const who = owner
    ? `the kt server with pid ${owner.pid}, which serves it on ${owner.address}`
    : 'another program, perhaps Apache Kafka'
  return new Failure(
    `Failed to acquire lock on file .lock in ${folder}. A Kafka instance in another process or thread is using this directory.`,
    {
      javaClass: 'org.apache.kafka.common.KafkaException',
      sentence: `${folder} is held by ${who}`,
      hint: owner
        ? `Speak to it with --bootstrap-server ${owner.address}, or stop it: kt server-stop`
        : 'Stop it first, or choose another directory with --data-dir.',
    },
  )
}

async function listen(system: System, plan: Plan, engine: Engine, log: ServerLog): Promise<Server> {
  const addresses = plan.listeners.flatMap(({ host, port }): Address[] => {
    if (host) return [{ host, port }]
    return [
      { host: '127.0.0.1', port },
      { host: '::1', port },
    ]
  })
  const options = {
    log: (line: string) => log('INFO', line, 'kt.server'),
    advertised: plan.advertised,
    maxFrameBytes: plan.settings.socketRequestMaxBytes,
    maxConnections: plan.settings.maxConnections,
    maxIdleMs: plan.settings.connectionsMaxIdleMs,
  }
  const has = (code: string) => (error: unknown) => (error as NodeJS.ErrnoException).code === code
  try {
    return await serve(system, addresses, engine, options)
  } catch (error) {
    if (!has('EADDRNOTAVAIL')(error) && !has('EAFNOSUPPORT')(error))
      throw portProblem(plan.listeners[0]?.host ?? '127.0.0.1', plan.listeners[0]?.port ?? 0, error)
    return serve(
      system,
      addresses.filter((address) => !('host' in address) || address.host !== '::1'),
      engine,
      options,
    ) // no IPv6 here
  }
}
