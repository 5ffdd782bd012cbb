/**
 * Which floors send nothing. Held against the page's clock when the live client tells of news, so a
 * card is drawn when its floor falls silent and when it speaks again, and not with the clock.
 *
 * Paused, or without a connection, nothing can be said of now: then against the newest reading of
 * the building, so that a floor that was silent before is so still.
 */
import { isSameList } from '../lib/floors.ts'
import { SLOWEST_MS } from '../lib/pace-of-meter.ts'
import { type Listening, silentFloors, silentSinceMs } from '../lib/silence.ts'
import type { LiveClient } from '../live/live-client.ts'
import type { LiveState } from '../live/machine.ts'
import { knownIntervalMsOf, newestMs } from '../live/samples.ts'
import { useLive, useLiveClient, useLiveSame } from './live-context.tsx'

/** Of when the newest reading of a silent floor is; undefined while it speaks. */
export function useFloorSilence(floor: number): number | undefined {
  const client = useLiveClient()
  return useLive((state) => silentSinceMs(state.samples.get(floor), listeningOf(client, state)))
}

/** Ascending; the same list while the same floors are silent. */
export function useSilentFloors(): readonly number[] {
  const client = useLiveClient()
  return useLiveSame(
    (state) => silentFloors(state.samples, listeningOf(client, state)),
    (a, b) => isSameList(a, b, (one, other) => one === other),
  )
}

function listeningOf(client: LiveClient, { samples, passedMs }: LiveState): Listening {
  const { kind } = client.connection()
  const isListening = kind === 'live' || kind === 'delayed'
  return {
    nowMs: isListening ? client.clockMs() : (newestMs(samples) ?? 0),
    sinceMs: passedMs,
    intervalMs: () => knownIntervalMsOf(samples) ?? SLOWEST_MS,
  }
}
