/**
 * Ids for producers (KIP-98, KIP-730): taken from the metadata in blocks of 1000, handed out from memory. What is left of a block
 * when the broker ends is never handed out: the next start takes the next block.
 */
import type { Engine } from '../engine'
import { change, records } from '../metadata/changes'

const BLOCK = 1000

interface Block {
  next: number
  readonly end: number
  /** Kept when the block is on disk: before that nobody may be told an id of it. */
  readonly durable: Promise<void>
}

const blocks = new WeakMap<Engine, Block>()

/** An id that no producer has had. */
export async function nextProducerId(engine: Engine): Promise<number> {
  let block = blocks.get(engine)
  if (!block || block.next >= block.end) {
    block = takeBlock(engine)
    blocks.set(engine, block)
  }
  const id = block.next++
  try {
    await block.durable
  } catch (error) {
    if (blocks.get(engine) === block) blocks.delete(engine)
    throw error
  }
  return id
}

function takeBlock(engine: Engine): Block {
  engine.begin() // so that this broker has an epoch
  const start = engine.metadata.nextProducerId
  const { nodeId: brokerId, brokerEpoch } = engine
  const durable = engine.commit([change(records.ProducerIdsRecord, { brokerId, brokerEpoch, nextProducerId: start + BLOCK })])
  durable.catch(() => {}) // those who wait for an id see it
  return { next: start, end: start + BLOCK, durable }
}
