/**
 * Alert documents in the store: one for each floor and second. A later alert of the same second
 * joins the document that stands there, and one that came before changes nothing, so writing twice
 * is harmless. Both ways to the store (from the log, and of a polling detector) go through here.
 *
 * A document is read, joined and written again, and whoever does so may be stopped in between while
 * a successor goes on. So every write carries an order, the time of the document's first alarm and
 * one more for each event in it: a late write loses to any that has more, and no event is taken
 * away.
 *
 * An event belongs to the reading `raw` of its document; one that another reading of the same
 * second caused says so in `raw_timestamp`.
 */
import type { Alert } from '../model/alert.ts'
import { alertKey } from '../model/keys.ts'
import { type Attempt, type PatienceWorld, untilDone } from '../ports/patience.ts'
import type { ReadOutcome, Store, StoreWrite, WriteOutcome } from '../store/client.ts'

/**
 * `raisedMs`: wall time at which the alarm was made known, the same whenever it is written again.
 */
export interface RaisedAlert {
  readonly alert: Alert
  readonly raisedMs: number
}

export interface DocumentWorld extends PatienceWorld {
  readonly store: Store
}

/** Writes until a quorum holds all of them, waiting as long as the store is away. */
export function archiveAlerts(
  world: DocumentWorld,
  raised: readonly RaisedAlert[],
  signal: AbortSignal,
): Promise<void> {
  return untilDone(world, 'archive.store-waiting', signal, () => tryArchive(world, raised))
}

/** One attempt. What the store will never take is noted and counts as done. */
export async function tryArchive(
  { store, trace }: Pick<DocumentWorld, 'store' | 'trace'>,
  raised: readonly RaisedAlert[],
): Promise<Attempt<void>> {
  const byKey = Map.groupBy(raised, ({ alert }) => alertKey(alert.piano, alert.timestamp))
  const keys = [...byKey.keys()]
  const found = await store.read(keys)
  const writes: StoreWrite[] = []
  for (const [i, key] of keys.entries()) {
    const existing = existingOf(found[i])
    if (existing.kind === 'again') return existing
    const own = byKey.get(key) ?? []
    const { text, added } = joinAlerts(
      existing.text,
      own.map(({ alert }) => alert),
    )
    const order = existing.order ?? own[0]?.raisedMs ?? 0
    if (text !== existing.text) writes.push({ key, text, order: order + added })
  }
  const outcomes = writes.length > 0 ? await store.write(writes) : []
  return judge(trace, writes, outcomes)
}

export interface JoinedDocument {
  /** The very same text as before when all the alerts were in it. */
  readonly text: string
  /** How many events it has more than before. */
  readonly added: number
}

/** The document with the alerts in it. */
export function joinAlerts(existing: string | undefined, alerts: readonly Alert[]): JoinedDocument {
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
  if (existing !== undefined && before && added.length === 0) return { text: existing, added: 0 }
  const text = JSON.stringify({ ...document, eventi: [...document.eventi, ...added] })
  return { text, added: added.length }
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
  | { readonly kind: 'known'; readonly text?: string; readonly order?: number }
  | Extract<Attempt<void>, { kind: 'again' }>

function existingOf(outcome: ReadOutcome | undefined): Existing {
  if (outcome?.kind === 'found') return { ...outcome, kind: 'known' }
  if (outcome?.kind === 'absent' || outcome?.kind === 'invalid') return { kind: 'known' }
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
