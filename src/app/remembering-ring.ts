/**
 * A ring whose shards were registered over the API, and not named at start, is found again by a
 * coordinator that starts anew: after each change it writes down where they are, before the change
 * is answered. Without it a restart would answer that there is no shard, while all keys are there.
 */
import type { Address } from '../ports/network.ts'
import type { ShardBook } from '../ports/shard-book.ts'
import type { Trace } from '../ports/trace.ts'
import type { RingAdmin, RingOutcome } from '../store/coordinator/ring-admin.ts'

export interface Recalled {
  readonly addresses: readonly Address[]
  /** There is a ring to be found, even where nobody knows at which address. */
  readonly expectsShards: boolean
}

const REMEDY =
  'Until it is told of one of its shards, this coordinator knows none. Register one that was in ' +
  'the ring (energyguard ring add URL), which knows the others; the ring and all keys are on them.'

/** What was written down; where that cannot be read, the log says what to do. */
export async function recalled(book: ShardBook, trace: Trace): Promise<Recalled> {
  const list = await book.read()
  if (list.kind === 'found') {
    return { addresses: list.addresses, expectsShards: list.addresses.length > 0 }
  }
  if (list.kind === 'absent') return { addresses: [], expectsShards: false }
  const reason = `${list.reason} ${REMEDY}`
  trace.note('error', { kind: 'store.shard-book-unreadable', reason })
  return { addresses: [], expectsShards: true }
}

export function rememberingRing(ring: RingAdmin, book: ShardBook, trace: Trace): RingAdmin {
  const remembered = async (change: Promise<RingOutcome>) => {
    const outcome = await change
    if (isKnown(outcome)) await keep(book, outcome.nodes, trace)
    return outcome
  }
  return {
    ...ring,
    addNode: (address) => remembered(ring.addNode(address)),
    removeNode: (address) => remembered(ring.removeNode(address)),
    replaceNode: (address, by) => remembered(ring.replaceNode(address, by)),
    cancel: () => remembered(ring.cancel()),
  }
}

/** To name one that is registered already may be how a coordinator found the ring again. */
function isKnown(
  outcome: RingOutcome,
): outcome is Extract<RingOutcome, { kind: 'changed' | 'already' }> {
  return outcome.kind === 'changed' || outcome.kind === 'already'
}

/** The ring has changed all the same when it cannot be written down. */
async function keep(book: ShardBook, nodes: readonly string[], trace: Trace): Promise<void> {
  try {
    await book.write(nodes)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    trace.note('warn', { kind: 'store.shard-book-lost', reason })
  }
}
