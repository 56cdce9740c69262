/** The check of --bootstrap-server that only some of Kafka's tools make (org.apache.kafka.tools.ToolsUtils.validateBootstrapServer). */
import { UsageError } from '../cli/errors'

/** Throws UsageError for an address without a port. */
export function checkServers(servers: string): void {
  if (servers.trim() === '') {
    throw new UsageError('Error while validating the bootstrap address\n', '--bootstrap-server needs host:port')
  }
  const wrong = servers.split(',').find((server) => !/^(?:[a-zA-Z0-9_]+:\/\/)?\[?[0-9a-zA-Z\-%._:]*\]?:\d+$/.test(server))
  if (wrong === undefined) return
  throw new UsageError(
    'Please provide valid host:port like host1:9091,host2:9092\n',
    `--bootstrap-server takes host:port, or several parted by commas, not '${wrong}'`,
  )
}
