/**
 * Writes a new ring to the shards. It counts once a majority of the old ring's shards and a
 * majority of the new ring's hold it: from then on no quorum can form in the older one.
 *
 * Shards are asked in the order of their ids, one after another. Two coordinators that change the
 * ring at the same time therefore meet at the same first shard, and the one that comes second stops
 * before it has written anything.
 */
import type { RingDocument, RingShard } from '../ring/document.ts'
import { majorityOf } from '../ring/membership.ts'
import type { ReplyOf } from '../wire.ts'

export type PublishResult =
  | { readonly kind: 'stored' }
  | { readonly kind: 'conflict'; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly reason: string }

/** Asks one shard to store the ring; null = it did not answer. */
export type AskToStore = (
  shard: RingShard,
  ring: RingDocument,
) => Promise<ReplyOf<'ring.store'> | null>

/** `needed`: how many shards of the new ring must hold it. */
export async function publishRing(
  before: RingDocument | null,
  after: RingDocument,
  needed: number,
  ask: AskToStore,
): Promise<PublishResult> {
  const holders = new Set<string>()
  for (const shard of concerned(before, after)) {
    const reply = await ask(shard, after)
    if (!reply) continue
    if (!reply.stored && !isSameRing(reply.ring, after)) return conflict(shard, reply.ring, after)
    holders.add(shard.id)
  }
  const isHeld =
    count(after, holders) >= Math.min(needed, after.shards.length) &&
    (!before ||
      count(before, holders) >= Math.min(majorityOf(before.shards.length), before.shards.length))
  return isHeld ? { kind: 'stored' } : { kind: 'unreachable', reason: tooFewSentence(holders.size) }
}

/** All shards of the old and the new ring, by id; the new ring's address counts. */
function concerned(before: RingDocument | null, after: RingDocument): readonly RingShard[] {
  const all = new Map(
    [...(before?.shards ?? []), ...after.shards].map((shard) => [shard.id, shard]),
  )
  return [...all.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

function count(ring: RingDocument, holders: ReadonlySet<string>): number {
  return ring.shards.filter(({ id }) => holders.has(id)).length
}

function isSameRing(a: RingDocument | null, b: RingDocument): boolean {
  return a !== null && a.cluster === b.cluster && JSON.stringify(a) === JSON.stringify(b)
}

function conflict(
  { address }: RingShard,
  theirs: RingDocument | null,
  ours: RingDocument,
): PublishResult {
  const reason =
    theirs && theirs.cluster !== ours.cluster
      ? `The shard at ${address} belongs to another cluster (${theirs.cluster}).`
      : `The ring was changed by another coordinator at the same time (${address} holds another ` +
        'one). Look at it and try again.'
  return { kind: 'conflict', reason }
}

function tooFewSentence(holders: number): string {
  return (
    `Only ${holders} shards could store the new ring, which is not a majority. Those that missed ` +
    'it are brought up to date when they answer again.'
  )
}
