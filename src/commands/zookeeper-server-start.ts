/**
 * zookeeper-server-start.sh, the first line of every tutorial before Kafka 4: kt needs no ZooKeeper, says so, and is done. The
 * properties file is looked for all the same, so that a wrong path is found at this step and not at the next.
 */
import { command } from '../cli/command'
import { Failure, UsageError } from '../cli/errors'
import { flag } from '../cli/options'
import { realPath } from '../storage/path'

export default command({
  name: 'zookeeper-server-start',
  script: 'zookeeper-server-start.sh',
  summary: 'Nothing: kt needs no ZooKeeper',
  examples: [['As old tutorials begin', 'zookeeper-server-start.sh config/zookeeper.properties']],
  place: 'none',
  positionals: 'zookeeper.properties',
  options: { daemon: flag('').summed('Ignored').hidden() },
  kafka: { intro: 'USAGE: zookeeper-server-start.sh [-daemon] zookeeper.properties', noArguments: 'run' },
  run({ terminal, system, positionals, out, voice }) {
    const [path] = positionals
    if (path === undefined && voice === 'kt') throw new UsageError('', 'a properties file is missing')
    if (path === undefined) {
      out.line(`USAGE: ${terminal.program} [-daemon] zookeeper.properties`)
      return 1
    }
    if (!system.fs.exists(realPath(terminal.cwd, path))) {
      throw new Failure(`${path} file is missing`, { sentence: `there is no properties file ${path}`, exitCode: 2 })
    }
    out.error('kt needs no ZooKeeper, there is nothing to start. Next: kafka-server-start.sh config/server.properties')
    return 0
  },
})
