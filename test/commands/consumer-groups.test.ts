import { describe, expect, test } from 'vitest'
import { ConfigException } from '../../src/client/kafka-error'
import command from '../../src/commands/consumer-groups'
import { csvOf, plansIn } from '../../src/commands/consumer-groups-csv'
import { ConsumerGroupDescribe } from '../../src/protocol/apis/consumer-group-describe'
import { DeleteGroups } from '../../src/protocol/apis/delete-groups'
import { DescribeGroups } from '../../src/protocol/apis/describe-groups'
import { DescribeTopicPartitions } from '../../src/protocol/apis/describe-topic-partitions'
import { ListGroups } from '../../src/protocol/apis/list-groups'
import { ListOffsets } from '../../src/protocol/apis/list-offsets'
import { OffsetCommit } from '../../src/protocol/apis/offset-commit'
import { OffsetDelete } from '../../src/protocol/apis/offset-delete'
import { OffsetFetch } from '../../src/protocol/apis/offset-fetch'
import { encodeAssignment } from '../../src/protocol/records/consumer-protocol'
import { harness } from '../cli/harness'
import { Scripted } from '../client/scripted'

const B = '--bootstrap-server x:1'

interface Group {
  state: string
  offsets?: Record<string, number>
  members?: { memberId: string; clientId: string; host: string; partitions: Record<string, number[]> }[]
}

/** A broker with these groups, and topics of `ends` records a partition. */
function broker(groups: Record<string, Group>, ends: Record<string, number[]> = { t: [6, 0] }): Scripted {
  const scripted = new Scripted()
  for (const [topic, partitions] of Object.entries(ends))
    scripted.topic(
      topic,
      partitions.map(() => 1),
    )
  const key = (name: string) => name.split(':') as [string, string]
  scripted.on(ListGroups, () => ({
    errorCode: 0,
    groups: Object.entries(groups).map(([groupId, { state }]) => ({
      groupId,
      protocolType: 'consumer',
      groupState: state,
      groupType: 'classic',
    })),
  }))
  scripted.on(ConsumerGroupDescribe, ({ groupIds }) => ({
    groups: groupIds.map((groupId) => ({
      errorCode: 69,
      groupId,
      groupState: '',
      groupEpoch: 0,
      assignmentEpoch: 0,
      assignorName: '',
      members: [],
    })),
  }))
  scripted.on(DescribeGroups, ({ groups: ids }) => ({
    groups: ids.map((groupId) => {
      const group = groups[groupId]
      const none = { groupId, groupState: 'Dead', protocolType: '', protocolData: '', members: [] }
      if (!group) return { ...none, errorCode: 69, errorMessage: `Group ${groupId} not found.` }
      const members = (group.members ?? []).map(({ memberId, clientId, host, partitions }) => ({
        memberId,
        clientId,
        clientHost: host,
        memberMetadata: Buffer.alloc(0),
        memberAssignment: encodeAssignment(0, {
          assignedPartitions: Object.entries(partitions).map(([topic, numbers]) => ({ topic, partitions: numbers })),
        }),
      }))
      const protocolData = members.length > 0 ? 'range' : ''
      return { errorCode: 0, groupId, groupState: group.state, protocolType: 'consumer', protocolData, members }
    }),
  }))
  scripted.on(OffsetFetch, ({ groups: asked }) => ({
    groups: asked.map(({ groupId }) => ({
      groupId,
      topics: Object.entries(groups[groupId]?.offsets ?? {}).map(([name, committedOffset]) => {
        const [topic, partition] = key(name)
        const row = { partitionIndex: Number(partition), committedOffset, metadata: '', errorCode: 0 }
        return { name: topic, partitions: [row] }
      }),
    })),
  }))
  scripted.on(ListOffsets, ({ topics }) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, timestamp }) => ({
        partitionIndex,
        errorCode: 0,
        offset: timestamp === -2 ? 0 : timestamp >= 0 ? -1 : (ends[name]?.[partitionIndex] ?? 0),
        leaderEpoch: 0,
      })),
    })),
  }))
  scripted.on(DescribeTopicPartitions, ({ topics }) => ({
    topics: topics.map(({ name }) => ({
      errorCode: ends[name] ? 0 : 3,
      name,
      topicId: 'AAAAAAAAAAAAAAAAAAAAAQ',
      isInternal: false,
      partitions: (ends[name] ?? []).map((_, partitionIndex) => ({
        errorCode: 0,
        partitionIndex,
        leaderId: 1,
        replicaNodes: [1],
        isrNodes: [1],
        offlineReplicas: [],
      })),
    })),
    nextCursor: null,
  }))
  scripted.on(OffsetCommit, ({ topics }) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 0 })),
    })),
  }))
  return scripted
}

const EMPTY = { state: 'Empty', offsets: { 't:0': 4, 't:1': 0 } }
const LIVE: Group = {
  state: 'Stable',
  offsets: { 't:0': 4 },
  members: [
    { memberId: 'm-1', clientId: 'one', host: '/127.0.0.1', partitions: { t: [0] } },
    { memberId: 'm-2', clientId: 'two', host: '/127.0.0.1', partitions: { t: [1], u: [1, 0] } },
  ],
}

function world(groups: Record<string, Group>, ends?: Record<string, number[]>, files: Record<string, string> = {}) {
  const scripted = broker(groups, ends)
  const cluster = scripted.cluster()
  const plain = harness({ cluster, files })
  const drawn = harness({ cluster, files, isTTY: true })
  return {
    scripted,
    kafka: (line: string) => plain.kafka(command, `${B} ${line}`),
    kt: (line: string) => plain.run(command, `${B} ${line}`),
    terminal: (line: string) => drawn.run(command, `${B} ${line}`),
  }
}

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

describe('--reset-offsets', () => {
  test('without --execute nothing is stored, and a warning says so', async () => {
    const { scripted, kafka } = world({ g: EMPTY })
    const { out, err } = await kafka('--reset-offsets --group g --topic t:0 --to-latest')
    expect(out).toBe('\nGROUP           TOPIC           PARTITION  NEW-OFFSET\ng               t               0          6\n')
    expect(err).toMatch(/^WARN: No action will be performed as the --execute option is missing\./)
    expect(scripted.requests(OffsetCommit)).toEqual([])
  })

  test('with --execute they are stored, for a group that never was too', async () => {
    const { scripted, kafka } = world({})
    const { code } = await kafka('--reset-offsets --group fresh --topic t --to-offset 3 --execute')
    expect(code).toBe(0)
    expect(scripted.requests(OffsetCommit)[0]?.request).toMatchObject({
      groupId: 'fresh',
      generationIdOrMemberEpoch: -1,
      topics: [
        {
          name: 't',
          partitions: expect.arrayContaining([expect.objectContaining({ partitionIndex: 0, committedOffset: 3 })]),
        },
      ],
    })
  })

  test('an offset beyond the end becomes the end, with a warning', async () => {
    const { kafka } = world({})
    const { out, err } = await kafka('--reset-offsets --group g --topic t:0 --to-offset 99 --dry-run')
    expect(out).toContain('0          6\n')
    expect(err).toContain('WARN New offset (99) is higher than latest offset for topic partition t-0. Value will be set to 6')
  })

  test('a group with members is left alone', async () => {
    const { scripted, kafka, kt } = world({ live: LIVE })
    expect(await kafka('--reset-offsets --group live --topic t --to-earliest --execute')).toEqual({
      out: `
Error: Assignments can only be reset if the group 'live' is inactive, but the current state is Stable.

GROUP           TOPIC           PARTITION  NEW-OFFSET
`,
      err: '',
      code: 0,
    })
    expect((await kt('--reset-offsets --group live --topic t --to-earliest --execute')).code).toBe(1)
    expect(scripted.requests(OffsetCommit)).toEqual([])
  })

  test('--shift-by counts from the stored offset, and needs one', async () => {
    const { kafka } = world({ g: EMPTY })
    expect((await kafka('--reset-offsets --group g --topic t:0 --shift-by -1 --dry-run')).out).toContain('0          3\n')
    const none = await kafka('--reset-offsets --group new --topic t:0 --shift-by 1 --dry-run')
    expect(none.err).toMatch(/^Cannot shift offset for partition t-0 since there is no current committed offset\nOption/)
    expect(none.code).toBe(1)
  })

  test('a time after the last record falls back to the end', async () => {
    const { kafka } = world({})
    const { out } = await kafka('--reset-offsets --group g --topic t:0 --to-datetime 2099-01-01T00:00:00.000+01:00 --dry-run')
    expect(out).toContain('\nWarn: Partition 0 from topic t is empty. Falling back to latest known offset.\n')
    expect(out).toContain('0          6\n')
  })

  test.each([
    ['2020-01-01T00:00:00.000', 1_577_836_800_000],
    ['2020-01-01T00:00:00.000Z', 1_577_836_800_000],
    ['2020-01-01T00:00:00.000+09:00', 1_577_804_400_000],
    ['2020-01-01T00:00:00.000-0130', 1_577_836_800_000 + 90 * 60_000],
  ])('%s is %i', async (text, timestamp) => {
    const { scripted, kafka } = world({})
    await kafka(`--reset-offsets --group g --topic t:0 --to-datetime ${text} --dry-run`)
    expect(scripted.requests(ListOffsets)[0]?.request.topics[0].partitions[0].timestamp).toBe(timestamp)
  })

  test('--by-duration counts back from now', async () => {
    const { scripted, kafka } = world({})
    await kafka('--reset-offsets --group g --topic t:0 --by-duration PT1H30M --dry-run')
    expect(scripted.requests(ListOffsets)[0]?.request.topics[0].partitions[0].timestamp).toBe(-5_400_000) // the harness's clock is at 0
  })

  test.each([
    [
      '--to-datetime yesterday',
      "java.text.ParseException: Error parsing timestamp. It does not contain a 'T' according to ISO8601 format",
    ],
    ['--to-datetime 2020-13-01T00:00:00.000', 'java.text.ParseException: Unparseable date: "2020-13-01T00:00:00.000Z"'],
    ['--to-datetime 2020-02-30T00:00:00.000', 'java.text.ParseException: Unparseable date: "2020-02-30T00:00:00.000Z"'],
    ['--by-duration 1h', 'Text cannot be parsed to a Duration'],
    ['--to-offset x', "Cannot parse argument 'x' of option to-offset"],
    ['--from-file none.csv', 'java.io.IOException: Unable to read file none.csv'],
  ])("%s is Kafka's run-time error", async (words, message) => {
    const { kafka, kt } = world({})
    const line = `--reset-offsets --group g --topic t:0 ${words} --dry-run`
    expect(await kafka(line)).toMatchObject({
      out: `\nError: Executing consumer group command failed due to ${message}\n`,
      code: 0,
    })
    expect((await kt(line)).code).toBeGreaterThan(0)
  })

  test('partitions and topics that do not exist', async () => {
    const { kafka } = world({})
    expect(await kafka('--reset-offsets --group g --topic t:9 --to-earliest --dry-run')).toEqual({
      out: '\nError: Executing consumer group command failed due to The partitions "t-9" do not exist\n',
      err: 'org.apache.kafka.common.errors.UnknownTopicOrPartitionException: The partitions "t-9" do not exist\n',
      code: 0,
    })
    expect((await kafka('--reset-offsets --group g --topic none --to-earliest --dry-run')).out).toContain(
      'failed due to This server does not host this topic-partition.\n',
    )
  })

  test('--export prints lines, with the group when there are several, and --from-file takes them back', async () => {
    const files = { '/here/plan.csv': 'g,t,0,2\nh,t,0,99\n' }
    const { kafka } = world({ g: EMPTY, h: EMPTY }, undefined, files)
    expect((await kafka('--reset-offsets --group g --topic t:0 --to-latest --dry-run --export')).out).toBe('t,0,6\n\n')
    expect((await kafka('--reset-offsets --group g --group h --topic t:0 --to-latest --dry-run --export')).out).toBe(
      'g,t,0,6\nh,t,0,6\n\n',
    )
    expect((await kafka('--reset-offsets --group g --group h --from-file plan.csv --dry-run')).out).toBe(`
GROUP           TOPIC           PARTITION  NEW-OFFSET
g               t               0          2
h               t               0          6
`)
  })
})

describe('CSV', () => {
  test('what is exported can be read again', () => {
    const plans = new Map([['a,"b"', [{ topic: 'a-topic-with-a-rather-long-name', partition: 3, offset: 12 }]]])
    expect(csvOf(plans, true)).toBe('"a,""b""","a-topic-with-a-rather-long-name",3,12\n')
    expect(plansIn(csvOf(plans, true), undefined)).toEqual(plans)
    expect(plansIn('t,0,1\nt,0,2\n', 'g')).toEqual(new Map([['g', [{ topic: 't', partition: 0, offset: 2 }]]]))
  })

  test('a line that is none is named', () => {
    expect(() => plansIn('t,0,1\nt;0;1\n', 'g')).toThrow('line 2 of the plan is not topic,partition,offset: t;0;1')
    expect(() => plansIn('t,0,1\n', undefined)).toThrow('line 1 of the plan is not group,topic,partition,offset')
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
  const refused = harness({ refuse: new ConfigException('Invalid url in bootstrap.servers: nonsense') })
  expect(await refused.kafka(command, '--bootstrap-server nonsense --list')).toEqual({
    out: '\nError: Executing consumer group command failed due to Failed to create new KafkaAdminClient\n',
    err: 'org.apache.kafka.common.KafkaException: Failed to create new KafkaAdminClient\n',
    code: 0,
  })
  expect((await refused.run(command, '--bootstrap-server nonsense --list')).err).toBe(
    'kt consumer-groups: Invalid url in bootstrap.servers: nonsense\n',
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
