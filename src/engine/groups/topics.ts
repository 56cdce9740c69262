/** What the coordinator needs to know about topics; the engine gives it from the cluster's metadata, a test can fake it. */
export interface Topics {
  /** Kafka's 22 characters; undefined: there is no such topic. */
  idOf(name: string): string | undefined
  nameOf(id: string): string | undefined
  exists(name: string): boolean
  /** 0 when there is no such topic. */
  partitionCount(name: string): number
  all(): Iterable<string>
  /** Goes up whenever a topic is made, deleted or grows; the offset of that change in the metadata log will do. */
  readonly version: number
  /** Racks that hold a replica of the partition; absent: no broker has a rack. */
  racksOf?(name: string, partition: number): readonly string[]
}
