/**
 * The limits in force, always at hand. They are polled away from the path of a reading; when nobody
 * can be asked the last known ones hold, after a restart too, since each change is remembered in
 * the log. Only a detector that never knew any waits: guessing limits would raise wrong alarms.
 */
import { must } from '../model/must.ts'
import type { Thresholds } from '../model/thresholds.ts'
import { type PatienceWorld, untilDone } from '../ports/patience.ts'
import type { ThresholdSource } from '../ports/threshold-source.ts'

export interface KeeperWorld extends PatienceWorld {
  readonly thresholds: ThresholdSource
}

export interface KeeperOptions {
  /** Time between two polls. */
  readonly pollMs: number
  /** Makes known limits survive this process; failing is allowed, it is tried again. */
  readonly remember: (thresholds: Thresholds, signal: AbortSignal) => Promise<void>
}

export interface ThresholdsKeeper {
  /** Only after `begin`. */
  current(): Thresholds
  /** Resolves once there are limits: of the source, else the last known, else it waits. */
  begin(lastKnown: Thresholds | undefined, signal: AbortSignal): Promise<void>
  /** Polls until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>
}

export function thresholdsKeeper(world: KeeperWorld, options: KeeperOptions): ThresholdsKeeper {
  let known: Thresholds | undefined
  let remembered = ''
  const look = async (signal: AbortSignal) => {
    known = (await world.thresholds.current()) ?? known
    const text = JSON.stringify(known)
    if (!known || text === remembered) return
    await options.remember(known, signal)
    remembered = text
    world.trace.note('info', { kind: 'detection.thresholds', thresholds: text })
  }
  return {
    current: () => must(known, 'thresholds are known once detection has begun'),
    async begin(lastKnown, signal) {
      known = lastKnown
      remembered = lastKnown ? JSON.stringify(lastKnown) : ''
      await untilDone(world, 'detection.waiting-for-thresholds', signal, async () => {
        await look(signal)
        if (known) return { kind: 'done', value: undefined }
        return { kind: 'again', reason: 'no coordinator has told the thresholds yet' }
      })
    },
    async run(signal) {
      for (;;) {
        await world.clock.sleep(options.pollMs, signal)
        await look(signal)
      }
    },
  }
}
