/**
 * One page of an export: what a scan sees, but whole rows, with the deleted and expired ones and
 * with their versions. Whatever a quorum had acknowledged when the page was begun is in it or was
 * outdone; of conditional keys what is told is decided, as for any reader.
 */
import { isConditionalKey, isSystemKey, SYSTEM_KEYS } from '../../model/keys.ts'
import { checkScan, type Lane } from '../admission.ts'
import type { BackupQuery, BackupRow, ConditionalBackup, ExportOutcome } from '../backup.ts'
import type { ReadOutcome } from '../client.ts'
import type { WireRow } from '../wire.ts'
import { registerOf } from './conditional/register.ts'
import { readAll } from './reader.ts'
import type { RingView } from './ring-view.ts'
import { after, newestRows } from './scan-merge.ts'
import { gather, inPresentRing } from './scanner.ts'
import type { StoreWorld } from './store-world.ts'

type Unknown = Exclude<ExportOutcome, { kind: 'page' }>
type Documents =
  | { readonly kind: 'documents'; readonly rows: ReadonlyMap<string, ConditionalBackup> }
  | Unknown

export async function exportPage(world: StoreWorld, query: BackupQuery): Promise<ExportOutcome> {
  return checkScan(query) ?? inPresentRing(world, (view) => exportIn(world, view, query))
}

async function exportIn(
  world: StoreWorld,
  view: RingView,
  { from, limit }: BackupQuery,
): Promise<ExportOutcome> {
  const gathered = await gather(world, view, { from, to: null }, limit, false)
  if (gathered.kind === 'unavailable') return gathered
  const { rows: found, bound } = newestRows(gathered.answers, false)
  const rows = found.slice(0, limit)
  const documents = await documentsOf(world, rows, from === '' ? SYSTEM_KEYS : [])
  if (documents.kind !== 'documents') return documents
  const last = found.length > limit ? (rows.at(-1)?.k ?? null) : bound
  return {
    kind: 'page',
    cluster: view.ring.cluster,
    rows: [
      ...[...documents.rows.values()].filter(({ key }) => isSystemKey(key)),
      ...rows.flatMap((row) => backupOf(row, documents.rows)),
    ],
    next: last === null ? null : after(last, false),
  }
}

/** Conditional keys as a quorum knows them: a row alone may never have been decided. */
async function documentsOf(
  world: StoreWorld,
  scanned: readonly WireRow[],
  systemKeys: readonly string[],
): Promise<Documents> {
  const revisions = new Map<string, number>()
  for (const { k, v } of scanned) {
    if (isConditionalKey(k)) revisions.set(k, registerOf(v).revision)
  }
  const rows = new Map<string, ConditionalBackup>()
  const asked: [Lane, readonly string[]][] = [
    ['system', systemKeys],
    ['public', [...revisions.keys()]],
  ]
  for (const [lane, keys] of asked) {
    for (const [index, outcome] of (await readAll(world, keys, lane)).entries()) {
      const key = keys[index] ?? ''
      if (outcome.kind === 'found') rows.set(key, documentOf(key, outcome, revisions.get(key) ?? 0))
      else if (outcome.kind !== 'absent') return outcome
    }
  }
  return { kind: 'documents', rows }
}

function documentOf(
  key: string,
  { text, etag = '' }: Extract<ReadOutcome, { kind: 'found' }>,
  revision: number,
): ConditionalBackup {
  return { lane: 'conditional', key, text, etag, revision }
}

function backupOf(
  { k, v, o, t, n, e }: WireRow,
  documents: ReadonlyMap<string, ConditionalBackup>,
): readonly BackupRow[] {
  if (isConditionalKey(k)) return [documents.get(k) ?? []].flat()
  return [{ lane: 'plain', key: k, text: v, order: o, time: t, writer: n, expiresMs: e }]
}
