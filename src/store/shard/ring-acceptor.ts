/**
 * What one shard has to do with the decision which ring comes next: it is an acceptor of Paxos
 * (Lamport, 2001), one instance for each version of the ring. A ballot is promised when nothing
 * larger was, a ring is accepted unless a larger ballot was promised; what a majority of the
 * deciders has accepted under one ballot is decided. Pure; whoever holds the state writes it down
 * before it answers.
 */
import { compareVersions } from '../../model/version.ts'
import type { RingDocument } from '../ring/document.ts'
import type { RingProposal, WireVersion } from '../wire.ts'
import { versionFromWire } from './wire-rows.ts'

export interface AcceptorState {
  /** Of the ring that is to be decided. */
  readonly version: number
  readonly promised: WireVersion | null
  readonly accepted: RingProposal | null
}

/** Which ring is to be decided, as the sender knows it; null = the cluster is being founded. */
export interface RingInstance {
  readonly cluster: string | null
  readonly version: number
}

/**
 * The state of an instance at a shard that goes by `ring`; undefined when the sender is behind it,
 * ahead of it or of another cluster: then nothing is promised. What was promised for other versions
 * does not count any more.
 */
export function stateFor(
  { cluster, version }: RingInstance,
  ring: RingDocument | null,
  kept: AcceptorState | null,
): AcceptorState | undefined {
  if (cluster !== (ring?.cluster ?? null) || version !== (ring?.version ?? 0) + 1) return undefined
  return kept?.version === version ? kept : { version, promised: null, accepted: null }
}

/** The same state when the ballot is not promised. */
export function promised(state: AcceptorState, ballot: WireVersion): AcceptorState {
  return isAbove(ballot, state.promised) ? { ...state, promised: ballot } : state
}

/** The same state when the proposal is not accepted, or was before. */
export function accepted(state: AcceptorState, proposal: RingProposal): AcceptorState {
  const { ballot } = proposal
  if (isAbove(state.promised, ballot) || isSame(state.accepted?.ballot, ballot)) return state
  return { ...state, promised: ballot, accepted: proposal }
}

function isAbove(ballot: WireVersion | null, other: WireVersion | null): boolean {
  if (ballot === null || other === null) return ballot !== null
  return compareVersions(versionFromWire(ballot), versionFromWire(other)) > 0
}

function isSame(ballot: WireVersion | undefined, other: WireVersion): boolean {
  return ballot !== undefined && !isAbove(ballot, other) && !isAbove(other, ballot)
}
