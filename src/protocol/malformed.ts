/** Bytes that are not what they should be. `position` is counted from the start of the buffer given to the reader. */
export class Malformed extends Error {
  constructor(
    readonly position: number,
    reason: string,
  ) {
    super(`${reason} at byte ${position}`)
    this.name = 'Malformed'
  }
}

/** Bytes that may be what they should be, and are more than is taken. */
export class TooLarge extends Malformed {}
