import { api, array, bool, int8, int16, int32, string, struct } from '../types'

const DescribeConfigsResult = struct({
  errorCode: int16,
  errorMessage: string.orNull(),
  resourceType: int8,
  resourceName: string,
  configs: array(
    struct({
      name: string,
      value: string.orNull(),
      readOnly: bool,
      // 1 topic, 2 this broker, 3 all brokers, 4 properties file, 5 default, 6 logger, 7 client metrics, 8 group
      configSource: int8.default(-1),
      isSensitive: bool,
      synonyms: array(struct({ name: string, value: string.orNull(), source: int8 })),
      configType: int8.since(3).ignorable(), // 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9 password
      documentation: string.orNull().since(3).ignorable(),
    }),
  ),
})

/**
 * Configs of topics, brokers and other resources. KIP-133.
 * A broker's own are asked of that broker. v1 sources and synonyms, KIP-226; v3 types and documentation, KIP-569.
 */
export const DescribeConfigs = api({
  key: 32,
  name: 'DescribeConfigs',
  versions: [1, 4],
  flexible: 4,
  route: 'any',
  listeners: ['broker', 'controller'],
  request: {
    resources: array(
      struct({
        resourceType: int8, // 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group
        resourceName: string,
        configurationKeys: array(string).orNull(),
      }),
    ),
    includeSynonyms: bool.default(false),
    includeDocumentation: bool.since(3),
  },
  response: { throttleTimeMs: int32.default(0), results: array(DescribeConfigsResult) },
})
