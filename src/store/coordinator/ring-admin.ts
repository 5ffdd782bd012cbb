/**
 * The ring as operators see and change it, and the sentences that they are answered with. Every
 * outcome is a value: a change is either made whole or refused with the reason.
 */
import type { RingDecision } from '../ring/membership.ts'
import { emptiedSentence } from './ring-evidence.ts'

export type RingOutcome =
  | { readonly kind: 'changed'; readonly nodes: readonly string[] }
  /** It was so before. */
  | { readonly kind: 'already'; readonly nodes: readonly string[] }
  /** No such shard is in the ring. */
  | { readonly kind: 'absent'; readonly nodes: readonly string[] }
  /** Not allowed as things stand; nothing was changed. */
  | { readonly kind: 'conflict'; readonly reason: string }
  /** Shards that are needed for it do not answer. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  | { readonly kind: 'invalid'; readonly field: string; readonly reason: string }

export interface ShardInfo {
  readonly id: string
  readonly address: string
  readonly health: 'up' | 'suspect' | 'down'
  /** Keys that a client could read there; null = it has not said yet. */
  readonly keys: number | null
  /** False once its disk is full; null = it has not said yet. */
  readonly isWritable: boolean | null
  /** What is wrong there and what to do; null = nothing. */
  readonly problem: string | null
}

/** What `/sharding/info` shows. */
export interface RingInfo {
  readonly totalNodes: number
  /**
   * The factor in effect: never more than there are shards. The asked-for one while there are none.
   */
  readonly replicationFactor: number
  readonly virtualNodesPerNode: number
  /** The formula of the contract: virtual nodes x max(1, shards). */
  readonly totalVirtualNodes: number
  readonly nodes: readonly string[]
  readonly partitions: number
  /** 0 = no ring yet. */
  readonly version: number
  readonly cluster: string | null
  readonly shards: readonly ShardInfo[]
  /** What a person should know or do, also about addresses outside the ring. */
  readonly problems: readonly string[]
}

export interface RingAdmin {
  info(): RingInfo
  /** Takes in the shard at an address (URL). */
  addNode(address: string): Promise<RingOutcome>
  removeNode(address: string): Promise<RingOutcome>
  reconfigure(wish: { readonly replicationFactor: number }): Promise<RingOutcome>
}

/** How a decision that changes nothing is answered. */
export function outcomeOf(
  decision: Exclude<RingDecision, { kind: 'changed' }>,
  nodes: readonly string[],
): RingOutcome {
  switch (decision.kind) {
    case 'already-there':
      return { kind: 'already', nodes }
    case 'not-there':
      return { kind: 'absent', nodes }
    case 'emptied':
      return { kind: 'conflict', reason: emptiedSentence(decision.known) }
    case 'holds-keys':
      return { kind: 'conflict', reason: holdsKeysSentence(decision.keys) }
    case 'keys-unknown':
      return { kind: 'conflict', reason: keysUnknownSentence(decision.unknown) }
  }
}

function holdsKeysSentence(keys: number): string {
  return (
    `The store holds keys (a shard counts ${keys}), and the ring can be changed only while it is ` +
    'empty, because keys would be looked for where they are not. Nothing was changed.'
  )
}

function keysUnknownSentence(silent: readonly { readonly address: string }[]): string {
  const addresses = silent.map(({ address }) => address).join(', ')
  return (
    `${addresses} cannot be reached, so nobody knows whether the store holds keys, and the ring ` +
    'can be changed only while it is empty. Nothing was changed. Start the missing shard ' +
    'and try again.'
  )
}
