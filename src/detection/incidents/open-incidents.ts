/**
 * The incidents that stand open in the store. A detector that polls asks for them when it begins:
 * what it told of before it was stopped and could not save any more, and what another detector left
 * behind, is nowhere else, and would stay open for ever.
 */
import { type Incident, parseIncident } from '../../model/incident.ts'
import { INCIDENT_PREFIX } from '../../model/keys.ts'
import { type Attempt, type PatienceWorld, untilDone } from '../../ports/patience.ts'
import { SCAN_LIMIT_MAX, type ScanOutcome, type Store } from '../../store/client.ts'

/** Pages that are read, from the newest beginning backwards. */
export const INCIDENT_PAGES_MAX = 20

type Page = Extract<ScanOutcome, { kind: 'page' }>

/** Of these floors, once the store says which. Rejects with the signal's reason when aborted. */
export async function openIncidents(
  world: PatienceWorld & { readonly store: Store },
  floors: readonly number[],
  signal: AbortSignal,
): Promise<readonly Incident[]> {
  const asked = new Set(floors)
  const found: Incident[] = []
  let to: string | undefined
  for (let page = 0; page < INCIDENT_PAGES_MAX; page += 1) {
    const { entries, next } = await untilDone(world, 'detection.store-waiting', signal, () =>
      tryScan(world.store, to),
    )
    const incidents = entries.flatMap(({ text }) => parseIncident(text) ?? [])
    found.push(...incidents.filter(({ state, floor }) => state === 'open' && asked.has(floor)))
    if (next === null) break
    to = next
  }
  return found
}

async function tryScan(store: Store, to: string | undefined): Promise<Attempt<Page>> {
  const query = { prefix: INCIDENT_PREFIX, limit: SCAN_LIMIT_MAX, reverse: true }
  const outcome = await store.scan(to === undefined ? query : { ...query, to })
  if (outcome.kind === 'page') return { kind: 'done', value: outcome }
  return { kind: 'again', reason: `the store says ${outcome.kind}` }
}
