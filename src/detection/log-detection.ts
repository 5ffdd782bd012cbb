/**
 * Detection that reads every reading from the log, in a group of its own. For each batch, in this
 * order: the alarms are appended, the state they leave is appended, the offset is committed. Killed
 * after the first, it raises the same alarms again under the same ids; killed after the second, it
 * knows that it has seen the batch. So a kill changes nothing in what is raised.
 *
 * Nothing on this path waits for the store or polls: an alarm is on its way as soon as the log has
 * it.
 */
import { ALERTS_TOPIC, DETECTION_GROUP, DETECTION_STATE_TOPIC } from '../model/topics.ts'
import type { GroupEvent, Log, LogBatch } from '../ports/log.ts'
import { appendPatiently, untilDone, whenReachable } from '../ports/patience.ts'
import type { Service } from '../ports/service.ts'
import { alertRecordsOf, type BatchResult, type FloorMemory, stepBatch } from './batch.ts'
import { rehearse } from './dry-run.ts'
import { noteAlerts, noteBatch } from './facts.ts'
import { createJudge, type Judge, type JudgeOptions, type JudgeWorld } from './judge.ts'
import { recall, savedFloorRecord, thresholdsRecord } from './state-log.ts'
import { together } from './together.ts'

export interface LogDetectionWorld extends JudgeWorld {
  readonly log: Log
}

export interface LogDetectionOptions extends JudgeOptions {
  /** Topic of the readings. */
  readonly topic: string
}

/** Readings of one batch. */
const BATCH_RECORDS_MAX = 500

/** One member of the group. Rejects only when going on would be wrong. */
export function createLogDetection(
  world: LogDetectionWorld,
  options: LogDetectionOptions,
): Service {
  return { run: (signal) => together(signal, [(either) => detect(world, options, either)]) }
}

async function detect(
  world: LogDetectionWorld,
  options: LogDetectionOptions,
  signal: AbortSignal,
): Promise<void> {
  const { trace } = world
  const judge = createJudge(world, options, async (thresholds, until) => {
    if (options.dryRun) return
    await appendPatiently(world, DETECTION_STATE_TOPIC, [thresholdsRecord(thresholds)], until)
  })
  const recollection = await recollect(world, options.topic, signal)
  await judge.begin(recollection.thresholds, signal)
  trace.note('info', { kind: 'detection.begun', dryRun: options.dryRun })
  const desk: Desk = { world, options, judge, partitions: new Map() }
  await together(signal, [
    ...judge.tasks,
    (either) =>
      options.dryRun
        ? rehearse(world, options.topic, judge, recollection, either)
        : consume(desk, either),
  ])
}

/** What a member works with. `partitions`: what it knows of those that are its own. */
interface Desk {
  readonly world: LogDetectionWorld
  readonly options: LogDetectionOptions
  readonly judge: Judge
  readonly partitions: Map<number, PartitionMemory>
}

interface PartitionMemory {
  /** Of the readings topic when the partition was assigned: it may be made anew while we run. */
  readonly generation: string
  readonly floors: Map<number, FloorMemory>
}

/** What the log remembers, with the offsets of the readings topic as it is now. */
async function recollect(world: LogDetectionWorld, topic: string, signal: AbortSignal) {
  const generation = await untilDone(world, 'log.waiting', signal, () =>
    whenReachable(() => world.log.generation(topic)),
  )
  const { floors, thresholds } = await recall(world, generation, signal)
  return { generation, floors, thresholds }
}

async function consume(desk: Desk, signal: AbortSignal): Promise<void> {
  const { world, options } = desk
  const limits = { batchRecordsMax: BATCH_RECORDS_MAX }
  for await (const event of world.log.consume(options.topic, DETECTION_GROUP, signal, limits)) {
    await handle(desk, event, signal)
  }
}

async function handle(desk: Desk, event: GroupEvent, signal: AbortSignal): Promise<void> {
  if (event.kind === 'batch') return takeBatch(desk, event.batch, signal)
  desk.partitions.delete(event.partition)
  if (event.kind === 'assigned') await knownOf(desk, event.partition, signal)
  desk.world.trace.note('info', { kind: `detection.${event.kind}`, partition: event.partition })
}

/** What is known of a partition's floors: remembered, else read from the log. */
async function knownOf(
  { world, options, partitions }: Desk,
  partition: number,
  signal: AbortSignal,
): Promise<PartitionMemory> {
  const known = partitions.get(partition)
  if (known) return known
  const { generation, floors } = await recollect(world, options.topic, signal)
  const recalled = { generation, floors: new Map(floors.get(partition)) }
  partitions.set(partition, recalled)
  return recalled
}

async function takeBatch(desk: Desk, batch: LogBatch, signal: AbortSignal): Promise<void> {
  const { world, judge } = desk
  const startMs = world.clock.monotonicMs()
  const known = await knownOf(desk, batch.partition, signal)
  const result = stepBatch(known.floors, batch.records, judge.context(), world.clock.wallMs())
  await raise(world, result, signal)
  judge.learn(result.averages)
  await save(world, batch.partition, known.generation, result, signal)
  for (const [floor, memory] of result.changed) known.floors.set(floor, memory)
  const outcome = await untilDone(world, 'log.waiting', signal, () =>
    whenReachable(() => batch.commit()),
  )
  if (outcome === 'fenced') desk.partitions.delete(batch.partition)
  noteBatch(world, batch, result, outcome, startMs)
}

async function raise(world: LogDetectionWorld, { alerts }: BatchResult, signal: AbortSignal) {
  if (alerts.length === 0) return
  const nowMs = world.clock.wallMs()
  const records = alerts.flatMap((alert) =>
    alertRecordsOf(alert, nowMs).map((record) => ({
      key: String(alert.piano),
      value: JSON.stringify(record),
    })),
  )
  await appendPatiently(world, ALERTS_TOPIC, records, signal)
  noteAlerts(world.trace, 'detection.alarm', alerts)
}

async function save(
  world: LogDetectionWorld,
  partition: number,
  generation: string,
  { changed }: BatchResult,
  signal: AbortSignal,
): Promise<void> {
  if (changed.size === 0) return
  const records = [...changed].map(([floor, { offset, state }]) =>
    savedFloorRecord({ floor, partition, offset, generation, state }),
  )
  await appendPatiently(world, DETECTION_STATE_TOPIC, records, signal)
}
