/** Where a command works: the contract that run.ts and the commands are written against. */
import type { Call } from '../protocol/call'
import type { System } from '../system'
import type { LegacyKind } from './command'
import { Failure } from './errors'
import type { Terminal } from './terminal'

export interface Place {
  readonly kind: 'directory' | 'server'
  readonly name: string
  readonly cluster: { readonly call: Call }
  close(): Promise<void>
}

export interface PlaceOptions {
  readonly bootstrapServer?: string
  readonly dataDir?: string
  readonly clientId: string
  readonly properties: ReadonlyMap<string, string>
}

/** What a place is, before it is opened. */
export type Where =
  | { readonly kind: 'directory'; readonly directory: string }
  | { readonly kind: 'server'; readonly servers: string }

export async function openPlace(_terminal: Terminal, _system: System, _options: PlaceOptions): Promise<Place> {
  throw new Failure('there is no engine yet')
}

export async function legacyServer(
  _terminal: Terminal,
  _system: System,
  _kind: LegacyKind,
  _address: string,
): Promise<Where | undefined> {
  return undefined
}
