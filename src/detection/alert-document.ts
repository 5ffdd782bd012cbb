/**
 * Alert documents in the store: one for each floor and second. A later alert of the same second
 * joins the document that stands there, and one that came before changes nothing, so writing twice
 * is harmless. Both ways to the store (from the log, and of a polling detector) go through here.
 *
 * An event belongs to the reading `raw` of its document; one that another reading of the same
 * second caused says so in `raw_timestamp`.
 */
import type { Alert } from '../model/alert.ts'
import { alertKey } from '../model/keys.ts'
import { type Attempt, type PatienceWorld, untilDone } from '../ports/patience.ts'
import type { ReadOutcome, Store, StoreWrite, WriteOutcome } from '../store/client.ts'

export interface DocumentWorld extends PatienceWorld {
  readonly store: Store
}

/** Writes until a quorum holds all of them, waiting as long as the store is away. */
export function archiveAlerts(
  world: DocumentWorld,
  alerts: readonly Alert[],
  signal: AbortSignal,
): Promise<void> {
  return untilDone(world, 'archive.store-waiting', signal, () => tryArchive(world, alerts))
}

/** One attempt. What the store will never take is noted and counts as done. */
export async function tryArchive(
  { store, trace }: Pick<DocumentWorld, 'store' | 'trace'>,
  alerts: readonly Alert[],
): Promise<Attempt<void>> {
  const byKey = Map.groupBy(alerts, (alert) => alertKey(alert.piano, alert.timestamp))
  const keys = [...byKey.keys()]
  const found = await store.read(keys)
  const writes: StoreWrite[] = []
  for (const [i, key] of keys.entries()) {
    const existing = textOf(found[i])
    if (existing.kind === 'again') return existing
    const text = joinAlerts(existing.text, byKey.get(key) ?? [])
    if (text !== existing.text) writes.push({ key, text })
  }
  const outcomes = writes.length > 0 ? await store.write(writes) : []
  return judge(trace, writes, outcomes)
}

/** The document with the alerts in it; the very same text when they were in it before. */
export function joinAlerts(existing: string | undefined, alerts: readonly Alert[]): string {
  const before = existing === undefined ? undefined : parseDocument(existing)
  const first = alerts[0]
  const document = before ?? { ...first, eventi: [] }
  const home = document.raw?.timestamp
  const known = new Set(document.eventi.map((event) => idOf(event, home)))
  const added = alerts
    .flatMap(({ raw, eventi }) => eventi.map((event) => placed(event, raw.timestamp, home)))
    .filter((event) => {
      const id = idOf(event, home)
      return !known.has(id) && known.add(id)
    })
  if (existing !== undefined && before && added.length === 0) return existing
  return JSON.stringify({ ...document, eventi: [...document.eventi, ...added] })
}

interface StoredEvent {
  readonly tipo?: unknown
  readonly raw_timestamp?: unknown
}

interface StoredDocument {
  readonly eventi: readonly StoredEvent[]
  readonly raw?: { readonly timestamp?: unknown }
}

/** Something else that stands under the key is not an alert document and is replaced. */
function parseDocument(text: string): StoredDocument | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isDocument =
      typeof value === 'object' &&
      value !== null &&
      'eventi' in value &&
      Array.isArray(value.eventi)
    return isDocument ? (value as StoredDocument) : undefined
  } catch {
    return undefined
  }
}

function placed<E extends object>(event: E, timestamp: string, home: unknown): E & StoredEvent {
  return timestamp === home ? event : { ...event, raw_timestamp: timestamp }
}

function idOf(event: StoredEvent | null, home: unknown): string {
  return `${event?.tipo}@${event?.raw_timestamp ?? home}`
}

type Existing =
  | { readonly kind: 'known'; readonly text: string | undefined }
  | Extract<Attempt<void>, { kind: 'again' }>

function textOf(outcome: ReadOutcome | undefined): Existing {
  if (outcome?.kind === 'found') return { kind: 'known', text: outcome.text }
  if (outcome?.kind === 'absent' || outcome?.kind === 'invalid') {
    return { kind: 'known', text: undefined }
  }
  return again(outcome)
}

function judge(
  trace: PatienceWorld['trace'],
  writes: readonly StoreWrite[],
  outcomes: readonly WriteOutcome[],
): Attempt<void> {
  for (const [i, { key }] of writes.entries()) {
    const outcome = outcomes[i]
    if (outcome?.kind === 'done') continue
    if (outcome?.kind !== 'invalid') return again(outcome)
    trace.note('error', { kind: 'archive.refused', key, reason: outcome.reason })
  }
  return { kind: 'done', value: undefined }
}

function again(outcome: ReadOutcome | WriteOutcome | undefined) {
  const reason = `the store says ${outcome?.kind ?? 'nothing'}`
  const afterMs = outcome?.kind === 'busy' ? outcome.retryAfterMs : 0
  return { kind: 'again', reason, afterMs } as const
}
