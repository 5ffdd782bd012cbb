/**
 * What a member of the detection group works with: what it judges by, and what it knows of the
 * floors of those partitions that are its own.
 */
import { DETECTION_STATE_TOPIC } from '../model/topics.ts'
import type { Log } from '../ports/log.ts'
import { appendPatiently } from '../ports/patience.ts'
import type { FloorMemory } from './batch.ts'
import type { InTurn } from './in-turn.ts'
import type { WatchDesk } from './incidents/watch-desk.ts'
import type { Judge, JudgeOptions, JudgeWorld } from './judge.ts'
import type { NamedFloors } from './named-floors.ts'
import { savedFloorRecord } from './state-log.ts'

export interface LogDetectionWorld extends JudgeWorld {
  readonly log: Log
}

export interface LogDetectionOptions extends JudgeOptions {
  /** Topic of the readings. */
  readonly topic: string
  readonly floors?: NamedFloors
}

export interface Desk {
  readonly world: LogDetectionWorld
  readonly options: LogDetectionOptions
  readonly judge: Judge
  /** Undefined where the original rule judges. */
  readonly watch: WatchDesk | undefined
  readonly partitions: Map<number, PartitionMemory>
  /** Readings and the clock that asks for silence work on the same floors: one after another. */
  readonly inTurn: InTurn
}

export interface PartitionMemory {
  /** Of the readings topic when the partition was assigned: it may be made anew while we run. */
  readonly generation: string
  readonly floors: Map<number, FloorMemory>
  /** Of the reading that comes next. */
  nextOffset: number
  /** Since when readings would have been heard; wall time. */
  listeningMs: number
}

export async function saveFloors(
  world: LogDetectionWorld,
  partition: number,
  generation: string,
  changed: ReadonlyMap<number, FloorMemory>,
  signal: AbortSignal,
): Promise<void> {
  if (changed.size === 0) return
  const records = [...changed].map(([floor, { offset, state }]) =>
    savedFloorRecord({ floor, partition, offset, generation, state }),
  )
  await appendPatiently(world, DETECTION_STATE_TOPIC, records, signal)
}
