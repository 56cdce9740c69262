/** kafka-storage.sh (kafka.tools.StorageTool): formats the directories that a properties file names, and tells of them. Speaks to no broker. */
import { command, subcommand } from '../cli/command'
import { Failure } from '../cli/errors'
import { file, flag, list, text } from '../cli/options'
import type { Out } from '../cli/out'
import { randomUuid } from '../system'
import { featureDependencies, versionMapping } from './storage-features'
import { format } from './storage-format'
import { info } from './storage-info'

const configFile = file('', 'The Kafka configuration file to use.').letter('c')
const config = configFile.required()
const release = (what: string) =>
  text('', `The release version to use for the ${what}. The minimum is 3.3-IV3; the default is 4.2-IV1`).letter('r')

const formatOptions = {
  config,
  clusterId: text('', 'The cluster ID to use.').letter('t').required(),
  addScram: list(
    '',
    'A SCRAM_CREDENTIAL to add to the __cluster_metadata log e.g.\n\'SCRAM-SHA-256=[name=alice,password=alice-secret]\'\n\'SCRAM-SHA-512=[name=alice,iterations=8192,salt="N3E=",saltedpassword="YCE="]\'',
  ).letter('S'),
  ignoreFormatted: flag(
    'When this option is passed, the format command will skip over already formatted directories rather than failing.',
  ).letter('g'),
  releaseVersion: release('initial feature settings'),
  feature: list('', 'The setting to use for a specific feature, in feature=level format. For example: `kraft.version=1`.').letter(
    'f',
  ),
  standalone: flag(
    'Used to initialize a controller as a single-node dynamic quorum. When setting this flag, the controller.quorum.voters config must not be set, and controller.quorum.bootstrap.servers is set instead.',
  ).letter('s'),
  noInitialControllers: flag(
    'Used to initialize a server without specifying a dynamic quorum. When setting this flag, the controller.quorum.voters config should not be set, and controller.quorum.bootstrap.servers is set instead.',
  ).letter('N'),
  initialControllers: text(
    '',
    'Used to initialize a server with the specified dynamic quorum. The argument is a comma-separated list of id@hostname:port:directory. The same values must be used to format all nodes. For example:\n0@example.com:8082:JEXY6aqzQY-32P5TStzaFg,1@example.com:8083:MvDxzVmcRsaTz33bUuRU6A,2@example.com:8084:07R5amHmR32VDA6jHkGbTA\n. When setting this flag, the controller.quorum.voters config must not be set, and controller.quorum.bootstrap.servers is set instead.',
  ).letter('I'),
}

export default command({
  name: 'storage',
  script: 'kafka-storage.sh',
  summary: 'Format data directories and show what they are',
  examples: [
    [
      'Format the directory of a properties file',
      'kt storage format --standalone --cluster-id $(kt storage random-uuid) --config config/server.properties',
    ],
    ['Show whether it is formatted', 'kt storage info --config config/server.properties'],
    ['Show what the data directory is that kt would use', 'kt storage info'],
  ],
  place: 'none',
  parser: 'argparse',
  options: {},
  kafka: { intro: 'The Kafka storage tool.', program: 'kafka-storage', helpExit: 0, failed },
  subcommands: {
    info: subcommand({
      summary: 'Get information about the Kafka log directories on this node.',
      options: {
        config: configFile.summed("The Kafka configuration file; without one kt's data directory is meant").requiredByKafka(),
        dataDir: file('directory', '').summed('The data directory that is meant').ktOnly(),
      },
      run: info,
    }),
    format: subcommand({
      summary: 'Format the Kafka log directories on this node.',
      options: formatOptions,
      groups: [{ keys: ['standalone', 'noInitialControllers', 'initialControllers'], isExclusive: true }],
      run: format,
    }),
    'version-mapping': subcommand({
      summary:
        'Look up the corresponding features for a given metadata version. Using the command with no --release-version  argument will return the mapping for the latest stable metadata version',
      options: { releaseVersion: release('corresponding feature mapping') },
      run: versionMapping,
    }),
    'feature-dependencies': subcommand({
      summary:
        'Look up dependencies for a given feature version. If the feature is not known or the version not yet defined, an error is thrown. Multiple features can be specified.',
      options: {
        feature: list(
          '',
          'The features and their versions to look up dependencies for, in feature=version format. For example: `metadata.version=5`.',
        )
          .letter('f')
          .required(),
      },
      run: featureDependencies,
    }),
    'random-uuid': subcommand({
      summary: 'Print a random UUID.',
      options: {},
      async run({ out, system }) {
        const uuid = randomUuid(system.random)
        if (out.form === 'json') out.json({ uuid })
        else out.line(uuid)
      },
    }),
  },
})

/** What the tool has words for is told in them; the rest is an exception with its class. */
function failed(error: unknown, out: Out): number {
  out.error(error instanceof Error && !(error instanceof Failure) ? error.message : String(error))
  return 1
}
