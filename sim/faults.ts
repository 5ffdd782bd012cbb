/**
 * What goes wrong in a run, as one record that is drawn from the seed and printed first. About half
 * of the faults are absent from each run: bugs hide in the absence of a fault too, since each one
 * also interrupts what would otherwise go on.
 *
 * Each fault has a purpose of its own in the random stream, so switching one off leaves the others
 * as they were; that is how a failure is made smaller.
 */
import type { Random } from '../src/ports/random.ts'

export const FAULTS = [
  'loss',
  'replay',
  'slow-messages',
  'cuts',
  'partitions',
  'shard-crashes',
  'coordinator-crashes',
  'ingestion-crashes',
  'pauses',
  'clock-skew',
  'clock-drift',
  'clock-jumps',
  'full-disks',
  'slow-disks',
  'commit-crashes',
  'broken-disks',
  'damaged-rows',
  'emptied-disk',
  'log-outages',
  'lost-commits',
  'late-coordinator',
  'stormy-founding',
  'ring-race',
  'reshaping',
  'short-grace',
  'few-hints',
] as const
export type Fault = (typeof FAULTS)[number]

/** 0 = absent; else how strong it is, 1 (now and then) to 3 (all the time). */
export type Profile = Readonly<Record<Fault, number>>

const STRENGTH_MAX = 3
/** How many of all faults are there. Few faults let much happen, many let rare things meet. */
const DENSITIES = [0.1, 0.25, 0.5]

export function drawProfile(
  random: Random,
  absent: ReadonlySet<Fault>,
  present: readonly Fault[] = [],
): Profile {
  const density = DENSITIES[random.fork('density').below(DENSITIES.length)] ?? 0
  const strength = (fault: Fault) => {
    const own = random.fork(fault)
    const drawn = own.chance(density) || present.includes(fault) ? 1 + own.below(STRENGTH_MAX) : 0
    return absent.has(fault) ? 0 : drawn
  }
  const drawn = Object.fromEntries(FAULTS.map((fault) => [fault, strength(fault)])) as Profile
  return { ...drawn, ...excluded(drawn) }
}

/**
 * What is not promised to be survived together. One disk at most may lose what it had: no more than
 * a minority of the replicas. And where deleted rows are forgotten within seconds, clocks may not
 * be wrong by more than that (see also Nemesis).
 */
function excluded(drawn: Profile): Partial<Record<Fault, 0>> {
  return {
    ...(drawn['emptied-disk'] > 0 ? { 'damaged-rows': 0 } : {}),
    ...(drawn['short-grace'] > 0 ? { 'clock-drift': 0 } : {}),
  }
}

export function profileText(profile: Profile): string {
  const present = FAULTS.filter((fault) => profile[fault] > 0)
  return present.map((fault) => `${fault}=${profile[fault]}`).join(' ') || 'no faults'
}
