/** What reads the records of partitions stands in the source, as stage.ts writes it; `npx vitest run test/protocol/partition-readers.test.ts --update` writes it again. */
import { expect, test } from 'vitest'
import { PartitionChangeRecord, PartitionRecord } from '../../src/protocol/records/topic-metadata'
import { readerText } from '../../src/protocol/stage'

const HEAD = `// @ts-nocheck
/**
 * What stage.ts makes of PartitionRecord and PartitionChangeRecord at their newest version: a directory holds one of them and more for
 * each partition, and every command reads them all. Interpreting takes several times as long, staging as long as two hundred of them.
 * Written by test/protocol/partition-readers.test.ts.
 */
import { getInt32, getUuid } from '../fixed'
`

test('the readers of partitions are what staging makes of their declarations', async () => {
  const parts = { readPartition: PartitionRecord, readPartitionChange: PartitionChangeRecord }
  const texts = Object.entries(parts).map(([name, { fields, versions }]) => readerText(fields, versions[1], true, name))
  await expect([HEAD, ...texts].join('\n')).toMatchFileSnapshot('../../src/protocol/records/partition-readers.ts')
})
