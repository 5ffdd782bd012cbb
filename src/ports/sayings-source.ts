/**
 * Where a detector learns what people have said about alarms: what to be quiet about, and which
 * changed level is the usual one from now on. Polled, away from the path of a reading.
 */
import type { AlarmSayings } from '../model/alarm-sayings.ts'

export interface SayingsSource {
  /**
   * What holds now, or undefined when nobody could be asked. Never rejects, and settles within a
   * few seconds.
   */
  current(): Promise<AlarmSayings | undefined>
}
