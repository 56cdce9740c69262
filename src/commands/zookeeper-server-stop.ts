/** zookeeper-server-stop.sh: there is nothing to stop, for kt needs no ZooKeeper. */
import { command } from '../cli/command'

export default command({
  name: 'zookeeper-server-stop',
  script: 'zookeeper-server-stop.sh',
  summary: 'Nothing: kt needs no ZooKeeper',
  examples: [['As old tutorials end', 'zookeeper-server-stop.sh']],
  place: 'none',
  options: {},
  kafka: { intro: 'There is nothing to stop: kt needs no ZooKeeper.', noArguments: 'run' },
  run({ out }) {
    out.error('kt needs no ZooKeeper, there is nothing to stop. To stop the broker: kafka-server-stop.sh')
    return 0
  },
})
