/** What all benches say of themselves: --help prints the comment at the head of the script, and a wrong option is one line and exit code 1. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const NUMBER = /^-?\d+(\.\d+)?(e\d+)?$/

/**
 * The values of the options of the script at `url` (its import.meta.url), as parseArgs gives them. An option whose default is a number
 * takes numbers only. Ends the process after --help, and where an option is wrong.
 */
export function usage(url, options) {
  const script = fileURLToPath(url)
  try {
    const help = { type: 'boolean', short: 'h' }
    const { values } = parseArgs({ options: { ...options, help } })
    if (values.help) {
      console.log(headOf(script))
      process.exit(0)
    }
    for (const [name, value] of Object.entries(values)) {
      if (NUMBER.test(options[name]?.default ?? '') && !NUMBER.test(value))
        throw new Error(`--${name}: '${value}' is not a number`)
    }
    return values
  } catch (error) {
    console.error(`${basename(script)}: ${error.message.split('. ')[0]} (--help tells what there is)`)
    process.exit(1)
  }
}

/** The text of the first comment. */
function headOf(script) {
  const [, text = ''] = /\/\*\*\n([\s\S]*?)\n \*\//.exec(readFileSync(script, 'utf8')) ?? []
  return text.replaceAll(/^ \* ?/gm, '')
}
