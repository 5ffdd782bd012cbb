/**
 * What people were told of incidents, read from the alerts log: after a rule was replaced it is the
 * only place that knows all of it, for states are saved now and then and alarms at once. Read only
 * then, for it is long.
 */
import { admitIncident } from '../../model/incident.ts'
import { ALERTS_TOPIC } from '../../model/topics.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import { type ToldIncident, toldOf } from './handover.ts'

/** By series, of these series. Rejects with the signal's reason when aborted. */
export async function toldIncidents(
  { log, clock }: { readonly log: Log; readonly clock: Clock },
  series: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly ToldIncident[]>> {
  const told = new Map<string, ToldIncident[]>()
  const enough = new AbortController()
  const until = AbortSignal.any([signal, enough.signal])
  for await (const event of log.follow(ALERTS_TOPIC, 'oldest', until)) {
    if (event.kind === 'caught-up') break
    if (event.kind !== 'records') continue
    for (const { value } of event.records) {
      const incident = incidentOf(value)
      const key = incident && `${incident.floor}/${incident.metric}`
      if (key && series.has(key)) told.set(key, [...(told.get(key) ?? []), toldOf(incident)])
    }
    // A log in a file hands out the past without a pause; the rest of the process must go on.
    await clock.sleep(0, signal)
  }
  enough.abort()
  signal.throwIfAborted()
  return told
}

function incidentOf(text: string) {
  try {
    const { incident } = JSON.parse(text) as { readonly incident?: unknown }
    return admitIncident(incident)
  } catch {
    return undefined
  }
}
