import { api, bool, bytes, int8, int16, int32, uuid } from '../types'

/** A client pushes metrics in OTLP. KIP-714. */
export const PushTelemetry = api({
  key: 72,
  name: 'PushTelemetry',
  versions: [0, 0],
  flexible: 0,
  route: 'any',
  listeners: ['broker'],
  request: {
    clientInstanceId: uuid,
    subscriptionId: int32,
    terminating: bool,
    compressionType: int8, // 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd
    metrics: bytes,
  },
  response: { throttleTimeMs: int32.default(0), errorCode: int16 },
})
