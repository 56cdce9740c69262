/** A producer with a scripted broker, and what the broker was sent. */
import { type Properties, producerConfig } from '../../../src/client/config'
import { Producer } from '../../../src/client/producer'
import { InitProducerId } from '../../../src/protocol/apis/init-producer-id'
import { Produce } from '../../../src/protocol/apis/produce'
import { Scripted } from '../scripted'
import { evenRandom } from '../world'
import { BrokerModel } from './broker-model'

export function world(properties: Properties = {}, script = new Scripted().topic('t', [1])) {
  const model = new BrokerModel()
  script.on(Produce, (request) => model.produce(request))
  let ids = 40
  script.on(InitProducerId, () => ({ errorCode: 0, producerId: ids++, producerEpoch: 0 }))
  const config = producerConfig({ 'bootstrap.servers': 'seed:1', ...properties })
  const cluster = script.cluster({}, { config })
  const producer = new Producer({ cluster, config, clock: script.clock, random: evenRandom })
  const log = (topic = 't', partition = 0) => model.partition(script.topics.get(topic)!.id, partition)
  return { script, model, cluster, producer, log }
}
export const text = (value: string) => Buffer.from(value)
export const batchesIn = (script: Scripted): Buffer[] =>
  script
    .requests(Produce)
    .flatMap(({ request }) => request.topicData[0].partitionData.map(({ records }: { records: Buffer }) => records))
export const NEVER = new Promise<never>(() => {})
