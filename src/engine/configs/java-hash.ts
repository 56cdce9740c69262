/**
 * The order in which a java.util.HashMap lists its keys. Kafka answers settings in this order, kafka-topics.sh --describe prints
 * them so, and people compare outputs; it is fixed by the keys alone, so kt can keep it.
 */

/** The keys as a HashMap of just them would list them; ones that share a bucket keep their order here. */
export function javaHashOrder(keys: Iterable<string>): string[] {
  const names = [...new Set(keys)]
  let buckets = 16
  while (names.length > buckets * 0.75) buckets *= 2
  return names
    .map((name) => ({ name, bucket: bucketOf(name, buckets) }))
    .sort((a, b) => a.bucket - b.bucket)
    .map((entry) => entry.name)
}

function bucketOf(name: string, buckets: number): number {
  let hash = 0
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) | 0
  return (hash ^ (hash >>> 16)) & (buckets - 1)
}
