/** Which neighbouring segments become one (Cleaner.groupSegmentsBySize): compacted, they would soon be many and small. */

/** Sizes in bytes. */
export interface Part {
  readonly base: number
  readonly size: number
  readonly offsetIndexBytes: number
  readonly timeIndexBytes: number
}

export interface GroupLimits {
  readonly segmentBytes: number
  readonly indexBytes: number
  /** Where what is compacted ends. */
  readonly firstUncleanable: number
}

const MOST_RELATIVE_OFFSET = 0x7fffffff

/** Runs of `parts` (in offset order), each within the limits, and with offsets that its base and 31 bits can tell. */
export function groupSegments<P extends Part>(
  parts: readonly P[],
  { segmentBytes, indexBytes, firstUncleanable }: GroupLimits,
): P[][] {
  const groups: P[][] = []
  let group: P[] = []
  let [size, offsets, times] = [0, 0, 0]
  for (const [index, part] of parts.entries()) {
    const last = (parts[index + 1]?.base ?? firstUncleanable) - 1
    const fits =
      size + part.size <= segmentBytes &&
      offsets + part.offsetIndexBytes <= indexBytes &&
      times + part.timeIndexBytes <= indexBytes &&
      (part.size === 0 || last - (group[0]?.base ?? part.base) <= MOST_RELATIVE_OFFSET)
    if (group.length === 0 || !fits) {
      group = []
      groups.push(group)
      ;[size, offsets, times] = [0, 0, 0]
    }
    group.push(part)
    size += part.size
    offsets += part.offsetIndexBytes
    times += part.timeIndexBytes
  }
  return groups
}
