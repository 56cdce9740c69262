/** Names for members that come without one, as Kafka makes them: `<client or instance id>-<random uuid in hex>`. */
import type { Random } from '../../system/system'

export function newMemberId(random: Random, prefix: string): string {
  const bytes = random.bytes(16)
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40 // version 4, variant 2
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
  return `${prefix}-${parts.join('-')}`
}
