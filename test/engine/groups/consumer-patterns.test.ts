/** Subscription by pattern (KIP-848): who finds what, when, and in which time. */
import { expect, test } from 'vitest'
import { errors } from '../../../src/protocol/errors'
import { Consumer, settle } from './consumer-member'
import { World } from './world'

function world(topics: Record<string, number> = { t: 4 }, settings = {}): World {
  const made = new World(settings)
  for (const [name, partitions] of Object.entries(topics)) made.topics.add(name, partitions)
  return made
}
const _look = (world: World) => world.groups.describeConsumer('g')

test('subscription by pattern: what matches is found away from the request, and heard of with the next heartbeat', async () => {
  const w = world({ payments: 1, payslips: 1, orders: 1 })
  const a = new Consumer(w, { regex: 'pay.*' })
  await a.join()
  expect(a).toMatchObject({ epoch: 1, has: [] })
  await w.pass(0)
  await a.beat()
  expect(a).toMatchObject({ epoch: 2, has: ['payments-0', 'payslips-0'] })
  expect(w.log.shape).toEqual([
    [
      'ConsumerGroupMemberMetadata',
      'ConsumerGroupMetadata',
      'ConsumerGroupTargetAssignmentMember',
      'ConsumerGroupTargetAssignmentMetadata',
      'ConsumerGroupCurrentMemberAssignment',
    ],
    ['ConsumerGroupRegularExpression', 'ConsumerGroupMetadata'],
    ['ConsumerGroupTargetAssignmentMember', 'ConsumerGroupTargetAssignmentMetadata', 'ConsumerGroupCurrentMemberAssignment'],
  ])
  w.restart()
  await w.pass(10_001)
  w.topics.add('paychecks', 1)
  await a.beat()
  await w.pass(0)
  await a.beat()
  expect(a.has).toEqual(['paychecks-0', 'payments-0', 'payslips-0'])
  await a.leave()
  expect(w.log.shape.at(-1)).toContain('ConsumerGroupRegularExpression gone')
})

test('a pattern that another member has is known at once; it goes with the last that has it', async () => {
  const w = world({ payments: 2 })
  const [a, b] = [new Consumer(w, { regex: 'pay.*' }), new Consumer(w, { regex: 'pay.*' })]
  await a.join()
  await w.pass(0)
  await a.beat()
  await b.join()
  await settle([a, b])
  expect([a.has, b.has]).toEqual([['payments-0'], ['payments-1']])
  await a.leave()
  expect(w.log.shape.at(-1)).not.toContain('ConsumerGroupRegularExpression gone')
  await b.send({ subscribedTopicRegex: '', subscribedTopicNames: ['payments'] })
  expect(w.log.shape.at(-1)).toContain('ConsumerGroupRegularExpression gone')
  await settle([b])
  expect(b.has).toEqual(['payments-0', 'payments-1'])
})

test('patterns are RE2: what is none is refused, and matches take linear time', async () => {
  const w = world({ [`${'a'.repeat(60)}b`]: 1 })
  const wrong = await new Consumer(w, { regex: 'a[' }).join()
  expect(wrong).toMatchObject({
    errorCode: errors.INVALID_REGULAR_EXPRESSION,
    errorMessage: 'SubscribedTopicRegex `a[` is not a valid regular expression: missing closing ].',
  })
  expect((await new Consumer(w, { regex: '(a)\\1' }).join()).errorCode).toBe(errors.INVALID_REGULAR_EXPRESSION)
  const evil = new Consumer(w, { regex: '(a+)+' })
  await evil.join()
  await w.pass(0)
  await evil.beat()
  expect(evil.has).toEqual([])
})
