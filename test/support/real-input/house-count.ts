/**
 * Holds what was found after a run against what the file says must be there, key by key. Pure: it
 * is handed what others have read from the store, the dead-letter topic and the stream, and each
 * line of its table says what should be and what is.
 */
import {
  type ExpectedHouse,
  type ExpectedReading,
  expectedAlarms,
  HOUSE_FLOORS,
  keyOf,
} from './household.ts'

export interface FoundHouse {
  /** What `replay` says that it has sent. */
  readonly sent: number
  /** Every document under `energy:`. */
  readonly stored: ReadonlyMap<string, unknown>
  /** Values of the dead letters: readings as they were sent, each as often as it stands there. */
  readonly deadLetters: readonly string[]
  /** Ids of the notifications on the stream, in order, each as often as it was shown. */
  readonly shown: readonly string[]
  /** How often the stream said that it had lost some. */
  readonly gaps: number
  /** Ids of the events in the alert documents under `alerts:`. */
  readonly archived: readonly string[]
}

export interface CountLine {
  readonly what: string
  readonly expected: number
  readonly found: number
}

/** One line for each promise; all is well when each was found as expected. */
export function countHouse(expected: ExpectedHouse, found: FoundHouse): readonly CountLine[] {
  const { readings, refused, sent } = expected
  const letters = new Set(found.deadLetters.map(letterKey))
  const stored = storedReadings(found.stored)
  const alarms = expectedAlarms(expected)
  return [
    line('readings sent', sent, found.sent),
    line(
      '  in the store',
      readings.size,
      count(stored.keys(), (key) => readings.has(key)),
    ),
    line(
      '  in the dead-letter topic',
      refused.size,
      count(letters, (key) => refused.has(key)),
    ),
    line(
      'missing from the store',
      0,
      count(readings.keys(), (key) => !stored.has(key)),
    ),
    line(
      'missing from the dead letters',
      0,
      count(refused, (key) => !letters.has(key)),
    ),
    line(
      'extra in the store',
      0,
      count(stored.keys(), (key) => !readings.has(key)),
    ),
    line(
      'extra dead letters',
      0,
      count(letters, (key) => !refused.has(key)),
    ),
    line('stored with other values', 0, countWrong(readings, stored)),
    line('floors with the right latest', HOUSE_FLOORS.length, rightLatest(expected, found)),
    line('floors with the right index', HOUSE_FLOORS.length, rightIndexes(expected, found)),
    ...alarmLines(alarms, found),
  ]
}

function alarmLines(alarms: ReadonlySet<string>, found: FoundHouse): readonly CountLine[] {
  const shown = new Set(found.shown)
  const archived = new Set(found.archived)
  return [
    line(
      'alarms on the stream',
      alarms.size,
      count(shown, (id) => alarms.has(id)),
    ),
    line(
      'alarms missing',
      0,
      count(alarms, (id) => !shown.has(id)),
    ),
    line(
      'alarms that should not be',
      0,
      count(shown, (id) => !alarms.has(id)),
    ),
    line('alarms shown twice', 0, found.shown.length - shown.size),
    line('gaps in the stream', 0, found.gaps),
    line(
      'alarms with their document',
      alarms.size,
      count(archived, (id) => alarms.has(id)),
    ),
    line('alarms twice in documents', 0, found.archived.length - archived.size),
  ]
}

export function isRight(lines: readonly CountLine[]): boolean {
  return lines.every(({ expected, found }) => expected === found)
}

/** A table to read, with a mark at each line that is off. */
export function countTable(lines: readonly CountLine[]): string {
  const width = Math.max(...lines.map(({ what }) => what.length))
  const row = ({ what, expected, found }: CountLine) => {
    const numbers = [expected, found].map((n) => n.toLocaleString('en').padStart(10))
    return `${what.padEnd(width)}${numbers.join('')}  ${expected === found ? 'ok' : '<-- OFF'}`
  }
  const head = `${''.padEnd(width)}${'expected'.padStart(10)}${'found'.padStart(10)}`
  return [head, ...lines.map(row)].join('\n')
}

const line = (what: string, expected: number, found: number): CountLine => ({
  what,
  expected,
  found,
})

function count(keys: Iterable<string>, holds: (key: string) => boolean): number {
  let total = 0
  for (const key of keys) if (holds(key)) total += 1
  return total
}

/** The two documents of each floor that are no readings. */
const SUMMARIES = new Set(
  HOUSE_FLOORS.flatMap((floor) => [keyOf(floor, 'latest'), keyOf(floor, 'index')]),
)

function storedReadings(stored: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  return new Map([...stored].filter(([key]) => !SUMMARIES.has(key)))
}

/** A dead letter that is no reading of ours keeps its text, so that it counts as extra. */
function letterKey(value: string): string {
  const { piano, timestamp } = asFields(parse(value))
  return typeof piano === 'number' && typeof timestamp === 'string'
    ? keyOf(piano, timestamp)
    : value
}

function countWrong(
  readings: ReadonlyMap<string, ExpectedReading>,
  stored: ReadonlyMap<string, unknown>,
): number {
  return count(readings.keys(), (key) => {
    const expected = readings.get(key)
    return stored.has(key) && expected !== undefined && !isSame(expected, stored.get(key))
  })
}

/** Sums of thousands of rows, rounded to six decimals. */
const TOLERANCE = 5e-6

function isSame(expected: ExpectedReading, document: unknown): boolean {
  const found = asFields(document)
  const amounts: readonly [number, unknown][] = [
    [expected.kw, found.sensore2_kw],
    [expected.volts, found.sensore3_tensione],
    [expected.amperes, found.sensore3_corrente],
    [expected.kwh, found.sensore1_kwh],
  ]
  const isAt = found.piano === expected.floor && found.timestamp === expected.timestamp
  return isAt && amounts.every(([a, b]) => typeof b === 'number' && Math.abs(a - b) < TOLERANCE)
}

function rightLatest({ readings, newest }: ExpectedHouse, { stored }: FoundHouse): number {
  return HOUSE_FLOORS.filter((floor) => {
    const reading = readings.get(newest.get(floor)?.key ?? '')
    return reading !== undefined && isSame(reading, stored.get(keyOf(floor, 'latest')))
  }).length
}

/** The newest timestamps, oldest first, each once: equal as a whole, or wrong. */
function rightIndexes({ newest }: ExpectedHouse, { stored }: FoundHouse): number {
  return HOUSE_FLOORS.filter((floor) => {
    const { timestamps } = asFields(stored.get(keyOf(floor, 'index')))
    return JSON.stringify(timestamps) === JSON.stringify(newest.get(floor)?.index)
  }).length
}

function asFields(document: unknown): Readonly<Record<string, unknown>> {
  return typeof document === 'object' && document !== null ? { ...document } : {}
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
