/**
 * Meters whose readings a test can count. They send without pause while processes are killed around
 * them, remember which readings the log has acknowledged, and know what must have come of them in
 * the end: every document of the store and every alarm.
 *
 * Times of readings are 5 s apart though many are sent in a second, so alarms tell whether the
 * cooldown counts in the time of the readings. One floor writes its times with an offset, as some
 * meters do, so that keys hold a `+`.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { indexKey, latestKey, readingKey } from '../../src/model/keys.ts'
import { READINGS_TOPIC } from '../../src/model/topics.ts'
import type { Log } from '../../src/ports/log.ts'
import { eventually } from './eventually.ts'

export interface MeterReading {
  readonly piano: number
  readonly timestamp: string
  readonly sensore2_kw: number
  readonly sensore3_tensione: number
}

export interface Meters {
  /** What the log has acknowledged; of each floor in the order of the log. Grows. */
  readonly acknowledged: readonly MeterReading[]
  /** Resolves when so many further readings were acknowledged. */
  send(count: number): Promise<void>
  /** Resolves when nothing is sent any more. */
  stop(): Promise<void>
}

const FLOORS = [1, 2, 3]
const START_MS = Date.UTC(2024, 2, 4, 8)
const STEP_MS = 5_000
const TICK_MS = 20
/** Later on all is quiet: on the slowest machine there are fewer alarms than a list can show. */
const WILD_TICKS = 5_000
/** A log that takes nothing for so long is not killed but broken. */
const SEND_MS_MAX = 60_000

/** Between what meters read in quiet times and what they read in wild ones. */
const KW_MAX = 9
/** For `PUT /admin/thresholds`: with the default limit there would be no alarm. */
export const METER_THRESHOLDS = { default: { kw_max: KW_MAX }, per_floor: {} }
const COOLDOWN_SECONDS = 100
/** For detectors: twenty readings from one alarm to the next. */
export const METER_ENVIRONMENT = { EDGE_COOLDOWN_SECS: String(COOLDOWN_SECONDS) }
/** Timestamps in an index unless told otherwise. */
const INDEX_SIZE = 500

/** They send until they are stopped, `backlog` ticks at once at first. */
export function startMeters(log: Log, backlog = 1): Meters {
  const acknowledged: MeterReading[] = []
  const stopping = new AbortController()
  const sending = keepSending(log, backlog, acknowledged, stopping.signal)
  return {
    acknowledged,
    async send(count) {
      const enough = acknowledged.length + count
      const isSent = () => acknowledged.length >= enough
      await eventually(`${count} further readings are acknowledged`, isSent, SEND_MS_MAX)
    },
    async stop() {
      stopping.abort()
      await sending
    },
  }
}

async function keepSending(
  log: Log,
  backlog: number,
  acknowledged: MeterReading[],
  stopping: AbortSignal,
): Promise<void> {
  let [tick, count] = [0, backlog]
  while (!stopping.aborted) {
    const readings = Array.from({ length: count }, (_, n) => readingsOf(tick + n)).flat()
    const isTaken = await log.append(READINGS_TOPIC, readings.map(recordOf)).then(
      () => true,
      () => false,
    )
    if (isTaken) {
      acknowledged.push(...readings)
      tick += count
      count = 1
    }
    await sleep(TICK_MS)
  }
}

function readingsOf(tick: number): readonly MeterReading[] {
  return FLOORS.map((piano) => ({
    piano,
    timestamp: timestampOf(piano, START_MS + tick * STEP_MS),
    sensore2_kw: kwOf(tick),
    sensore3_tensione: 220 + piano,
  }))
}

/** Most are over the limit, so an alarm follows the one before as soon as the cooldown is over. */
function kwOf(tick: number): number {
  const isWild = tick < WILD_TICKS && tick % 7 !== 0
  return (isWild ? KW_MAX + 1 : KW_MAX / 2) + tick / 1e5
}

function timestampOf(floor: number, timeMs: number): string {
  const isOffset = floor === 2
  const local = new Date(timeMs + (isOffset ? 2 * 3_600_000 : 0)).toISOString().slice(0, -1)
  return `${local}${floor}00${isOffset ? '+02:00' : 'Z'}`
}

function recordOf(reading: MeterReading) {
  return { key: String(reading.piano), value: JSON.stringify(reading) }
}

/** Every document that must stand under `energy:`, by key. */
export function expectedDocuments(readings: readonly MeterReading[]): ReadonlyMap<string, unknown> {
  const documents = new Map<string, unknown>()
  for (const reading of readings) {
    documents.set(readingKey(reading.piano, reading.timestamp), reading)
    documents.set(latestKey(reading.piano), reading)
  }
  for (const [floor, own] of byFloor(readings)) {
    const timestamps = own.map(({ timestamp }) => timestamp).slice(-INDEX_SIZE)
    documents.set(indexKey(floor), { timestamps })
  }
  return documents
}

/** The reading of every alarm that must have been raised, by the alarm's id. */
export function expectedAlarms(
  readings: readonly MeterReading[],
): ReadonlyMap<string, MeterReading> {
  const alarms = new Map<string, MeterReading>()
  for (const [floor, own] of byFloor(readings)) {
    let raisedMs = Number.NEGATIVE_INFINITY
    for (const reading of own) {
      const timeMs = Date.parse(reading.timestamp)
      if (reading.sensore2_kw <= KW_MAX || timeMs - raisedMs < COOLDOWN_SECONDS * 1000) continue
      alarms.set(`${floor}:kw:kw_over:${reading.timestamp}`, reading)
      raisedMs = timeMs
    }
  }
  return alarms
}

function byFloor(readings: readonly MeterReading[]): ReadonlyMap<number, readonly MeterReading[]> {
  return Map.groupBy(readings, ({ piano }) => piano)
}
