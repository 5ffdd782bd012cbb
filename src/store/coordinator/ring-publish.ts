/**
 * Writes a new ring to the shards. It counts once a majority of the old ring's shards and a
 * majority of the new ring's hold it: from then on no quorum can form in the older one.
 *
 * Shards are asked one after another: those of the old ring in the order of their ids, then the
 * newcomers. Two coordinators that change the same ring at the same time therefore meet at the same
 * first shard, and the one that comes second stops before it has written anything. Where the ring
 * is sealed or was, nothing is written without that shard: of each version there is one document.
 * (A shard that has another address must be followed though the first one is away; no key moves.)
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
  const isArbitrated = before !== null && (before.sealed === true || after.sealed === true)
  for (const [place, shard] of concerned(before, after).entries()) {
    const reply = await ask(shard, after)
    if (!reply && isArbitrated && place === 0)
      return { kind: 'unreachable', reason: silentSentence(shard) }
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

/** All shards of the old ring, then the others of the new one; the new ring's address counts. */
function concerned(before: RingDocument | null, after: RingDocument): readonly RingShard[] {
  const byId = (shards: readonly RingShard[]) => [...shards].sort((a, b) => (a.id < b.id ? -1 : 1))
  const all = [...byId(before?.shards ?? []), ...byId(after.shards)]
  return [...new Map(all.map((shard) => [shard.id, shard])).values()]
}

function count(ring: RingDocument, holders: ReadonlySet<string>): number {
  return ring.shards.filter(({ id }) => holders.has(id)).length
}

export function isSameRing(a: RingDocument | null, b: RingDocument): boolean {
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

function silentSentence({ address }: RingShard): string {
  return (
    `The shard at ${address} did not answer, and the ring is changed through it, so that two ` +
    'coordinators never change it differently. Try again.'
  )
}

function tooFewSentence(holders: number): string {
  return (
    `Only ${holders} shards could store the new ring, which is not a majority. Those that missed ` +
    'it are brought up to date when they answer again.'
  )
}
