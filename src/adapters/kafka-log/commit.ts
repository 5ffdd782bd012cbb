/**
 * One commit of a member, through rebalances and short outages. Which answer it gets is decided by
 * the broker on the generation that it carries; which it gives is `fenced` only when the partition
 * is the member's own no longer.
 */
import { failureOf } from './client.ts'
import type { KafkaMember, Membership } from './faces.ts'
import { unavailable } from './failures.ts'
import { TooLate, within } from './outage.ts'
import { type KafkaWorld, RETRY_DELAY_MS } from './tuning.ts'

/** A partition that is, or was, a member's own. */
export interface Ownership {
  readonly partition: number
  /** Goes on with the group while the partition stays ours. */
  membership: Membership
  isOver: boolean
  /** The largest `next` that somebody asked to commit, and the largest that is committed. */
  wanted: number
  committed: number
}

/** `onForgotten`: the group knows this member no longer; everything it owns is over. */
export async function commitPatiently(
  world: KafkaWorld,
  member: KafkaMember,
  ownership: Ownership,
  next: number,
  onForgotten: () => void,
): Promise<'committed' | 'fenced'> {
  const { clock, tuning, bootstrap } = world
  const endMs = clock.monotonicMs() + tuning.patienceMs
  ownership.wanted = Math.max(ownership.wanted, next)
  for (;;) {
    if (ownership.committed >= next) return 'committed'
    if (ownership.isOver) return 'fenced'
    const leftMs = endMs - clock.monotonicMs()
    const outcome = await commitOnce(world, member, ownership, Math.max(0, leftMs))
    if (outcome === 'forgotten') onForgotten()
    if (outcome === 'done' || outcome === 'forgotten') continue
    if (clock.monotonicMs() + RETRY_DELAY_MS > endMs) throw unavailable(bootstrap, outcome.error)
    await clock.sleep(RETRY_DELAY_MS)
  }
}

type Outcome = 'done' | 'forgotten' | { readonly error: unknown }

/** A commit that is asked for later and reaches further takes this one along. */
async function commitOnce(
  { clock }: KafkaWorld,
  member: KafkaMember,
  ownership: Ownership,
  leftMs: number,
): Promise<Outcome> {
  const { membership, partition, wanted } = ownership
  try {
    await within(clock, leftMs, member.commit(membership, partition, wanted))
    ownership.committed = Math.max(ownership.committed, wanted)
    return 'done'
  } catch (error) {
    const kind = failureOf(error)
    if (kind === 'not-a-member') return 'forgotten'
    if (kind === undefined && !(error instanceof TooLate)) throw error
    return { error }
  }
}
