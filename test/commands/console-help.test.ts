import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { joptHelp } from '../../src/cli/help-kafka'
import { commands } from '../../src/commands'

test.each(['console-producer', 'console-consumer', 'consumer-groups', 'get-offsets'])(
  "the table of options of kafka-%s.sh is Kafka's, to the blank",
  async (name) => {
    const entry = commands.find((one) => one.name === name)
    const { default: command } = (await entry?.load()) ?? {}
    if (!command) throw new Error(`no ${name}`)
    const golden = readFileSync(`test/golden/help/kafka-${name}.txt`, 'utf8')
    expect(`${command.kafka.intro}\n${joptHelp(command)}\n`).toBe(golden)
  },
)
