/**
 * How what became of a change is answered, in sentences that say what to do.
 */
import type { Address } from '../../ports/network.ts'
import type { RingDocument } from '../ring/document.ts'
import type { RingDecision } from '../ring/membership.ts'
import type { RingOutcome } from './ring-admin.ts'
import { emptiedSentence } from './ring-evidence.ts'
import { progressOf } from './ring-info.ts'
import type { RingAttempt, RingKeeper } from './ring-keeper.ts'

/** `waitingFor`: why what is under way does not go on; null = it does, or nobody here knows. */
export function outcomeOf(
  attempt: RingAttempt,
  keeper: RingKeeper,
  waitingFor: string | null,
): RingOutcome {
  switch (attempt.kind) {
    case 'decided':
      return { kind: 'changed', nodes: keeper.nodes }
    case 'conflict':
      return { kind: 'conflict', reason: OVERTAKEN_SENTENCE }
    case 'unreachable':
      return attempt
    case 'not-so':
      return refusal(attempt.decision, keeper, waitingFor)
  }
}

/** How a decision that changes nothing is answered. */
function refusal(
  decision: Exclude<RingDecision, { kind: 'changed' }>,
  { ring, nodes }: RingKeeper,
  waitingFor: string | null,
): RingOutcome {
  switch (decision.kind) {
    case 'already-there':
      return { kind: 'already', nodes }
    case 'not-there':
    case 'settled':
      return { kind: 'absent', nodes }
    case 'under-way':
      return { kind: 'conflict', reason: underWaySentence(ring, waitingFor) }
    case 'last-shard':
      return { kind: 'conflict', reason: LAST_SHARD_SENTENCE }
    case 'emptied':
      return { kind: 'conflict', reason: emptiedSentence(decision.known) }
  }
}

function underWaySentence(ring: RingDocument | null, waitingFor: string | null): string {
  const progress = ring && progressOf(ring)
  if (!progress) return OVERTAKEN_SENTENCE
  const { kind, shard, partitionsLeft, partitionsTotal } = progress
  const what = shard === undefined ? kind : `${kind} ${shard}`
  return (
    `Another change is under way (${what}): ${partitionsLeft} of ${partitionsTotal} partitions ` +
    `still move. ${waitingFor === null ? '' : `${waitingFor} `}Nothing was changed. Wait until ` +
    'they have moved, or take it back with energyguard ring cancel.'
  )
}

export const OVERTAKEN_SENTENCE =
  'The ring was changed by another coordinator at the same time. Look at it and try again.'

const LAST_SHARD_SENTENCE =
  'It is the last shard, and the store holds keys (or the shard does not answer), which would be ' +
  'lost with it. Nothing was changed.'

/** Said when a shard is to take the place of itself. */
export function sameShardSentence(address: Address): string {
  return (
    `The shard at ${address} is the one that the ring knows there; it can take no other place. ` +
    'Nothing was changed.'
  )
}
