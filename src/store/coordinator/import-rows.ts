/**
 * Rows of an export are written again. A plain row goes to its replicas under the version that it
 * has: where a newer one stands, that stays, and the same one once more is the same write. A
 * conditional document is put in place of an older one under its own etag, which tells when it was
 * made, so the same holds for it.
 */
import { isConditionalKey, SYSTEM_KEYS } from '../../model/keys.ts'
import { checkWrite, type Invalid } from '../admission.ts'
import {
  BACKUP_ROWS_MAX,
  type BackupRow,
  type ConditionalBackup,
  type ImportOutcome,
  type PlainBackup,
} from '../backup.ts'
import type { ConditionalLane } from './conditional/lane.ts'
import type { Change } from './conditional/proposer.ts'
import type { Register } from './conditional/register.ts'
import type { StoreWorld } from './store-world.ts'
import { writeRow } from './writer.ts'

export async function importRows(
  world: StoreWorld,
  lane: ConditionalLane,
  rows: readonly BackupRow[],
): Promise<readonly ImportOutcome[]> {
  if (rows.length > BACKUP_ROWS_MAX) {
    const reason = `has ${rows.length} entries; at most ${BACKUP_ROWS_MAX} are taken, split it`
    return rows.map(() => ({ kind: 'invalid', field: 'rows', reason }))
  }
  return Promise.all(rows.map((row) => importRow(world, lane, row)))
}

async function importRow(
  world: StoreWorld,
  lane: ConditionalLane,
  row: BackupRow,
): Promise<ImportOutcome> {
  const wrong = checkRow(row)
  if (wrong) return wrong
  const { view } = world
  if (view === null || view.isEmpty) return { kind: 'no-shards' }
  if (row.lane === 'conditional') return importDocument(lane, row)
  const { key: k, text: v, order: o, time: t, writer: n, expiresMs: e } = row
  return new Promise((resolve) => writeRow(world, view, { k, v, o, t, n, e }, resolve))
}

/** Which lane a key is in depends on its name alone. */
function checkRow(row: BackupRow): Invalid | undefined {
  const { key, text, lane } = row
  if (isConditionalKey(key) !== (lane === 'conditional')) {
    return { kind: 'invalid', field: 'lane', reason: `is not that of the key ${key}` }
  }
  const wrongWrite = checkWrite({ key, text }, SYSTEM_KEYS.includes(key) ? 'system' : 'public')
  return wrongWrite ?? (row.lane === 'plain' ? checkVersion(row) : undefined)
}

function checkVersion({ order, time, expiresMs }: PlainBackup): Invalid | undefined {
  if (!(Number.isFinite(order) && order >= 0)) return wrong('order', 'must be a time in ms')
  if (!Number.isSafeInteger(time) || time < 0) return wrong('time', 'must be a hybrid time')
  if (expiresMs !== null && !Number.isFinite(expiresMs)) return wrong('expires', 'must be a time')
  return undefined
}

function wrong(field: string, reason: string): Invalid {
  return { kind: 'invalid', field, reason }
}

async function importDocument(
  lane: ConditionalLane,
  document: ConditionalBackup,
): Promise<ImportOutcome> {
  const proposed = await lane.propose(document.key, inPlaceOfOlder(document))
  const outcome = lane.writeOutcome(document.key, proposed)
  return outcome.kind === 'mismatch' ? { kind: 'kept' } : outcome
}

/** Exported for its test. */
export function inPlaceOfOlder({ text, etag, revision }: ConditionalBackup): Change {
  return (register) => {
    if (register.etag === etag) return { kind: 'repeated', etag }
    if (!isOlder(register, { etag, revision })) return { kind: 'mismatch', etag: register.etag }
    const next = Math.max(revision, register.revision + 1)
    const { requests } = register
    return { kind: 'changed', register: { revision: next, etag, text, requests }, etag }
  }
}

/**
 * A deleted document has no etag that would tell when it was deleted; it stays deleted unless the
 * one that is imported has been changed more often.
 */
function isOlder(
  register: Register,
  document: Pick<ConditionalBackup, 'etag' | 'revision'>,
): boolean {
  if (register.etag === null) return register.revision < document.revision || isBlank(register)
  const [theirs, ours] = [madeAt(register.etag), madeAt(document.etag)]
  return theirs === ours ? register.etag < document.etag : theirs < ours
}

function isBlank({ revision, text }: Register): boolean {
  return revision === 0 && text === null
}

/** The hybrid time in an etag; 0 of one from before there were any. */
function madeAt(etag: string): number {
  const time = Number.parseInt(etag, 36)
  return etag.includes('-') && Number.isSafeInteger(time) ? time : 0
}
