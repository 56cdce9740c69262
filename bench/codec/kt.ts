/** What the codec bench takes from kt: the messages of five APIs, batches, and CRC-32C. */
import { Fetch } from '../../src/protocol/apis/fetch'
import { JoinGroup } from '../../src/protocol/apis/join-group'
import { Metadata } from '../../src/protocol/apis/metadata'
import { OffsetCommit } from '../../src/protocol/apis/offset-commit'
import { Produce } from '../../src/protocol/apis/produce'
import { BatchBuilder } from '../../src/protocol/batch-builder'
import { readRecords } from '../../src/protocol/batch-reader'
import { requestCodec, responseCodec } from '../../src/protocol/codecs'
import { crc32c, useNativeCrc32c } from '../../src/protocol/crc32c'
import { Reader } from '../../src/protocol/reader'
import { Writer } from '../../src/protocol/writer'

export const apis = { Produce, Fetch, Metadata, OffsetCommit, JoinGroup }
export { BatchBuilder, crc32c, Reader, readRecords, requestCodec, responseCodec, useNativeCrc32c, Writer }
