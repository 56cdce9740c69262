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

test('a port is one of TCP', async () => {
  for (const port of ['0', '65536', 'x']) {
    expect(await kt.run(start, `--port ${port}`)).toMatchObject({
      code: 2,
      err: expect.stringContaining(`--port takes a port between 1 and 65535, not '${port}'`),
    })
  }
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

test("under Kafka's name a bad option is fatal, and only a word too many brings the table of options", async () => {
  const fatal = (why: string) => ({
    out: expect.stringMatching(
      new RegExp(`^\\[.*\\] ERROR Exiting Kafka due to fatal exception \\(kafka\\.Kafka\\$\\)\n${why}\n$`),
    ),
    err: '',
    code: 1,
  })
  expect(await kt.kafka(start, 'server.properties -x')).toEqual(
    fatal('joptsimple.UnrecognizedOptionException: x is not a recognized option'),
  )
  expect(await kt.kafka(start, 'server.properties --override')).toEqual(
    fatal('joptsimple.OptionMissingRequiredArgumentException: Option override requires an argument'),
  )
  expect(await kt.kafka(start, 'server.properties extra')).toEqual({
    out: '',
    err:
      'Found non argument parameters: extra\n' +
      'Option               Description                                         \n' +
      '------               -----------                                         \n' +
      '--override <String>  Optional property that should override values set in\n' +
      '                       server.properties file                            \n' +
      '--version            Print version information and exit.                 \n',
    code: 1,
  })
})
