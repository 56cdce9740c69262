/** kafka-server-stop.sh: sends SIGTERM (or $SIGNAL) to the running kt servers of this user. */
import { command } from '../cli/command'
import { Failure } from '../cli/errors'
import { runningServers } from '../cli/notes'
import { file, int, text } from '../cli/options'
import { realPath } from '../system/path'

export default command({
  name: 'server-stop',
  script: 'kafka-server-stop.sh',
  summary: 'Stop running kt servers',
  examples: [
    ['Stop every kt server that is running', 'kt server-stop'],
    ['Stop the one that serves a directory', 'kt server-stop --data-dir /tmp/kt-demo'],
  ],
  place: 'none',
  options: {
    processRole: text('broker|controller', 'Only servers with this role').summed('Only servers with this role'),
    nodeId: int('id', 'Only the server with this node id').summed('Only the server with this node id'),
    dataDir: file('directory', '').summed('Only the server of this data directory').ktOnly(),
  },
  kafka: { intro: 'Stops running servers.', noArguments: 'run' },
  run({ terminal, system, out, voice }, { nodeId, dataDir }) {
    const folder = dataDir === undefined ? undefined : realPath(terminal.cwd, dataDir)
    const servers = runningServers(terminal, system).filter(
      (server) => (nodeId === undefined || server.nodeId === nodeId) && (folder === undefined || server.folder === folder),
    )
    if (servers.length === 0 && voice === 'kafka') {
      out.line('No kafka server to stop')
      return 1
    }
    if (servers.length === 0) throw new Failure('no kt server is running')
    const signal = terminal.env['SIGNAL'] ?? 'TERM'
    for (const { pid, address } of servers) {
      process.kill(pid, signal.startsWith('SIG') ? signal : `SIG${signal}`)
      if (voice === 'kt') out.error(`Asked the server on ${address} (pid ${pid}) to stop`)
    }
    return 0
  },
})
