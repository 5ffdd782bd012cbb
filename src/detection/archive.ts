/**
 * Brings alert documents and incidents from the alerts log to the store (decision 1). It waits
 * while the store is away and commits only what a quorum holds, so each alarm has its document in
 * the end; alarms themselves were shown long before.
 */
import type { Alert } from '../model/alert.ts'
import { admitIncident } from '../model/incident.ts'
import { admitLearned } from '../model/learned.ts'
import { ALERTS_TOPIC, ARCHIVE_GROUP } from '../model/topics.ts'
import type { Log, LogBatch, LogRecord } from '../ports/log.ts'
import { untilDone, whenReachable } from '../ports/patience.ts'
import type { Service } from '../ports/service.ts'
import type { Trace } from '../ports/trace.ts'
import { archiveAlerts, type DocumentWorld, type RaisedAlert } from './alert-document.ts'
import { incidentWrite, type KeptDocument, keepDocuments, learnedWrite } from './kept-documents.ts'
import { together } from './together.ts'

export interface ArchiveWorld extends DocumentWorld {
  readonly log: Log
}

/** Few enough that even the largest readings make one request that the store takes. */
export const ARCHIVE_BATCH_RECORDS_MAX = 50

/** One member of the group. Rejects only when going on would be wrong. */
export function createAlertArchive(world: ArchiveWorld): Service {
  return { run: (signal) => together(signal, [(either) => archive(world, either)]) }
}

async function archive(world: ArchiveWorld, signal: AbortSignal): Promise<void> {
  const limits = { batchRecordsMax: ARCHIVE_BATCH_RECORDS_MAX }
  for await (const event of world.log.consume(ALERTS_TOPIC, ARCHIVE_GROUP, signal, limits)) {
    if (event.kind === 'batch') await takeBatch(world, event.batch, signal)
  }
}

async function takeBatch(world: ArchiveWorld, batch: LogBatch, signal: AbortSignal): Promise<void> {
  const raised = batch.records.flatMap(raisedIn)
  if (raised.length > 0) await archiveAlerts(world, raised, signal)
  const documents = batch.records.flatMap((record) => documentIn(record, world.trace))
  if (documents.length > 0) await keepDocuments(world, documents, signal)
  const outcome = await untilDone(world, 'log.waiting', signal, () =>
    whenReachable(() => batch.commit()),
  )
  world.trace.note('debug', { kind: 'archive.batch-stored', alerts: raised.length, outcome })
}

/** The alert that a record carries; nothing for records of other kinds and without a document. */
function raisedIn({ value, appendedMs }: LogRecord): readonly RaisedAlert[] {
  try {
    const record: { kind?: unknown; alert?: Partial<Alert> } | null = JSON.parse(value)
    const alert = record?.kind === 'notification' ? record.alert : undefined
    return alert && isAlert(alert) ? [{ alert, raisedMs: appendedMs }] : []
  } catch {
    return []
  }
}

/** The incident or what was learned; nothing for records of other kinds. A spoilt one is told. */
function documentIn(
  { value, partition, offset }: LogRecord,
  trace: Trace,
): readonly KeptDocument[] {
  const { kind, incident, learned } = fieldsOf(value)
  const happened = kind === 'incident' ? admitIncident(incident) : undefined
  const known = kind === 'learned' ? admitLearned(learned) : undefined
  if (happened) return [incidentWrite(happened)]
  if (known) return [learnedWrite(known)]
  if (kind === 'incident' || kind === 'learned') {
    trace.note('warn', { kind: 'archive.not-admitted', document: kind, partition, offset })
  }
  return []
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

function isAlert(alert: Partial<Alert>): alert is Alert {
  const { piano, timestamp, eventi, raw } = alert
  const isNamed = Number.isSafeInteger(piano) && Number.isSafeInteger(timestamp)
  return isNamed && Array.isArray(eventi) && typeof raw?.timestamp === 'string'
}
