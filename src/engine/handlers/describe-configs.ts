/**
 * DescribeConfigs 1-4. Null or empty keys ask for all settings. Synonyms and (v3) explanations are told when asked for; secrets never.
 */
import { DescribeConfigs } from '../../protocol/apis/describe-configs'
import { describeConfigs as describe } from '../configs/describe'
import { configStateOf } from '../controller/config-state'
import { handle } from '../handler'

export const describeConfigs = handle(DescribeConfigs, ({ resources, includeSynonyms, includeDocumentation }, { engine }) => {
  const state = configStateOf(engine)
  return {
    results: resources.map(({ resourceType, resourceName, configurationKeys }) => {
      const { errorCode, errorMessage, configs } = describe({ type: resourceType, name: resourceName }, configurationKeys, state)
      return {
        errorCode,
        errorMessage,
        resourceType,
        resourceName,
        configs: configs.map((row) => ({
          ...row,
          synonyms: includeSynonyms ? row.synonyms : [],
          documentation: includeDocumentation ? row.documentation : null,
        })),
      }
    }),
  }
})
