/**
 * What people have said about alarms, always at hand. While nobody can be asked the last known
 * words hold, and before that none: telling too much does less harm than silence.
 */
import { type AlarmSayings, NOTHING_SAID } from '../../model/alarm-sayings.ts'
import type { Clock } from '../../ports/clock.ts'
import type { SayingsSource } from '../../ports/sayings-source.ts'

export interface SayingsKeeper {
  current(): AlarmSayings
  /** Asks once. */
  begin(): Promise<void>
  /** Asks again and again until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>
}

export function sayingsKeeper(
  { clock, sayings }: { readonly clock: Clock; readonly sayings: SayingsSource },
  pollMs: number,
): SayingsKeeper {
  let known = NOTHING_SAID
  const look = async () => {
    known = (await sayings.current()) ?? known
  }
  return {
    current: () => known,
    begin: look,
    async run(signal) {
      for (;;) {
        await clock.sleep(pollMs, signal)
        await look()
      }
    },
  }
}
