import { expect, test } from 'vitest'
import start from '../../src/commands/server-start'
import { harness } from '../cli/harness'

const kt = harness({ files: { '/here/server.properties': 'process.roles=broker,controller\nnode.id=1\n' } })

test('what has an option of its own is not passed over in silence', async () => {
  const port = await kt.run(start, 'server.properties --port 1234')
  expect(port).toMatchObject({ out: '', code: 2 })
  expect(port.err).toContain('--port goes without a properties file; with one, --override listeners=... says it')
  const listeners = await kt.run(start, '--override listeners=PLAINTEXT://127.0.0.1:1234')
  expect(listeners.code).toBe(2)
  expect(listeners.err).toContain('without a properties file, --port with --host says what --override listeners does')
})

test('an override is a name and a value, and there is one properties file at most', async () => {
  expect(await kt.run(start, '--override num.partitions')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--override wants NAME=VALUE, not num.partitions'),
  })
  expect(await kt.run(start, 'a.properties b.properties')).toMatchObject({
    code: 2,
    err: expect.stringContaining('only one properties file can be given, not a.properties, b.properties'),
  })
})
