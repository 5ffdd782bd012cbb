/**
 * Lets the simulated building live: each tick is published when its time has come, counted from the
 * start, so that the pace never drifts however long an append takes. Nothing is buffered and
 * nothing is dropped: while the log is away the building stands still, and afterwards the ticks
 * that are due follow at once, with their own times.
 */
import type { Log } from '../ports/log.ts'
import { appendPatiently, type PatienceWorld } from '../ports/patience.ts'
import type { Service } from '../ports/service.ts'
import { type EpisodeOverlay, episodeOverlay } from './episode-overlay.ts'
import { type Building, startBuilding, tick } from './simulated-building.ts'
import type { SimulatorOptions } from './simulator-options.ts'

export interface MeterWorld extends PatienceWorld {
  readonly log: Log
}

/** At most so long between two looks at the clock, which may jump. */
export const LOOK_AT_CLOCK_MS_MAX = 1_000
/** How often it says what it has done. */
export const PROGRESS_EVERY_MS = 60_000

/**
 * `world.random` must be seeded where the stream is to be repeated: the same seed, options and
 * `startMs` give the same records.
 */
export function createSimulator(world: MeterWorld, options: SimulatorOptions): Service {
  return {
    async run(signal) {
      const startMs = Math.floor(options.startMs ?? world.clock.wallMs())
      try {
        await live(world, options, startMs, signal)
      } catch (error) {
        if (!signal.aborted || error !== signal.reason) throw error
      }
    },
  }
}

async function live(
  world: MeterWorld,
  options: SimulatorOptions,
  startMs: number,
  signal: AbortSignal,
): Promise<void> {
  let building = startBuilding(options, world.random.fork('building'))
  const overlay = episodeOverlay(options, startMs, world.random.fork('episodes'))
  let saidMs = startMs
  while (building.ticks !== options.ticks) {
    const dueMs = startMs + Math.round(building.ticks * options.intervalSeconds * 1000)
    await untilDue(world, dueMs, signal)
    building = await publish(world, options, { building, overlay }, dueMs, signal)
    if (dueMs - saidMs < PROGRESS_EVERY_MS) continue
    world.trace.note('info', { kind: 'simulator.progress', ticks: building.ticks })
    saidMs = dueMs
  }
  world.trace.note('info', { kind: 'simulator.finished', ticks: building.ticks })
}

async function untilDue({ clock }: MeterWorld, dueMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  for (let leftMs = dueMs - clock.wallMs(); leftMs > 0; leftMs = dueMs - clock.wallMs()) {
    await clock.sleep(Math.min(leftMs, LOOK_AT_CLOCK_MS_MAX), signal)
  }
}

/** Labels go first: what reached the readings is labelled, even if we die in between. */
async function publish(
  world: MeterWorld,
  options: SimulatorOptions,
  { building, overlay }: { readonly building: Building; readonly overlay: EpisodeOverlay },
  timeMs: number,
  signal: AbortSignal,
): Promise<Building> {
  const ticked = tick(building, timeMs)
  const { readings, labels } = overlay.lay(ticked, timeMs)
  const records = (documents: readonly { readonly piano: number }[]) =>
    documents.map((one) => ({ key: String(one.piano), value: JSON.stringify(one) }))
  if (labels.length > 0) await appendPatiently(world, options.labelsTopic, records(labels), signal)
  await appendPatiently(world, options.topic, records(readings), signal)
  world.trace.note('debug', {
    kind: 'simulator.tick',
    readings: readings.length,
    anomalies: labels.length,
  })
  return ticked.state
}
