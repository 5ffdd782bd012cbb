/**
 * The way of the readings: what the log took is in the store in the end or among the dead letters,
 * no offset was committed before a quorum held what it stands for, `latest` never went back, and no
 * index had a repeat or lost its order. Pure, over what was logged, committed and read.
 */
import { indexKey, latestKey } from '../../src/model/keys.ts'
import { parseTimestamp } from '../../src/model/timestamp.ts'
import type { CommitEntry, LoggedEntry, ReadEntry } from '../history.ts'
import type { Violation } from './violation.ts'

/** The last read of a key, when everything had calmed down. */
export type FinalReads = ReadonlyMap<string, string | null>

export function checkCommits(commits: readonly CommitEntry[]): readonly Violation[] {
  return commits
    .filter(({ replicasMin, replicasNeeded }) => replicasMin < replicasNeeded)
    .map(({ partition, upTo, replicasMin, replicasNeeded }) => ({
      promise: 'R3',
      sentence:
        `offset ${upTo} of partition ${partition} was committed while a reading before it stood ` +
        `on ${replicasMin} disks of the ${replicasNeeded} that make a quorum`,
    }))
}

export function checkArrivals(
  logged: readonly LoggedEntry[],
  deadLetters: ReadonlySet<string>,
  final: FinalReads,
): readonly Violation[] {
  const expected = new Map<string, string>()
  const missing: Violation[] = []
  for (const { key, text, partition, offset } of logged) {
    if (key !== null) expected.set(key, text)
    else if (!deadLetters.has(`${partition}-${offset}`)) {
      missing.push({ promise: 'R1', sentence: `${partition}-${offset} is no dead letter: ${text}` })
    }
  }
  for (const [key, text] of expected) {
    const found = final.get(key)
    if (found !== text) {
      missing.push({ promise: 'R1', sentence: `${key} is ${found}, not the reading ${text}` })
    }
  }
  return missing
}

/** What `latest` and `index` must be once everything was taken. */
export function checkFloors(
  logged: readonly LoggedEntry[],
  floors: readonly number[],
  indexSize: number,
  final: FinalReads,
): readonly Violation[] {
  return floors.flatMap((floor) => {
    const readings = logged.filter((one) => one.floor === floor && one.key !== null)
    const times = new Map(readings.map(({ timestamp, timeMs }) => [timestamp, timeMs]))
    const sorted = [...times].sort((a, b) => a[1] - b[1]).map(([timestamp]) => timestamp)
    const timestamps = sorted.slice(-indexSize)
    const index = timestamps.length === 0 ? null : JSON.stringify({ timestamps })
    const newest = readings.findLast(({ timestamp }) => timestamp === sorted.at(-1))
    return [
      ...differs(indexKey(floor), index, final),
      ...differs(latestKey(floor), newest?.text ?? null, final),
    ]
  })
}

function differs(key: string, expected: string | null, final: FinalReads): readonly Violation[] {
  const found = final.get(key) ?? null
  if (found === expected) return []
  return [{ promise: 'R4', sentence: `${key} is ${found} in the end and not ${expected}` }]
}

/** While it runs: neither `latest` nor the index goes back, and the index is in order. */
export function checkFloorReads(
  reads: readonly ReadEntry[],
  floors: readonly number[],
): readonly Violation[] {
  return floors.flatMap((floor) => [
    ...goesBack(reads.filter(({ key }) => key === latestKey(floor))),
    ...goesBack(reads.filter(({ key }) => key === indexKey(floor))),
    ...reads.filter(({ key }) => key === indexKey(floor)).flatMap(indexOrder),
  ])
}

function goesBack(reads: readonly ReadEntry[]): readonly Violation[] {
  const timed = reads.map((read) => ({ read, newestMs: newestIn(read.text) }))
  return timed.flatMap(({ read, newestMs }) => {
    const before = timed.find((one) => one.read.end < read.start && one.newestMs > newestMs)
    if (!before) return []
    const sentence = `${read.key} went back from ${before.read.text} to ${read.text}`
    return [{ promise: 'R4', sentence }]
  })
}

/** The newest moment that stands in a document. */
function newestIn(text: string | null): number {
  const timestamps = (text ?? '').match(/\d{4}-\d\d-\d\dT[\d:.]+Z/g) ?? []
  return Math.max(0, ...timestamps.map((timestamp) => parseTimestamp(timestamp) ?? 0))
}

function indexOrder(read: ReadEntry): readonly Violation[] {
  if (read.text === null) return []
  const { timestamps } = JSON.parse(read.text) as { timestamps: string[] }
  const times = timestamps.map((timestamp) => parseTimestamp(timestamp) ?? 0)
  const isOrdered = times.every((time, i) => i === 0 || time > (times[i - 1] ?? 0))
  if (isOrdered) return []
  return [{ promise: 'R4', sentence: `${read.key} has a repeat or is out of order: ${read.text}` }]
}
