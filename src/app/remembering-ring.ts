/**
 * A ring whose shards were registered over the API, and not named at start, is found again by a
 * coordinator that starts anew: after each change it writes down where they are, before the change
 * is answered. Without it a restart would answer that there is no shard, while all keys are there.
 */
import type { ShardBook } from '../ports/shard-book.ts'
import type { Trace } from '../ports/trace.ts'
import type { RingAdmin, RingOutcome } from '../store/coordinator/ring-admin.ts'

export function rememberingRing(ring: RingAdmin, book: ShardBook, trace: Trace): RingAdmin {
  const remembered = async (change: Promise<RingOutcome>) => {
    const outcome = await change
    if (outcome.kind === 'changed') await keep(book, outcome.nodes, trace)
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

/** The ring has changed all the same when it cannot be written down. */
async function keep(book: ShardBook, nodes: readonly string[], trace: Trace): Promise<void> {
  try {
    await book.write(nodes)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    trace.note('warn', { kind: 'store.shard-book-lost', reason })
  }
}
