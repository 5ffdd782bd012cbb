/**
 * Documents that say all that is known of something by then: an incident under its beginning, what
 * was learned under its series. The newest wins: its order is the time of its change, and what is
 * written again after a crash turns nothing back.
 */
import type { Incident } from '../model/incident.ts'
import { incidentKey, learnedKey } from '../model/keys.ts'
import type { LearnedSeries } from '../model/learned.ts'
import { type Attempt, untilDone } from '../ports/patience.ts'
import type { StoreWrite } from '../store/client.ts'
import type { DocumentWorld } from './alert-document.ts'

export interface KeptDocument extends StoreWrite {
  readonly order: number
}

export function incidentWrite(incident: Incident): KeptDocument {
  const { startMs, floor, metric, cause, changedMs } = incident
  const key = incidentKey(startMs, floor, metric, cause)
  return { key, text: JSON.stringify(incident), order: changedMs }
}

export function learnedWrite(learned: LearnedSeries): KeptDocument {
  const { floor, metric, timeMs } = learned
  return { key: learnedKey(floor, metric), text: JSON.stringify(learned), order: timeMs }
}

/** Writes until a quorum holds all of them, waiting as long as the store is away. */
export function keepDocuments(
  world: DocumentWorld,
  documents: readonly KeptDocument[],
  signal: AbortSignal,
): Promise<void> {
  return untilDone(world, 'archive.store-waiting', signal, () => tryKeep(world, documents))
}

/** One attempt. What the store will never take is noted and counts as done. */
export async function tryKeep(
  { store, trace }: Pick<DocumentWorld, 'store' | 'trace'>,
  documents: readonly KeptDocument[],
): Promise<Attempt<void>> {
  const inOrder = documents.toSorted((a, b) => a.order - b.order)
  const writes = [...new Map(inOrder.map((one) => [one.key, one])).values()]
  const outcomes = writes.length > 0 ? await store.write(writes) : []
  for (const [i, { key }] of writes.entries()) {
    const outcome = outcomes[i]
    if (outcome?.kind === 'done') continue
    if (outcome?.kind !== 'invalid') {
      const afterMs = outcome?.kind === 'busy' ? outcome.retryAfterMs : 0
      return { kind: 'again', reason: `the store says ${outcome?.kind ?? 'nothing'}`, afterMs }
    }
    trace.note('error', { kind: 'archive.refused', key, reason: outcome.reason })
  }
  return { kind: 'done', value: undefined }
}
