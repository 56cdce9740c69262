/** The assignors that there are, by the name that a member may ask for (group.consumer.assignors). */
import type { Assignor } from './assignor'
import { range } from './range'
import { uniform } from './uniform'

export const assignors: ReadonlyMap<string, Assignor> = new Map([
  ['uniform', uniform],
  ['range', range],
])
