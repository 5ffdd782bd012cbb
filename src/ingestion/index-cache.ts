/**
 * The indexes that this member holds, so that a batch need not read them back from the store each
 * time. They are true only while the member owns the partitions they came from: at every change of
 * ownership all are dropped and read again by quorum when they are next needed.
 */
import { indexKey } from '../model/keys.ts'
import { untilDone } from '../ports/patience.ts'
import type { ReadOutcome } from '../store/client.ts'
import { EMPTY_INDEX, type FloorIndex, parseIndex } from './floor-index.ts'
import type { IngestionWorld } from './world.ts'

/**
 * No more floors than this are remembered, and no more timestamps than this in all their indexes,
 * which may be long; those that wrote longest ago are read again when they come back.
 */
export const FLOORS_CACHED_MAX = 1_000
export const TIMESTAMPS_CACHED_MAX = 500_000

export interface IndexCache {
  /** What the store holds for these floors; reads only what is not known. Waits out an outage. */
  load(floors: readonly number[], signal: AbortSignal): Promise<ReadonlyMap<number, FloorIndex>>
  /** To be called once the writes that contain these are held. */
  remember(indexes: ReadonlyMap<number, FloorIndex>): void
  forget(): void
}

export function createIndexCache(world: IngestionWorld): IndexCache {
  const known = new Map<number, FloorIndex>()
  let timestamps = 0
  const drop = (floor: number) => {
    timestamps -= known.get(floor)?.length ?? 0
    known.delete(floor)
  }
  return {
    async load(floors, signal) {
      const missing = floors.filter((floor) => !known.has(floor))
      const read = missing.length > 0 ? await readIndexes(world, missing, signal) : new Map()
      return new Map(floors.map((floor) => [floor, known.get(floor) ?? read.get(floor)]))
    },
    remember(indexes) {
      for (const [floor, index] of indexes) {
        drop(floor)
        known.set(floor, index)
        timestamps += index.length
      }
      for (const floor of known.keys()) {
        if (known.size <= FLOORS_CACHED_MAX && timestamps <= TIMESTAMPS_CACHED_MAX) break
        drop(floor)
      }
    },
    forget() {
      known.clear()
      timestamps = 0
    },
  }
}

function readIndexes(
  world: IngestionWorld,
  floors: readonly number[],
  signal: AbortSignal,
): Promise<Map<number, FloorIndex>> {
  return untilDone(world, 'ingestion.store-waiting', signal, async () => {
    const outcomes = await world.store.read(floors.map(indexKey))
    const indexes = new Map<number, FloorIndex>()
    for (const [position, floor] of floors.entries()) {
      const index = indexOf(outcomes[position])
      if (!index) return { kind: 'again', reason: `the index of floor ${floor} cannot be read` }
      indexes.set(floor, index)
    }
    return { kind: 'done', value: indexes }
  })
}

/** Undefined when nobody knows: an index must never begin empty because the store was away. */
function indexOf(outcome: ReadOutcome | undefined): FloorIndex | undefined {
  if (outcome?.kind === 'found') return parseIndex(outcome.text)
  return outcome?.kind === 'absent' ? EMPTY_INDEX : undefined
}
