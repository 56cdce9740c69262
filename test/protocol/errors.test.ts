import { expect, test } from 'vitest'
import { allErrors, errorOf, errors } from '../../src/protocol/errors'

test('the codes of Kafka 4.2.1 run from -1 to 133 without a gap, each under one name', () => {
  expect(allErrors().map(({ code }) => code)).toEqual(Array.from({ length: 135 }, (_, i) => i - 1))
  expect(new Set(allErrors().map(({ name }) => name)).size).toBe(135)
})

test('an error is found by name and by number', () => {
  expect(errors.UNKNOWN_TOPIC_OR_PARTITION).toBe(3)
  expect(errorOf(3)).toEqual({
    code: 3,
    name: 'UNKNOWN_TOPIC_OR_PARTITION',
    retriable: true,
    refresh: true,
    exception: 'org.apache.kafka.common.errors.UnknownTopicOrPartitionException',
    sentence: 'This server does not host this topic-partition.',
  })
  expect(errorOf(87).exception).toBe('org.apache.kafka.common.InvalidRecordException')
  expect(errorOf(7)).toMatchObject({ retriable: true, refresh: false })
  expect(errorOf(36)).toMatchObject({ name: 'TOPIC_ALREADY_EXISTS', retriable: false, refresh: false })
})

test('a code of the future is an unknown server error', () => {
  expect(errorOf(12345).name).toBe('UNKNOWN_SERVER_ERROR')
})
