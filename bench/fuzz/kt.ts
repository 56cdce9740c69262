/** What the fuzzing command takes from the tests and from kt. */
import { allApis } from '../../src/protocol/apis/all'

export { ApiVersions } from '../../src/protocol/apis/api-versions'
export { Assembler } from '../../src/protocol/assembler'
export { BatchBuilder } from '../../src/protocol/batch-builder'
export { checkProduced } from '../../src/protocol/batch-check'
export { readRecords } from '../../src/protocol/batch-reader'
export { decodeResponse, encodeRequest } from '../../src/protocol/frames'
export { Reader } from '../../src/protocol/reader'
export { caseAt, requestAt } from '../../test/fuzz/cases'
export { decode, MAX_MESSAGE_BYTES } from '../../test/fuzz/decode'
export { sizeOf } from '../../test/fuzz/size'
export { allApis }
