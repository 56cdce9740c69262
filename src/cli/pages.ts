/** What the build writes from the commands: man pages by file name, and the names of the links in bin/. */
import type { Entry } from '../commands'
import { ktPage, manPage } from './man'

export async function pages(entries: readonly Entry[]): Promise<Map<string, string>> {
  const texts = new Map([['kt.1', ktPage(entries)]])
  for (const entry of entries) texts.set(`kt-${entry.name}.1`, manPage((await entry.load()).default))
  return texts
}

export const links = (entries: readonly Entry[]): string[] =>
  entries.flatMap(({ script }) => (script === undefined ? [] : [script]))
