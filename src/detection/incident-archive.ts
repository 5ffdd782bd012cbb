/**
 * Incidents in the store, each under its beginning. A document says all that is known by then, so
 * the newest wins: its order is the time of its change, and a change that is written again after a
 * crash turns nothing back.
 */
import type { Incident } from '../model/incident.ts'
import { incidentKey } from '../model/keys.ts'
import { type Attempt, untilDone } from '../ports/patience.ts'
import type { StoreWrite } from '../store/client.ts'
import type { DocumentWorld } from './alert-document.ts'

/** Writes until a quorum holds all of them, waiting as long as the store is away. */
export function archiveIncidents(
  world: DocumentWorld,
  incidents: readonly Incident[],
  signal: AbortSignal,
): Promise<void> {
  return untilDone(world, 'archive.store-waiting', signal, () =>
    tryArchiveIncidents(world, incidents),
  )
}

/** One attempt. What the store will never take is noted and counts as done. */
export async function tryArchiveIncidents(
  { store, trace }: Pick<DocumentWorld, 'store' | 'trace'>,
  incidents: readonly Incident[],
): Promise<Attempt<void>> {
  const inOrder = incidents.toSorted((a, b) => a.changedMs - b.changedMs)
  const newest = new Map(inOrder.map((incident) => [incident.id, incident]))
  const writes = [...newest.values()].map(writeOf)
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

function writeOf(incident: Incident): StoreWrite {
  const { startMs, floor, metric, cause, changedMs } = incident
  const key = incidentKey(startMs, floor, metric, cause)
  return { key, text: JSON.stringify(incident), order: changedMs }
}
