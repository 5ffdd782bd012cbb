/**
 * How polled floors speak. `latest` stands in the store whether its meter speaks or not, so only a
 * reading that was not seen before is a sign of life; that holds across a restart, since what was
 * seen last is saved with the voice. Otherwise each restart would end a silence that goes on.
 */
import type { Voice } from '../../model/detection-state.ts'
import type { Incident } from '../../model/incident.ts'
import { seriesStateKey } from '../../model/keys.ts'
import type { CheckedReading } from '../../model/reading.ts'
import type { StoreWrite } from '../../store/client.ts'
import { silenceOf } from './silence.ts'
import { hear, leftSilenceEnds, silenceBegins } from './silent-floor.ts'
import type { WatchedChange } from './watched-floor.ts'

export interface SavedVoice {
  readonly voice: Voice
  /** That the newest reading seen carries. */
  readonly timeMs: number
}

export const voiceKey = (floor: number): string => seriesStateKey(floor, 'voice')

export class PollVoices {
  private readonly voices = new Map<number, Voice>()
  private readonly seenMs = new Map<number, number>()
  /** Silences that stand open and that no saved voice knows of. */
  private readonly left = new Map<number, readonly Incident[]>()

  /** `open`: all incidents of the floor that stand open. */
  restore(floor: number, saved: SavedVoice | undefined, open: readonly Incident[]): void {
    const ownMs = saved?.voice.silentSinceMs
    const left = open.filter(({ cause, startMs }) => cause === 'silent' && startMs !== ownMs)
    if (saved) this.voices.set(floor, saved.voice)
    if (left.length > 0) this.left.set(floor, left)
    else if (saved) this.seenMs.set(floor, saved.timeMs)
  }

  /** The silences that a reading breaks. */
  take(checked: CheckedReading, nowMs: number, timeZone: string): readonly WatchedChange[] {
    const { reading, timeMs } = checked
    const { piano } = reading
    const left = this.left.get(piano) ?? []
    if (!this.isNews(piano, timeMs, left)) return []
    const { voice, changes } = hear(this.voices.get(piano), reading, nowMs, timeZone)
    this.voices.set(piano, voice)
    this.left.delete(piano)
    return [...left.map((incident) => leftSilenceEnds(incident, reading, nowMs)), ...changes]
  }

  /** Where a silence was not saved, what is not newer than its beginning was heard before it. */
  private isNews(floor: number, timeMs: number, left: readonly Incident[]): boolean {
    const seenMs = this.seenMs.get(floor) ?? Math.max(...left.map(({ startMs }) => startMs))
    this.seenMs.set(floor, Math.max(timeMs, this.seenMs.get(floor) ?? timeMs))
    return timeMs > seenMs
  }

  /** The silences that have begun. */
  silences(nowMs: number, listeningMs: number, timeZone: string): readonly WatchedChange[] {
    return [...this.voices].flatMap(([floor, voice]) => {
      const silence = silenceOf(voice, nowMs, listeningMs, timeZone)
      if (!silence) return []
      this.voices.set(floor, silence.voice)
      return [silenceBegins(floor, silence)]
    })
  }

  writeOf(floor: number): StoreWrite | undefined {
    const [voice, timeMs] = [this.voices.get(floor), this.seenMs.get(floor)]
    if (!voice || timeMs === undefined) return undefined
    const saved: SavedVoice = { voice, timeMs }
    return { key: voiceKey(floor), text: JSON.stringify(saved) }
  }
}
