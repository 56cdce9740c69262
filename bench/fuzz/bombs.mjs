/** Bombs: small bytes that unpack to many, and what memory it takes to refuse them. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../bundle.mjs'

const BOMB_MAX_BYTES = 8 << 20

/**
 * Memory that it takes to refuse 128 MiB of nothing, for each codec and for a broker that checks it and a consumer that reads it, each
 * in a process of its own, since memory once taken is not given back.
 */
export function bombs(kt, find) {
  const folder = temporaryFolder()
  for (const codec of [1, 2, 3, 4]) {
    const builder = new kt.BatchBuilder()
    builder.append({ timestamp: 1, value: Buffer.alloc(128 << 20) })
    const file = join(folder, `bomb-${codec}`)
    writeFileSync(file, builder.build({ codec }))
    const shown = []
    for (const who of Object.keys(refusers(kt))) {
      const words = [fileURLToPath(new URL('../fuzz.mjs', import.meta.url)), '--bomb', file, '--who', who]
      const child = spawnSync(process.execPath, words, { encoding: 'utf8' })
      const grown = child.status === 0 ? Number(child.stdout) : Number.NaN
      if (!(grown < 4 * BOMB_MAX_BYTES))
        find('large', '?', `a bomb of codec ${codec} took a ${who} ${child.stdout || child.stderr}`)
      shown.push(`${(grown / BOMB_MAX_BYTES).toFixed(1)} (${who})`)
    }
    console.log(`bomb of codec ${codec}: ${shown.join(', ')} times max.message.bytes`)
  }
}

const RULES = { topicPartition: 't-0', maxBytes: BOMB_MAX_BYTES }
/** Whether the bytes are refused. */
const refusers = (kt) => ({
  broker: (bytes) => kt.checkProduced(bytes, RULES).error === 10,
  consumer: (bytes) => {
    try {
      for (const _ of kt.readRecords(bytes, 0, BOMB_MAX_BYTES)) void _
      return false
    } catch {
      return true
    }
  },
})

/** One bomb, for the process that `bombs` starts: prints what memory it takes. */
export function defuse(kt, file, who) {
  const bytes = readFileSync(file)
  const small = new kt.BatchBuilder()
  small.append({ timestamp: 1, value: Buffer.alloc(100_000) })
  const refuses = refusers(kt)[who]
  refuses(small.build({ codec: bytes[22] & 7 })) // what is loaded at first use is there now
  const before = mostResident()
  if (!refuses(bytes)) throw new Error('the bomb is not refused as too large')
  console.log(mostResident() - before)
}

/** Bytes; what getrusage says is handed down by the parent. */
const mostResident = () => Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
