/**
 * Detection in the original's manner: it polls `latest` of some floors from the store, and a
 * reading that comes and goes between two polls is never seen. Alert documents go to the store and
 * alarms to a coordinator's broadcast; what cannot be delivered now is tried again at each poll.
 */
import type { Alert } from '../model/alert.ts'
import type { FloorState } from '../model/detection-state.ts'
import type { Incident } from '../model/incident.ts'
import { latestKey } from '../model/keys.ts'
import { checkReading } from '../model/reading.ts'
import type { AlertBroadcast, BroadcastOutcome } from '../ports/alert-broadcast.ts'
import type { Service } from '../ports/service.ts'
import { type DocumentWorld, tryArchive } from './alert-document.ts'
import { noteAlerts } from './facts.ts'
import { PollWatch } from './incidents/poll-watch.ts'
import { createJudge, type Judge, type JudgeOptions, type JudgeWorld } from './judge.ts'
import { incidentWrite, tryKeep } from './kept-documents.ts'
import { step } from './step.ts'
import { together } from './together.ts'

export interface PollDetectionWorld extends JudgeWorld, DocumentWorld {
  readonly broadcast: AlertBroadcast
}

export interface PollDetectionOptions extends JudgeOptions {
  readonly floors: readonly number[]
  /** DETECTOR_POLL_SECS, in ms. */
  readonly pollMs: number
}

/** Alarms that wait for a coordinator; the oldest are given up beyond this. */
export const WAITING_ALERTS_MAX = 1_000

/** Knows nothing at its start, so the first reading of each floor is judged whatever its age. */
export function createPollDetection(
  world: PollDetectionWorld,
  options: PollDetectionOptions,
): Service {
  return { run: (signal) => together(signal, [(either) => detect(world, options, either)]) }
}

async function detect(
  world: PollDetectionWorld,
  options: PollDetectionOptions,
  signal: AbortSignal,
): Promise<void> {
  const { rules, dryRun } = options
  const judge = createJudge(world, options, async () => {})
  await judge.begin(undefined, signal)
  const watch = rules.rule === 'watch' ? new PollWatch(world, options, judge) : undefined
  await watch?.begin(options.floors, signal)
  world.trace.note('info', { kind: 'detection.begun', rule: rules.rule, dryRun })
  const states = new Map<number, FloorState>()
  let waiting: readonly Delivery[] = []
  const poll = async (either: AbortSignal) => {
    for (;;) {
      const found = await look(world, options, { judge, states, watch })
      const alerts = found.flatMap(({ alert }) => alert ?? [])
      noteAlerts(world.trace, dryRun ? 'detection.would-raise' : 'detection.alarm', alerts)
      if (!dryRun) {
        waiting = await deliver(world, bounded(world, [...waiting, ...found]))
        await watch?.saveIfDue(waiting.length === 0)
      }
      await world.clock.sleep(options.pollMs, either)
    }
  }
  await together(signal, [...judge.tasks, poll])
}

/** An alarm on its way, or an incident, or both. */
interface Delivery {
  readonly alert: Alert | undefined
  readonly incident?: Incident
}

interface Knowing {
  readonly judge: Judge
  readonly states: Map<number, FloorState>
  readonly watch: PollWatch | undefined
}

/** Judges what is new under `latest`. */
async function look(
  { store, clock, trace }: PollDetectionWorld,
  { floors }: PollDetectionOptions,
  { judge, states, watch }: Knowing,
): Promise<readonly Delivery[]> {
  const outcomes = await store.read(floors.map(latestKey))
  const found = floors.flatMap((floor, i): readonly Delivery[] => {
    const outcome = outcomes[i]
    if (outcome?.kind !== 'found') {
      const reason = outcome?.kind ?? 'silence'
      trace.note('debug', { kind: 'detection.nothing-read', floor, reason })
      if (reason !== 'absent') watch?.listenAnew()
      return []
    }
    const check = checkReading(outcome.text, clock.wallMs())
    if (check.kind === 'rejected') return []
    const result = step(states.get(floor), check.checked, judge.context())
    if (result.kind === 'late') return []
    states.set(floor, result.state)
    if (result.average) judge.learn([result.average])
    return [{ alert: result.alert }, ...(watch?.take(check.checked) ?? [])]
  })
  return [...found, ...(watch?.silences() ?? [])]
}

function bounded(
  { trace }: PollDetectionWorld,
  deliveries: readonly Delivery[],
): readonly Delivery[] {
  const real = deliveries.filter(({ alert, incident }) => alert ?? incident)
  const lost = real.length - WAITING_ALERTS_MAX
  if (lost <= 0) return real
  trace.note('error', { kind: 'detection.alarms-given-up', count: lost })
  return real.slice(lost)
}

/**
 * Those that are still to be delivered, in order. A document that is there is not written again.
 */
async function deliver(
  world: PollDetectionWorld,
  deliveries: readonly Delivery[],
): Promise<readonly Delivery[]> {
  for (const [i, delivery] of deliveries.entries()) {
    const sent = await deliverOne(world, delivery)
    if (sent === 'unreachable') {
      world.trace.note('warn', { kind: 'detection.undelivered', waiting: deliveries.length - i })
      return deliveries.slice(i)
    }
    if (sent === 'refused') {
      const alert = delivery.alert?.alert_id
      world.trace.note('error', { kind: 'detection.broadcast-refused', alert })
    }
  }
  return []
}

async function deliverOne(
  world: PollDetectionWorld,
  { alert, incident }: Delivery,
): Promise<BroadcastOutcome> {
  const kept = await tryKeep(world, incident ? [incidentWrite(incident)] : [])
  if (kept.kind === 'again') return 'unreachable'
  if (!alert) return 'accepted'
  const stored = await tryArchive(world, [{ alert, raisedMs: world.clock.wallMs() }])
  return stored.kind === 'done' ? await world.broadcast.send(alert) : 'unreachable'
}
