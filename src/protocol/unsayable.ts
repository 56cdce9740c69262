/** A value that a version cannot say: a field it lacks is not at its default, or null where null is not allowed. */
export class Unsayable extends Error {}
