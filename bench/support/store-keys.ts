/**
 * Keys and documents to measure a store with: readings of about 250 bytes under the keys that
 * readings have. Each document carries its own number, because a database that is given the same
 * bytes again writes nothing. Made cheaply, since whoever makes them shares the cores with the
 * store that is measured.
 */
import { benchReading } from './readings.ts'

const FLOORS = 30
const STEP_MS = 30_000
/** 1 January 2026, ms since 1970. */
const START_MS = 1_767_225_600_000
const BODIES = Array.from({ length: 256 }, (_, n) => benchReading(n, FLOORS).text.slice(0, -1))

export function keyAt(index: number): string {
  const time = new Date(START_MS + Math.floor(index / FLOORS) * STEP_MS).toISOString()
  return `energy:p${1 + (index % FLOORS)}:${time}`
}

/** Under this prefix writes are conditional. */
export const conditionalKeyAt = (index: number): string => `cas:${keyAt(index)}`

/** JSON text of document number n. */
export function documentAt(n: number): string {
  return `${BODIES[n % BODIES.length]},"n":${n}}`
}

/** Numbers 0 .. count-1, each as often as the others, in an order that nobody can guess. */
export function scattered(n: number, count: number): number {
  let hash = Math.imul(n ^ (n >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) % count
}
