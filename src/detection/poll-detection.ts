/**
 * Detection in the original's manner: it polls `latest` of some floors from the store, and a
 * reading that comes and goes between two polls is never seen. Alert documents go to the store and
 * alarms to a coordinator's broadcast; what cannot be delivered now is tried again at each poll.
 */
import type { Alert } from '../model/alert.ts'
import type { FloorState } from '../model/detection-state.ts'
import { latestKey } from '../model/keys.ts'
import { checkReading } from '../model/reading.ts'
import type { AlertBroadcast } from '../ports/alert-broadcast.ts'
import type { Service } from '../ports/service.ts'
import { type DocumentWorld, tryArchive } from './alert-document.ts'
import { noteAlerts } from './facts.ts'
import { createJudge, type Judge, type JudgeOptions, type JudgeWorld } from './judge.ts'
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
  const judge = createJudge(world, options, async () => {})
  await judge.begin(undefined, signal)
  world.trace.note('info', { kind: 'detection.begun', dryRun: options.dryRun })
  const states = new Map<number, FloorState>()
  let waiting: readonly Alert[] = []
  const poll = async (either: AbortSignal) => {
    for (;;) {
      const found = await look(world, options, judge, states)
      noteAlerts(world.trace, options.dryRun ? 'detection.would-raise' : 'detection.alarm', found)
      if (!options.dryRun) waiting = await deliver(world, bounded(world, [...waiting, ...found]))
      await world.clock.sleep(options.pollMs, either)
    }
  }
  await together(signal, [...judge.tasks, poll])
}

/** Judges what is new under `latest`. */
async function look(
  { store, clock, trace }: PollDetectionWorld,
  { floors }: PollDetectionOptions,
  judge: Judge,
  states: Map<number, FloorState>,
): Promise<readonly Alert[]> {
  const outcomes = await store.read(floors.map(latestKey))
  return floors.flatMap((floor, i) => {
    const outcome = outcomes[i]
    if (outcome?.kind !== 'found') {
      const reason = outcome?.kind ?? 'silence'
      trace.note('debug', { kind: 'detection.nothing-read', floor, reason })
      return []
    }
    const check = checkReading(outcome.text, clock.wallMs())
    if (check.kind === 'rejected') return []
    const result = step(states.get(floor), check.checked, judge.context())
    if (result.kind === 'late') return []
    states.set(floor, result.state)
    if (result.average) judge.learn([result.average])
    return result.alert ? [result.alert] : []
  })
}

function bounded({ trace }: PollDetectionWorld, alerts: readonly Alert[]): readonly Alert[] {
  const lost = alerts.length - WAITING_ALERTS_MAX
  if (lost <= 0) return alerts
  trace.note('error', { kind: 'detection.alarms-given-up', count: lost })
  return alerts.slice(lost)
}

/**
 * Those that are still to be delivered, in order. A document that is there is not written again.
 */
async function deliver(
  world: PollDetectionWorld,
  alerts: readonly Alert[],
): Promise<readonly Alert[]> {
  for (const [i, alert] of alerts.entries()) {
    const stored = await tryArchive(world, [{ alert, raisedMs: world.clock.wallMs() }])
    const sent = stored.kind === 'done' ? await world.broadcast.send(alert) : 'unreachable'
    if (sent === 'unreachable') {
      world.trace.note('warn', { kind: 'detection.undelivered', waiting: alerts.length - i })
      return alerts.slice(i)
    }
    if (sent === 'refused') {
      world.trace.note('error', { kind: 'detection.broadcast-refused', alert: alert.alert_id })
    }
  }
  return []
}
