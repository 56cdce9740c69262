import { describe, expect, test } from 'vitest'
import { csvOf, plansIn } from '../../src/commands/consumer-groups-csv'
import { ListOffsets } from '../../src/protocol/apis/list-offsets'
import { OffsetCommit } from '../../src/protocol/apis/offset-commit'
import { EMPTY, LIVE, world } from './consumer-groups-world'

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
    [
      '--to-datetime 2020-01-01T00:00:00.000+25:00',
      'java.text.ParseException: Unparseable date: "2020-01-01T00:00:00.000+25:00"',
    ],
    ['--by-duration PT99999999999999H', 'Instant exceeds minimum or maximum instant'],
    ['--topic t:0', 'Duplicate key t-0'],
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

  test('topics of a plan must exist, and have a name', async () => {
    const { kafka } = world({ g: EMPTY }, undefined, { '/here/plan.csv': 't,0,1\nnone,3,1\n' })
    expect((await kafka('--reset-offsets --group g --from-file plan.csv --dry-run')).out).toBe(
      '\nError: Executing consumer group command failed due to java.util.concurrent.ExecutionException: ' +
        'org.apache.kafka.common.errors.UnknownTopicOrPartitionException: ' +
        'Failed to fetch metadata for partition none-3 because metadata for topic `none` could not be found\n',
    )
    expect((await kafka('--reset-offsets --group g --topic= --to-latest --dry-run')).out).toBe(
      "\nError: Executing consumer group command failed due to The given topic name '' cannot be represented in a request.\n",
    )
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
    expect(plansIn(csvOf(plans, true), undefined, false)).toEqual(plans)
    expect(plansIn('t,0,1\nt,0,2\n', 'g', false)).toEqual(new Map([['g', [{ topic: 't', partition: 0, offset: 2 }]]]))
  })

  test('Kafka fills up a line with zeros, and needs at least one; blanks belong to a name', () => {
    expect(plansIn('t,1\n', 'g', true)).toEqual(new Map([['g', [{ topic: 't', partition: 1, offset: 0 }]]]))
    expect(plansIn('t, 0 , 1 \n t ,0,1\n', 'g', true).get('g')).toEqual([
      { topic: 't', partition: 0, offset: 1 },
      { topic: ' t ', partition: 0, offset: 1 },
    ])
    expect(() => plansIn('', 'g', true)).toThrow('No content to map due to end-of-input')
  })

  test('no offset is negative', async () => {
    for (const asJackson of [true, false]) expect(() => plansIn('t,0,-1\n', 'g', asJackson)).toThrow('Invalid negative offset')
  })

  test('a line that is none is named', () => {
    expect(() => plansIn('t,0,1\nt;0;1\n', 'g', false)).toThrow('line 2 of the plan is not topic,partition,offset: t;0;1')
    expect(() => plansIn('t,0,1\n', undefined, false)).toThrow('line 1 of the plan is not group,topic,partition,offset')
  })
})
