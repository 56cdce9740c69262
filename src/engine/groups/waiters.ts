/**
 * Requests that wait for what others do: a JoinGroup for the rest of the group, a SyncGroup for the leader. In a group's state
 * a waiting request is only a number, so that states stay plain values; here is who stands behind it.
 */

/** A request that waits. */
export type Waiter = number

export class Waiters<R> {
  private readonly waiting = new Map<Waiter, (reply: R) => void>()
  private last = 0

  open(): { readonly waiter: Waiter; readonly reply: Promise<R> } {
    const waiter = ++this.last
    const reply = new Promise<R>((resolve) => this.waiting.set(waiter, resolve))
    return { waiter, reply }
  }
  /** Nothing happens when it was answered before. */
  answer(waiter: Waiter, reply: R): void {
    this.waiting.get(waiter)?.(reply)
    this.waiting.delete(waiter)
  }
}
