import { expect, test } from 'vitest'
import start from '../../src/commands/zookeeper-server-start'
import stop from '../../src/commands/zookeeper-server-stop'
import { harness } from '../cli/harness'

const kt = harness({ files: { '/here/config/zookeeper.properties': 'clientPort=2181\n' } })

test('ZooKeeper is not needed: one line on stderr names the next step, without a failure', async () => {
  const { out, err, code } = await kt.kafka(start, '-daemon config/zookeeper.properties')
  expect({ out, code }).toEqual({ out: '', code: 0 })
  expect(err).toBe('kt needs no ZooKeeper, there is nothing to start. Next: kafka-server-start.sh config/server.properties\n')
  expect(await kt.kafka(stop)).toMatchObject({ out: '', code: 0, err: expect.stringContaining('kafka-server-stop.sh') })
})

test('without a properties file it is used wrongly, as in Kafka', async () => {
  expect(await kt.kafka(start)).toEqual({ out: 'USAGE: kt [-daemon] zookeeper.properties\n', err: '', code: 1 })
  expect(await kt.run(start)).toMatchObject({ out: '', code: 2 })
  expect(await kt.kafka(start, 'config/zoo.properties')).toMatchObject({
    err: 'config/zoo.properties file is missing\n',
    code: 2,
  })
})
