/**
 * Meters whose readings go through the log and ingestion, some late, some twice, some broken; and
 * what of them the log took, for the history.
 */
import { readingKey } from '../src/model/keys.ts'
import { must } from '../src/model/must.ts'
import { parseTimestamp } from '../src/model/timestamp.ts'
import { READINGS_TOPIC } from '../src/model/topics.ts'
import type { Random } from '../src/ports/random.ts'
import type { WorkloadWorld } from './asking.ts'
import { START_WALL_MS } from './clock.ts'
import type { History } from './history.ts'
import type { SimLog } from './log.ts'
import { FLOORS } from './workload.ts'

const READING_EVERY_MS = 400

/** Readings until it is told to stop, some late, some twice, some broken. */
export async function runMeters(
  world: WorkloadWorld,
  random: Random,
  isOver: () => boolean,
): Promise<void> {
  let number = 0
  for (;;) {
    await world.kernel.sleep(random.below(READING_EVERY_MS))
    if (isOver()) return
    number += 1
    const floor = must(FLOORS[random.below(FLOORS.length)])
    const lateMs = random.chance(0.2) ? random.below(20_000) : 0
    const text = random.chance(0.04)
      ? `no reading ${number}`
      : readingText(floor, world.kernel.nowMs - lateMs, number)
    for (let i = random.chance(0.1) ? 2 : 1; i > 0; i -= 1) appendReading(world, floor, text)
  }
}

/** The newest of its floor, so that whoever owns the floor writes its index once more. */
export function appendLastReadings(world: WorkloadWorld): void {
  for (const floor of FLOORS) {
    appendReading(world, floor, readingText(floor, world.kernel.nowMs, 999))
  }
}

function appendReading({ log }: WorkloadWorld, floor: number, text: string): void {
  if (!log.isAway) log.append(READINGS_TOPIC, [{ key: String(floor), value: text }])
}

function readingText(floor: number, atMs: number, number: number): string {
  // Microseconds that no other reading has, so that each has a key of its own.
  const micros = String(number % 1_000).padStart(3, '0')
  const moment = new Date(Math.floor(START_WALL_MS + atMs)).toISOString()
  const timestamp = moment.replace('Z', `${micros}Z`)
  return `{"piano":${floor},"timestamp":"${timestamp}","sensore2_kw": ${number}.0}`
}

/** What the log took, for the history. */
export function noteLogged(history: History, log: SimLog): void {
  log.onAppend = (topic, { partition, offset, key, value }) => {
    if (topic !== READINGS_TOPIC) {
      history.deadLetters.add(key ?? '')
      return
    }
    const timestamp = /"timestamp":"([^"]+)"/.exec(value)?.[1] ?? null
    const floor = Number(key)
    history.logged.push({
      ...{ partition, offset, floor, text: value, timestamp: timestamp ?? '' },
      key: timestamp === null ? null : readingKey(floor, timestamp),
      timeMs: timestamp === null ? 0 : must(parseTimestamp(timestamp)),
    })
  }
}
