/** kafka-consumer-groups.sh --validate-regex: whether a broker would take a pattern for a subscription (KIP-848: RE2). */
import { exit } from '../cli/errors'
import type { Out } from '../cli/out'

/** Gives kt's exit code. */
export async function validateRegex({ out }: { readonly out: Out }, pattern: string): Promise<number> {
  const { RE2JS, RE2JSSyntaxException } = await import('re2js')
  let reason: string | null = null
  try {
    RE2JS.compile(pattern)
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error
    reason = error.getDescription()
  }
  if (out.form === 'json') out.json({ pattern, valid: reason === null, reason })
  else if (reason === null) out.line(`The regular expression \`${pattern}\` is valid.`)
  else out.line(`The regular expression \`${pattern}\` is invalid: ${reason}.`)
  return reason === null ? exit.done : exit.failed
}
