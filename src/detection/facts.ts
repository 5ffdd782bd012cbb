/**
 * What detection tells operators: each alarm, and the figures of each batch.
 */
import type { Alert } from '../model/alert.ts'
import type { Clock } from '../ports/clock.ts'
import type { LogBatch } from '../ports/log.ts'
import type { Fact, Trace } from '../ports/trace.ts'
import { type BatchResult, FLOORS_MAX } from './batch.ts'
import type { Doubt } from './doubts.ts'

/** One fact for each event. */
export function noteAlerts(trace: Trace, kind: string, alerts: readonly Alert[]): void {
  for (const alert of alerts) {
    for (const event of alert.eventi) {
      trace.note('info', {
        kind,
        alert: alert.alert_id,
        floor: alert.piano,
        tipo: event.tipo,
        value: event.valore,
        threshold: event.threshold,
        message: event.descrizione,
      })
    }
  }
}

export function noteBatch(
  { clock, trace }: { readonly clock: Clock; readonly trace: Trace },
  batch: LogBatch,
  result: BatchResult,
  outcome: 'committed' | 'fenced',
  startMs: number,
): void {
  const newest = batch.records.at(-1)
  trace.note(outcome === 'fenced' ? 'warn' : 'debug', {
    kind: outcome === 'fenced' ? 'detection.batch-fenced' : 'detection.batch-judged',
    partition: batch.partition,
    alerts: result.alerts.length,
    ...result.counts,
    tookMs: Math.round(clock.monotonicMs() - startMs),
    delayMs: Math.max(0, Math.round(clock.wallMs() - (newest?.appendedMs ?? 0))),
  })
  // Alarms that never come must not be missed in silence.
  for (const doubt of result.doubts) trace.note('warn', factOf(doubt))
  const { beyond } = result.counts
  if (beyond === 0) return
  const fact = { kind: 'detection.too-many-floors', partition: batch.partition }
  trace.note('warn', { ...fact, readings: beyond, floorsMax: FLOORS_MAX })
}

/** So much of a key is told. */
export const KEY_LENGTH_TOLD_MAX = 40

const REASONS: Readonly<Record<Doubt['kind'], string>> = {
  late: 'behind the newest reading of its floor, so not judged; look at its clock',
  ahead: 'the clock was put back behind what is known of the floor, which begins anew',
  key: 'partitions are judged and indexed apart, one floor may be in several; send it as the key',
}

function factOf(doubt: Doubt): Fact {
  const { floor } = doubt
  const reason = REASONS[doubt.kind]
  const seconds = (ms: number) => Math.round(ms / 1000)
  if (doubt.kind === 'late') {
    return { kind: 'detection.late-readings', floor, seconds: seconds(doubt.lateMs), reason }
  }
  if (doubt.kind === 'ahead') {
    return { kind: 'detection.clock-put-back', floor, seconds: seconds(doubt.aheadMs), reason }
  }
  const key = doubt.key?.slice(0, KEY_LENGTH_TOLD_MAX) ?? null
  return { kind: 'detection.key-is-not-the-floor', floor, key, reason }
}
