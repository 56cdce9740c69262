/** zookeeper-server-stop.sh: kt needs no ZooKeeper; what stands in for it, zookeeper-server-start.sh, is told to go. */
import { command } from '../cli/command'
import { runningStandIns } from '../cli/notes'

export default command({
  name: 'zookeeper-server-stop',
  script: 'zookeeper-server-stop.sh',
  summary: 'Nothing: kt needs no ZooKeeper',
  examples: [['As old tutorials end', 'zookeeper-server-stop.sh']],
  place: 'none',
  options: {},
  kafka: { intro: 'There is nothing to stop: kt needs no ZooKeeper.', noArguments: 'run' },
  run({ out, terminal, system }) {
    const pids = runningStandIns(terminal, system)
    for (const pid of pids) process.kill(pid, 'SIGTERM')
    const done =
      pids.length === 0 ? 'there is nothing to stop' : `zookeeper-server-start.sh (pid ${pids.join(', ')}) was asked to end`
    out.error(`kt needs no ZooKeeper, ${done}. To stop the broker: kafka-server-stop.sh`)
    return 0
  },
})
