/**
 * DescribeCluster 0-2 (KIP-700). v1: who asks a broker for controllers is told that it asked the wrong listener (KIP-919). v2: fenced
 * brokers are told when asked for (KIP-1073).
 */
import { DescribeCluster } from '../../protocol/apis/describe-cluster'
import { errors } from '../../protocol/errors'
import { knownBrokers } from '../controller/brokers'
import { CLUSTER_OPERATIONS, NO_OPERATIONS } from '../controller/operations'
import { handle } from '../handler'

const BROKERS = 1
const CONTROLLERS = 2

export const describeCluster = handle(DescribeCluster, (request, { engine, peer }) => {
  const { endpointType, includeFencedBrokers, includeClusterAuthorizedOperations } = request
  const nobody = { clusterId: '', brokers: [] }
  if (endpointType === CONTROLLERS) {
    const errorMessage = 'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER'
    return { ...nobody, errorCode: errors.MISMATCHED_ENDPOINT_TYPE, errorMessage }
  }
  if (endpointType !== BROKERS) {
    return { ...nobody, errorCode: errors.UNSUPPORTED_ENDPOINT_TYPE, errorMessage: `Unsupported endpoint type ${endpointType}` }
  }
  const brokers = knownBrokers(engine, peer).filter(({ fenced }) => includeFencedBrokers || !fenced)
  return {
    errorCode: errors.NONE,
    errorMessage: null,
    endpointType,
    clusterId: engine.clusterId,
    controllerId: engine.nodeId,
    brokers: brokers.map(({ nodeId, host, port, rack, fenced }) => ({ brokerId: nodeId, host, port, rack, isFenced: fenced })),
    clusterAuthorizedOperations: includeClusterAuthorizedOperations ? CLUSTER_OPERATIONS : NO_OPERATIONS,
  }
})
