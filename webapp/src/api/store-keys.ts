/**
 * Documents of the store by key: many in one request where the coordinator takes `/batch`, else one
 * request each, as the contract has it. Which of the two is found out once.
 */
import { ask, isAbsent } from './http.ts'
import type { Reading } from './types.ts'

const KEYS_PER_REQUEST_MAX = 1_000
/** Floors that are looked for where nothing says which there are. */
export const FLOORS_MAX = 200
/** Without `/batch`: after so many floors without a reading there are no more. */
const EMPTY_FLOORS_MAX = 3

let isBatchAbsent = false

/** In the order of the keys; undefined where there is none. Throws AskError. */
export async function readKeys(
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<readonly unknown[]> {
  if (keys.length === 0) return []
  if (!isBatchAbsent) {
    try {
      return await readBatches(keys, signal)
    } catch (error) {
      if (!isAbsent(error)) throw error
      isBatchAbsent = true
    }
  }
  return Promise.all(keys.map((key) => readKey(key, signal)))
}

async function readBatches(keys: readonly string[], signal?: AbortSignal) {
  const values: unknown[] = []
  for (let start = 0; start < keys.length; start += KEYS_PER_REQUEST_MAX) {
    const operations = keys
      .slice(start, start + KEYS_PER_REQUEST_MAX)
      .map((key) => ({ op: 'get' as const, key }))
    const { results } = await ask('POST /batch', { body: { operations }, signal })
    values.push(...results.map(({ status, value }) => (status === 200 ? value : undefined)))
  }
  return values
}

export async function readKey(key: string, signal?: AbortSignal): Promise<unknown> {
  try {
    return (await ask('GET /key/{key}', { path: { key }, signal })).value
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

/** The newest reading of every floor that has one. Throws AskError. */
export async function readLatest(signal?: AbortSignal): Promise<readonly Reading[]> {
  const latestKey = (floor: number) => `energy:p${floor}:latest`
  if (!isBatchAbsent) {
    const all = Array.from({ length: FLOORS_MAX }, (_, index) => latestKey(index + 1))
    try {
      return (await readBatches(all, signal)).filter(isReading)
    } catch (error) {
      if (!isAbsent(error)) throw error
      isBatchAbsent = true
    }
  }
  const readings: Reading[] = []
  for (let floor = 1, empty = 0; empty < EMPTY_FLOORS_MAX && floor <= FLOORS_MAX; floor += 1) {
    const value = await readKey(latestKey(floor), signal)
    empty = isReading(value) ? 0 : empty + 1
    if (isReading(value)) readings.push(value)
  }
  return readings
}

/** The last `count` readings of a floor, oldest first, through its index. Throws AskError. */
export async function readSamples(
  floors: readonly number[],
  count: number,
  signal?: AbortSignal,
): Promise<ReadonlyMap<number, readonly Reading[]>> {
  const indexes = await readKeys(
    floors.map((floor) => `energy:p${floor}:index`),
    signal,
  )
  const wanted = floors.flatMap((floor, at) =>
    timestampsOf(indexes[at])
      .slice(-count)
      .map((timestamp) => ({ floor, key: `energy:p${floor}:${timestamp}` })),
  )
  const values = await readKeys(
    wanted.map(({ key }) => key),
    signal,
  )
  const samples = new Map<number, Reading[]>(floors.map((floor) => [floor, []]))
  for (const [at, { floor }] of wanted.entries()) {
    const value = values[at]
    if (isReading(value)) samples.get(floor)?.push(value)
  }
  return samples
}

export function timestampsOf(index: unknown): readonly string[] {
  const isIndex = typeof index === 'object' && index !== null && 'timestamps' in index
  const list = isIndex ? index.timestamps : []
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : []
}

export function isReading(value: unknown): value is Reading {
  return (
    typeof value === 'object' &&
    value !== null &&
    'piano' in value &&
    Number.isSafeInteger(value.piano) &&
    'timestamp' in value &&
    typeof value.timestamp === 'string'
  )
}
