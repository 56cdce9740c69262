import { api, array, bool, int16, int32, int64, string, struct } from '../types'

/** Sizes of the replicas in the directories of this broker. KIP-113; v3 top-level error; v4 size of the volume, KIP-827. */
export const DescribeLogDirs = api({
  key: 35,
  name: 'DescribeLogDirs',
  versions: [1, 4],
  flexible: 2,
  route: 'any',
  listeners: ['broker'],
  request: { topics: array(struct({ topic: string, partitions: array(int32) })).orNull() },
  response: {
    throttleTimeMs: int32.default(0),
    errorCode: int16.since(3).ignorable(),
    results: array(
      struct({
        errorCode: int16,
        logDir: string,
        topics: array(
          struct({
            name: string,
            partitions: array(
              struct({
                partitionIndex: int32,
                partitionSize: int64,
                offsetLag: int64,
                isFutureKey: bool,
              }),
            ),
          }),
        ),
        totalBytes: int64.since(4).default(-1).ignorable(),
        usableBytes: int64.since(4).default(-1).ignorable(),
      }),
    ),
  },
})
