/** What Kafka was moving from one directory to another: it goes with its topic, not before, and is a stray where there is no such topic. */
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { afterAll, afterEach, expect, test } from 'vitest'
import { defaultBrokerSettings } from '../../src/engine/configs/broker-settings'
import { openEngine } from '../../src/engine/open'
import { setStraysAside } from '../../src/engine/strays'
import { DeleteTopics } from '../../src/protocol/apis/delete-topics'
import { realSystem } from '../../src/system'
import { cleanUp, contentOf, removeOriginals, temporaryFolder, unpack } from '../storage/golden'
import { MovableClock, PEER, testEngine } from '../support/engine'
import { create, remove } from '../support/requests'

afterEach(cleanUp)
afterAll(removeOriginals)
const COPY = `t-0.${'a'.repeat(32)}-future`
const future = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('-future'))
const outgoing = (folder: string) => readdirSync(folder).filter((name) => /-(delete|stray)$/.test(name))

/** A directory with the topics t and u, and a copy of a partition of each that is on its way. */
async function halfMoved() {
  const kt = testEngine()
  await create(kt.call, 't')
  await create(kt.call, 'u')
  cpSync(`${kt.folder}/t-0`, `${kt.folder}/${COPY}`, { recursive: true })
  cpSync(`${kt.folder}/u-0`, `${kt.folder}/${COPY.replace('t-0', 'u-0')}`, { recursive: true })
  return kt
}

test('a copy that was on its way goes with its topic, when that is a fact, and others stay', async () => {
  const kt = await halfMoved()
  await remove(kt.call, 't')
  expect(future(kt.folder)).toEqual([COPY.replace('t-0', 'u-0')])
  expect(outgoing(kt.folder)).toEqual(Array(2).fill(expect.stringMatching(/^t-0\.[0-9a-f]{32}-delete$/)))
  await kt.clock.pass(60_000)
  expect(outgoing(kt.folder)).toEqual([])
  expect(future(kt.folder)).toEqual([COPY.replace('t-0', 'u-0')])
})

test('a copy of a topic that is not there is set aside at the start, with what is in it; others stay', async () => {
  const kt = await halfMoved()
  const before = [...contentOf(`${kt.folder}/${COPY}`)]
  const hidden = `${temporaryFolder()}/hidden`
  renameSync(`${kt.folder}/${COPY}`, hidden)
  await remove(kt.call, 't')
  await kt.clock.pass(60_000)
  cpSync(hidden, `${kt.folder}/${COPY}`, { recursive: true })
  mkdirSync(`${kt.folder}/x-1.${'b'.repeat(32)}-future`) // does not say whose it is
  const again = kt.reopen()
  setStraysAside(again.engine)
  expect(future(kt.folder)).toEqual([COPY.replace('t-0', 'u-0')])
  const [first, second] = outgoing(kt.folder).sort()
  expect(first).toMatch(/^t-0\.[0-9a-f]{32}-stray$/)
  expect(second).toMatch(/^x-1\.[0-9a-f]{32}-stray$/)
  expect([...contentOf(`${kt.folder}/${first}`)]).toEqual(before)
  expect(again.findings).toContain(`${COPY} is of a topic that is not there; it is kept as ${first}`)
})

test('after a crash kt does not vouch for a copy that it has not checked: Kafka would go on with it as it is', async () => {
  const kt = await halfMoved()
  const again = kt.reopen('killed')
  again.engine.directory.noteRepaired()
  again.engine.close()
  expect(existsSync(`${kt.folder}/.kafka_cleanshutdown`)).toBe(false)
})
test('where Kafka vouched for it, kt does as well', async () => {
  const kt = (await halfMoved()).reopen('clean')
  await create(kt.call, 'v')
  kt.engine.close()
  expect(existsSync(`${kt.folder}/.kafka_cleanshutdown`)).toBe(true)
})

test('a copy in another directory than its topic goes too', async () => {
  const home = unpack('several')
  const names = ['a', 'b', 'c']
  const lies = names.find((name) => readdirSync(`${home}/${name}`).includes('t-0'))
  const other = names.find((name) => name !== lies)
  cpSync(`${home}/${lies}/t-0`, `${home}/${other}/${COPY}`, { recursive: true })
  const clock = new MovableClock()
  const engine = openEngine({ ...realSystem, clock }, `${home}/a`, {
    settings: defaultBrokerSettings(1, `${home}/a`),
    identity: { broker: [{ name: 'PLAINTEXT', host: 'h', port: 1 }], controller: { name: 'CONTROLLER', host: 'h', port: 2 } },
    report: () => {},
    onFatal: () => {},
    formatNew: false,
    nodeId: 1,
    dataFolders: names.map((name) => `${home}/${name}`),
  })
  await engine.embedded(PEER)(DeleteTopics, { topicNames: ['t'], timeoutMs: 1000 }, 5)
  expect(future(`${home}/${other}`)).toEqual([])
  engine.close()
  expect(names.flatMap((name) => outgoing(`${home}/${name}`))).toEqual([])
})
