/**
 * The clock that asks for silent meters. It asks only about what it would have heard: a partition
 * of which readings wait that nobody here has seen, a log that is away or a machine that slept are
 * silences of ours, and the waiting begins anew.
 */
import { LogError } from '../../ports/log.ts'
import type { FloorMemory } from '../batch.ts'
import { type Desk, type PartitionMemory, saveFloors } from '../desk.ts'
import { raise } from '../raise.ts'
import type { Task } from '../together.ts'
import { SLEPT_MS, silenceOf } from './silence.ts'
import { silenceBegins } from './silent-floor.ts'
import type { WatchedChange } from './watched-floor.ts'

export const SILENCE_POLL_MS = 30_000

export function silenceClock(desk: Desk): Task {
  const { clock } = desk.world
  return async (signal) => {
    let askedMs = clock.wallMs()
    for (;;) {
      await clock.sleep(SILENCE_POLL_MS, signal)
      const nowMs = clock.wallMs()
      const hasSlept = Math.abs(nowMs - askedMs) > SLEPT_MS
      askedMs = nowMs
      if (hasSlept) listenAnew(desk.partitions.values(), nowMs)
      else await desk.inTurn(() => ask(desk, nowMs, signal))
    }
  }
}

function listenAnew(partitions: Iterable<PartitionMemory>, nowMs: number): void {
  for (const memory of partitions) memory.listeningMs = nowMs
}

async function ask(desk: Desk, nowMs: number, signal: AbortSignal): Promise<void> {
  const ends = await endsOf(desk)
  if (!ends) return listenAnew(desk.partitions.values(), nowMs)
  for (const { partition, next } of ends) {
    const memory = desk.partitions.get(partition)
    if (!memory) continue
    if (next > memory.nextOffset) listenAnew([memory], nowMs)
    else await askPartition(desk, partition, memory, nowMs, signal)
  }
}

async function endsOf({ world, options }: Desk) {
  try {
    return await world.log.ends(options.topic)
  } catch (error) {
    if (error instanceof LogError) return undefined
    throw error
  }
}

async function askPartition(
  { world, options, judge }: Desk,
  partition: number,
  memory: PartitionMemory,
  nowMs: number,
  signal: AbortSignal,
): Promise<void> {
  const changed = new Map<number, FloorMemory>()
  const changes: WatchedChange[] = []
  for (const [floor, known] of memory.floors) {
    const { timeZone } = options.rules
    const { state } = known
    const silence = state.voice && silenceOf(state.voice, nowMs, memory.listeningMs, timeZone)
    if (!silence) continue
    changed.set(floor, { ...known, state: { ...state, voice: silence.voice } })
    changes.push(silenceBegins(floor, silence))
  }
  await raise(world, judge, { alerts: [], changes }, signal)
  for (const [floor, known] of changed) memory.floors.set(floor, known)
  // A state of an earlier topic has no place in this one yet: it is saved with its next reading.
  const placed = new Map([...changed].filter(([, { offset }]) => offset >= 0))
  await saveFloors(world, partition, memory.generation, placed, signal)
}
