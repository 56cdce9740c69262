/** What the build writes from the commands: man pages by file name, and the names of the links in bin/. */
import { commands } from '../commands'
import { ktPage, manPage } from './man'

export async function pages(): Promise<Map<string, string>> {
  const texts = new Map([['kt.1', ktPage(commands)]])
  for (const entry of commands) texts.set(`kt-${entry.name}.1`, manPage((await entry.load()).default))
  return texts
}

export const links = (): string[] => commands.flatMap(({ script }) => (script === undefined ? [] : [script]))
