/**
 * zookeeper-server-start.sh, the first line of every tutorial before Kafka 4: kt needs no ZooKeeper and says so. Like ZooKeeper it
 * stays until it is told to go (zookeeper-server-stop.sh), with clientPort taken, for the scripts that wait for both; who connects is hung up on.
 */
import { command } from '../cli/command'
import { Failure, UsageError } from '../cli/errors'
import { noteStandIn } from '../cli/notes'
import { flag } from '../cli/options'
import { parseProperties } from '../cli/properties'
import type { Listener, Timer } from '../system'
import { realPath } from '../system/path'

const CLIENT_PORT = 2181

export default command({
  name: 'zookeeper-server-start',
  script: 'zookeeper-server-start.sh',
  summary: 'Nothing: kt needs no ZooKeeper',
  examples: [['As old tutorials begin', 'zookeeper-server-start.sh config/zookeeper.properties']],
  place: 'none',
  positionals: 'zookeeper.properties',
  options: { daemon: flag('').summed('Say so, and do not stay').hidden() },
  kafka: { intro: 'USAGE: zookeeper-server-start.sh [-daemon] zookeeper.properties', noArguments: 'run' },
  async run({ terminal, system, positionals, out, voice, signal }, { daemon }) {
    const [path] = positionals
    if (path === undefined && voice === 'kt') throw new UsageError('', 'a properties file is missing')
    if (path === undefined) {
      out.line(`USAGE: ${terminal.program} [-daemon] zookeeper.properties`)
      return 1
    }
    const file = realPath(terminal.cwd, path)
    if (!system.fs.exists(file)) {
      throw new Failure(`${path} file is missing`, { sentence: `there is no properties file ${path}`, exitCode: 2 })
    }
    out.error('kt needs no ZooKeeper, there is nothing to start. Next: kafka-server-start.sh config/server.properties')
    await out.flush()
    if (daemon) return 0
    const port = Number(parseProperties(system.fs.readFile(file).toString('latin1')).get('clientPort') ?? CLIENT_PORT)
    const listener = await system.net
      .listen({ host: '127.0.0.1', port }, (connection) => connection.close())
      .catch((): Listener => ({ port, close: async () => {} })) // somebody has the port: that is all it is for
    const takeBack = noteStandIn(terminal, system, process.pid)
    let timer: Timer | undefined // keeps the process alive where there is no listener to do so
    const wait = () => {
      timer = system.clock.after(3_600_000, wait)
    }
    wait()
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
    timer?.cancel()
    takeBack()
    await listener.close()
    return voice === 'kt' ? 0 : signal.reason === 'SIGINT' ? 130 : 143
  },
})
