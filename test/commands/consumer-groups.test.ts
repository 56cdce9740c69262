import { describe, expect, test } from 'vitest'
import { ConfigException } from '../../src/client/kafka-error'
import command from '../../src/commands/consumer-groups'
import { DeleteGroups } from '../../src/protocol/apis/delete-groups'
import { ListGroups } from '../../src/protocol/apis/list-groups'
import { OffsetDelete } from '../../src/protocol/apis/offset-delete'
import { harness } from '../cli/harness'
import { B, EMPTY, LIVE, world } from './consumer-groups-world'

describe('--list', () => {
  test('names come in the order of a hash map, nothing else with them', async () => {
    const { kafka } = world({ readers: EMPTY, billing: EMPTY })
    expect(await kafka('--list')).toEqual({ out: 'readers\nbilling\n', err: '', code: 0 })
  })

  test('--state and --type show columns, as wide as the longest name and ten more', async () => {
    const { kafka } = world({ old: EMPTY })
    expect((await kafka('--list --state --type')).out).toBe(
      'GROUP                     TYPE                 STATE               \n' +
        'old                       Classic              Empty               \n',
    )
  })

  test('filters are told to the broker in its own spelling, and odd ones are usage errors', async () => {
    const { scripted, kafka, kt } = world({ old: EMPTY })
    await kafka('--list --state stable,EMPTY --type consumer')
    expect(scripted.requests(ListGroups)[0]?.request).toMatchObject({
      statesFilter: ['Stable', 'Empty'],
      typesFilter: ['consumer'],
    })
    const wrong = await kafka('--list --state Sleeping')
    expect(wrong.err).toMatch(/^Invalid state list 'Sleeping'. Valid states are: Assigning, .*\nOption/)
    expect(wrong.code).toBe(1)
    expect(await kt('--list --type odd')).toMatchObject({ code: 2, err: expect.stringContaining("there is no type 'odd'") })
  })

  test('as JSON, sorted', async () => {
    const { kt } = world({ readers: EMPTY, billing: LIVE })
    expect(JSON.parse((await kt('--list --json')).out)).toEqual({
      groups: [
        { group: 'billing', type: 'Classic', state: 'Stable' },
        { group: 'readers', type: 'Classic', state: 'Empty' },
      ],
    })
  })
})

describe('--describe', () => {
  test('an empty group shows its offsets and lag, and a note on stderr', async () => {
    const { kafka } = world({ readers: EMPTY })
    expect(await kafka('--describe --group readers')).toEqual({
      out: `
GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID     HOST            CLIENT-ID
readers         t               0          4               6               2               -               -               -
readers         t               1          0               0               0               -               -               -
`,
      err: "\nConsumer group 'readers' has no active members.\n",
      code: 0,
    })
  })

  test('who reads most comes first; partitions without an offset have no lag', async () => {
    const { kafka } = world({ live: LIVE }, { t: [6, 3], u: [1, 1] })
    expect((await kafka('--describe --group live')).out).toBe(`
GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID     HOST            CLIENT-ID
live            t               1          -               3               -               m-2             /127.0.0.1      two
live            u               0          -               1               -               m-2             /127.0.0.1      two
live            u               1          -               1               -               m-2             /127.0.0.1      two
live            t               0          4               6               2               m-1             /127.0.0.1      one
`)
  })

  test('members with what they read; the line ends in a blank', async () => {
    const { kafka } = world({ live: LIVE }, { t: [6, 3], u: [1, 1] })
    expect((await kafka('--describe --group live --members')).out).toBe(
      '\nGROUP           CONSUMER-ID     HOST            CLIENT-ID       #PARTITIONS     \n' +
        'live            m-1             /127.0.0.1      one             1               \n' +
        'live            m-2             /127.0.0.1      two             3               \n',
    )
    expect((await kafka('--describe --group live --members --verbose')).out).toContain(
      ' t:1;u:0,1            -               -  ',
    )
  })

  test('state', async () => {
    const { kafka } = world({ live: LIVE })
    expect((await kafka('--describe --group live --state')).out).toBe(
      '\nGROUP           COORDINATOR (ID)          ASSIGNMENT-STRATEGY  STATE                #MEMBERS\n' +
        'live            broker:1  (1)             range                Stable               2\n',
    )
  })

  test("a group that is not there: Kafka's error on stdout and exit 0; kt's own words, a suggestion and exit 1", async () => {
    const { kafka, kt } = world({ billing: EMPTY })
    expect(await kafka('--describe --group biling')).toMatchObject({
      out: '\nError: Executing consumer group command failed due to org.apache.kafka.common.errors.GroupIdNotFoundException: Group biling not found.\n',
      code: 0,
    })
    expect(await kt('--describe --group biling')).toEqual({
      out: '',
      err: "kt consumer-groups: there is no group 'biling'\nDid you mean 'billing'?\n",
      code: 1,
    })
  })

  test('as JSON: null where something is not known', async () => {
    const { kt } = world({ live: LIVE }, { t: [6, 3], u: [1, 1] })
    const { groups } = JSON.parse((await kt('--describe --group live --json')).out)
    expect(groups[0]).toMatchObject({ group: 'live', state: 'Stable', type: 'Classic' })
    expect(groups[0].partitions[0]).toEqual({
      topic: 't',
      partition: 1,
      currentOffset: null,
      leaderEpoch: null,
      logEndOffset: 3,
      lag: null,
      consumerId: 'm-2',
      host: '/127.0.0.1',
      clientId: 'two',
    })
  })

  test('on a terminal a table is drawn, with the lag of the group in its title', async () => {
    const { terminal } = world({ readers: EMPTY })
    const { out, err } = await terminal('--describe --group readers --no-color')
    expect(out).toMatch(/^readers {2}Empty, lag 2\ntopic +partition +offset +end +lag/)
    expect(err).toBe('')
  })
})

describe('--delete', () => {
  const deleting = (codes: Record<string, number>) => {
    const world_ = world(Object.fromEntries(Object.keys(codes).map((name) => [name, EMPTY])))
    world_.scripted.on(DeleteGroups, ({ groupsNames }) => ({
      results: groupsNames.map((groupId) => ({ groupId, errorCode: codes[groupId] ?? 69 })),
    }))
    return world_
  }

  test('says which were deleted', async () => {
    expect(await deleting({ g1: 0, g2: 0 }).kafka('--delete --group g1 --group g2')).toEqual({
      out: "Deletion of requested consumer groups ('g1', 'g2') was successful.\n",
      err: '',
      code: 0,
    })
  })

  test('says which were not, and why; as kt it has then failed', async () => {
    const { kafka, kt } = deleting({ g1: 0, live: 68 })
    expect((await kafka('--delete --all-groups')).out).toBe(`
Error: Deletion of some consumer groups failed:
* Group 'live' could not be deleted due to: org.apache.kafka.common.errors.GroupNotEmptyException: The group is not empty.

These consumer groups were deleted successfully: 'g1'
`)
    expect(await kt('--delete --group live')).toMatchObject({
      err: expect.stringContaining("* Group 'live' could not be deleted due to: The group is not empty."),
      code: 1,
    })
  })
})

describe('--delete-offsets', () => {
  const deleting = (errorCode: number, partitionCode: number) => {
    const world_ = world({ g: EMPTY })
    world_.scripted.on(OffsetDelete, ({ topics }) => ({
      errorCode,
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: partitionCode })),
      })),
    }))
    return world_
  }

  test('partitions that were forgotten, and topics that are not there', async () => {
    expect((await deleting(0, 0).kafka('--delete-offsets --group g --topic t:0 --topic none')).out).toBe(
      'Request succeeded for deleting offsets from group g.\n\n' +
        'TOPIC           PARTITION  STATUS         \n' +
        'none            -          Error: org.apache.kafka.common.errors.UnknownTopicOrPartitionException: This server does not host this topic-partition.\n' +
        't               0          Successful     \n',
    )
  })

  test('errors of the group and of partitions', async () => {
    expect((await deleting(69, 0).kafka('--delete-offsets --group g --topic t:0')).out).toMatch(
      /^\nError: The group id does not exist\.\n/,
    )
    const subscribed = await deleting(0, 86).kt('--delete-offsets --group g --topic t:0')
    expect(subscribed.err).toContain('Encountered some partition-level error, see the follow-up details.')
    expect(subscribed.code).toBe(1)
  })
})

describe('--validate-regex', () => {
  test.each([
    ['orders-.*', 'The regular expression `orders-.*` is valid.\n', 0],
    ['orders-(', 'The regular expression `orders-(` is invalid: missing closing ).\n', 1],
    ['a(?=b)', 'The regular expression `a(?=b)` is invalid: invalid or unsupported Perl syntax.\n', 1],
    ['a{2,1}', 'The regular expression `a{2,1}` is invalid: invalid repeat count.\n', 1],
  ])('%s', async (pattern, out, code) => {
    const alone = harness()
    expect(await alone.kafka(command, `--validate-regex ${pattern}`)).toEqual({ out, err: '', code: 0 })
    expect((await alone.run(command, `--validate-regex ${pattern}`)).code).toBe(code)
  })
})

test("an address that is none: Kafka's client cannot be made, kt says which", async () => {
  const call = async () => {
    throw new ConfigException('Invalid url in bootstrap.servers: nonsense')
  }
  const refused = harness({ call })
  expect(await refused.kafka(command, '--bootstrap-server nonsense --list')).toEqual({
    out: '\nError: Executing consumer group command failed due to Failed to create new KafkaAdminClient\n',
    err: '',
    code: 0,
  })
  expect((await refused.run(command, '--bootstrap-server nonsense --list')).err).toBe(
    'kt consumer-groups: Invalid url in bootstrap.servers: nonsense\n',
  )
})

test('settings that are none are told in their own words, a file that is not there with its exception', async () => {
  const failure = (why: string) => ({
    out: `\nError: Executing consumer group command failed due to ${why}\n`,
    code: 0,
  })
  const bad = 'Invalid value BOGUS for configuration security.protocol'
  const refused = harness({ refuse: new ConfigException(bad) })
  expect(await refused.kafka(command, '--bootstrap-server x:1 --list')).toMatchObject(failure(bad))
  expect(await harness().kafka(command, '--bootstrap-server x:1 --list --command-config none')).toMatchObject(
    failure('java.nio.file.NoSuchFileException: none'),
  )
})

describe('options that do not fit', () => {
  test.each([
    [
      '',
      'Command must include exactly one action: --list, --describe, --delete, --reset-offsets, --delete-offsets, --validate-regex',
    ],
    [
      '--list --describe',
      'Option [describe] takes one of these options: [allGroups], [group]'.replace('allGroups', 'all-groups'),
    ],
    ['--describe --group g --all-groups', 'Option "[group]" can\'t be used with option "[all-groups]"'],
    [
      '--describe --group g --members --state',
      'Option [describe] takes at most one of these options: [members], [offsets], [state]',
    ],
    ['--describe --group g --state Empty', 'Option [describe] does not take a value for [state]'],
    ['--delete --group g --topic t', 'The consumer does not support topic-specific offset deletion from a consumer group.'],
    ['--delete-offsets --topic t', 'Option [delete-offsets] takes the following options: [group], [topic]'],
    ['--list --group g', 'Option "[group]" can\'t be used with option "[list]"'],
    [
      '--reset-offsets --group g --topic t --to-earliest --to-latest --dry-run',
      'Option "[to-earliest]" can\'t be used with option "[to-latest]"',
    ],
    [
      '--reset-offsets --group g --topic t --dry-run --execute',
      'Option [reset-offsets] only accepts one of [execute] and [dry-run]',
    ],
  ])('%s', async (words, message) => {
    const result = await harness().kafka(command, `${B} ${words}`)
    expect(result.err.startsWith(`${message}\nOption`)).toBe(true)
    expect(result.code).toBe(1)
    expect((await harness().run(command, `${B} ${words}`)).code).toBe(2)
  })

  test('what the parser itself refuses comes without the table', async () => {
    expect(await harness().kafka(command, `${B} --list --verbose --members`)).toEqual({
      out: '',
      err: 'Option(s) [members, verbose] are unavailable given other options on the command line\n',
      code: 1,
    })
    expect((await harness().kafka(command, '--list')).err).toMatch(/^Missing required argument "\[bootstrap-server\]"\n/)
  })
})
