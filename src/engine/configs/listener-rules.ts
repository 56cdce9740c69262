/**
 * What must hold between roles, quorum and listeners (the second half of KafkaConfig.validateValues). Only a file
 * of KRaft's kind has a controller to check; kt starts one within itself in any case.
 */
import { type BrokerSettings, mergedLayers, protocolsOf } from './broker-settings'
import { readList } from './config'
import { type Listener, parseListeners, portClash } from './listeners'

const required = (rule: string) => `requirement failed: ${rule}`

export function quorumRules(b: BrokerSettings): string | null {
  if (b.layers.kind !== 'kraft') return null
  const voters = b.controllerQuorumVoters.map((entry) => Number.parseInt(entry, 10))
  if (voters.length === 0 && b.controllerQuorumBootstrapServers.length === 0) {
    return (
      'If using process.roles, either controller.quorum.bootstrap.servers must contain the set of bootstrap controllers or ' +
      'controller.quorum.voters must contain a parseable set of controllers.'
    )
  }
  const isController = b.processRoles.includes('controller')
  const shown = `controller.quorum.voters=Set(${[...new Set(voters)].join(', ')})`
  if (!isController && voters.includes(b.nodeId)) {
    const rule = `If process.roles contains just the 'broker' role, the node id ${b.nodeId} must not be included in the set`
    return required(`${rule} of voters ${shown}`)
  }
  if (isController && voters.length > 0 && !voters.includes(b.nodeId)) {
    const rule = `If process.roles contains the 'controller' role, the node id ${b.nodeId} must be included in the set`
    return required(`${rule} of voters ${shown}`)
  }
  return null
}

export function listenerRules(b: BrokerSettings): string | null {
  const clash = portClash(b.listeners, readList(b.texts.get('listeners') ?? ''))
  if (clash !== null) return clash
  const early = earlyListeners(b)
  if (early !== null) return early
  const inter = interBrokerError(b)
  if (inter !== null) return inter
  const controller = b.layers.kind === 'kraft' ? controllerRules(b) : null
  if (controller !== null) return controller
  const broker = b.processRoles.includes('broker') ? advertisedRules(b) : null
  if (broker !== null) return broker
  if ([...b.advertisedListeners, ...advertisedControllers(b)].some((listener) => listener.host === '0.0.0.0')) {
    return required('advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.')
  }
  return null
}

function earlyListeners(b: BrokerSettings): string | null {
  const known = [...b.listeners.map((listener) => listener.name), ...b.controllerListenerNames]
  const wrong = (b.earlyStartListeners ?? []).find((name) => !known.includes(name))
  if (wrong === undefined) return null
  return `early.start.listeners contains listener ${wrong}, but this is not contained in listeners or controller.listener.names`
}

function interBrokerError(b: BrokerSettings): string | null {
  const name = 'inter.broker.listener.name'
  if (b.interBrokerListenerName === null) return null
  if (mergedLayers(b.layers).has('security.inter.broker.protocol')) {
    return `Only one of ${name} and security.inter.broker.protocol should be set.`
  }
  if (protocolsOf(b.texts, b.layers).has(b.interBrokerListener)) return null
  return `Listener with name ${b.interBrokerListener} defined in ${name} not found in listener.security.protocol.map.`
}

function controllerRules(b: BrokerSettings): string | null {
  const names = 'controller.listener.names'
  const [isBroker, isController] = [b.processRoles.includes('broker'), b.processRoles.includes('controller')]
  if (!isController) {
    if (b.controllerListeners.length > 0) {
      const rule = `${names} must not contain a value appearing in the 'listeners' configuration when running KRaft`
      return required(`${rule} with just the broker role`)
    }
    return null
  }
  if (!isBroker && b.controllerListeners.length !== b.listeners.length) {
    const rule = `The listeners config must only contain KRaft controller listeners from ${names} when process.roles=controller`
    return required(rule)
  }
  const where = "appearing in the 'listeners' configuration when running the KRaft controller role"
  if (b.controllerListeners.length === 0 && advertisedControllers(b).length === 0) {
    return required(`${names} must contain at least one value ${where}`)
  }
  const known = b.listeners.map((listener) => listener.name)
  if (b.controllerListenerNames.every((name) => known.includes(name))) return null
  return required(`${names} must only contain values ${where}`)
}

function advertisedControllers(b: BrokerSettings): readonly Listener[] {
  const parsed = parseListeners(
    b.texts.has('advertised.listeners') ? readList(b.texts.get('advertised.listeners') ?? '') : [],
    protocolsOf(b.texts, b.layers),
  )
  return parsed.error === undefined ? parsed.value.filter((listener) => b.controllerListenerNames.includes(listener.name)) : []
}

function advertisedRules(b: BrokerSettings): string | null {
  const advertised = b.advertisedListeners.map((listener) => listener.name)
  if (advertised.length === 0) {
    const hint = b.layers.kind === 'kraft' ? ' Perhaps all listeners appear in controller.listener.names?' : ''
    return required(`There must be at least one broker advertised listener.${hint}`)
  }
  if (!advertised.includes(b.interBrokerListener)) {
    const rule = 'inter.broker.listener.name must be a listener name defined in advertised.listeners. The valid options based on'
    return required(`${rule} currently configured listeners are ${advertised.join(',')}`)
  }
  const known = b.listeners.map((listener) => listener.name)
  if (advertised.every((name) => known.includes(name))) return null
  const rule = 'advertised.listeners listener names must be equal to or a subset of the ones defined in listeners.'
  const options = `The valid options based on the current configuration are ${known.join(',')}`
  return required(`${rule} Found ${advertised.join(',')}. ${options}`)
}
