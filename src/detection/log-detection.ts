/**
 * Detection that reads every reading from the log, in a group of its own. For each batch, in this
 * order: the alarms are appended, the state they leave is appended, the offset is committed. Killed
 * after the first, it raises the same alarms again under the same ids; killed after the second, it
 * knows that it has seen the batch. So a kill changes nothing in what is raised.
 *
 * Nothing on this path waits for the store or polls: an alarm is on its way as soon as the log has
 * it. Where the watch judges, it reads the same batches beside the limits (watch-desk.ts).
 */
import { DETECTION_GROUP, DETECTION_STATE_TOPIC } from '../model/topics.ts'
import type { GroupEvent, LogBatch } from '../ports/log.ts'
import { appendPatiently, untilDone, whenReachable } from '../ports/patience.ts'
import type { Service } from '../ports/service.ts'
import { stepBatch } from './batch.ts'
import {
  type Desk,
  type LogDetectionOptions,
  type LogDetectionWorld,
  type PartitionMemory,
  saveFloors,
} from './desk.ts'
import { rehearse } from './dry-run.ts'
import { noteBatch } from './facts.ts'
import { inTurn } from './in-turn.ts'
import { silenceClock } from './incidents/silence-clock.ts'
import { WatchDesk } from './incidents/watch-desk.ts'
import { createJudge } from './judge.ts'
import { amongNamed, ofNamedFloors } from './named-floors.ts'
import { raise } from './raise.ts'
import { recall, thresholdsRecord } from './state-log.ts'
import { together } from './together.ts'

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
  const { rule } = options.rules
  const floors = options.floors ? [...options.floors].join() : 'all'
  trace.note('info', { kind: 'detection.begun', rule, dryRun: options.dryRun, floors })
  const watch = rule === 'watch' ? new WatchDesk(world, options, () => judge.watching()) : undefined
  const desk: Desk = { world, options, judge, watch, partitions: new Map(), inTurn: inTurn() }
  const work = options.dryRun
    ? [(either: AbortSignal) => rehearse(world, options, desk, recollection, either)]
    : [(either: AbortSignal) => consume(desk, either), ...(watch ? [silenceClock(desk)] : [])]
  await together(signal, [...judge.tasks, ...work])
}

/** What the log remembers, with the offsets of the readings topic as it is now. */
async function recollect(world: LogDetectionWorld, topic: string, signal: AbortSignal) {
  const generation = await untilDone(world, 'log.waiting', signal, () =>
    whenReachable(() => world.log.generation(topic)),
  )
  const { floors, thresholds, series } = await recall(world, generation, signal)
  return { generation, floors, thresholds, series }
}

async function consume(desk: Desk, signal: AbortSignal): Promise<void> {
  const { world, options } = desk
  const limits = { batchRecordsMax: BATCH_RECORDS_MAX }
  for await (const event of world.log.consume(options.topic, DETECTION_GROUP, signal, limits)) {
    await desk.inTurn(() => handle(desk, event, signal))
  }
}

async function handle(desk: Desk, event: GroupEvent, signal: AbortSignal): Promise<void> {
  if (event.kind === 'batch') return takeBatch(desk, event.batch, signal)
  forget(desk, event.partition)
  if (event.kind === 'assigned') await knownOf(desk, event.partition, event.nextOffset, signal)
  desk.world.trace.note('info', { kind: `detection.${event.kind}`, partition: event.partition })
}

function forget({ partitions, watch }: Desk, partition: number): void {
  partitions.delete(partition)
  watch?.close(partition)
}

/** What is known of a partition's floors: remembered, else read from the log. */
async function knownOf(
  { world, options, partitions, watch }: Desk,
  partition: number,
  nextOffset: number,
  signal: AbortSignal,
): Promise<PartitionMemory> {
  const known = partitions.get(partition)
  if (known) return known
  const { generation, floors, series } = await recollect(world, options.topic, signal)
  await watch?.open(partition, { generation, saved: series.get(partition), nextOffset }, signal)
  const listeningMs = world.clock.wallMs()
  const own = amongNamed(floors.get(partition), options.floors)
  const recalled = { generation, floors: own, nextOffset, listeningMs }
  partitions.set(partition, recalled)
  return recalled
}

async function takeBatch(desk: Desk, batch: LogBatch, signal: AbortSignal): Promise<void> {
  const { world, options, judge, watch } = desk
  const { partition } = batch
  const startMs = world.clock.monotonicMs()
  const known = await knownOf(desk, partition, batch.records[0]?.offset ?? 0, signal)
  const records = ofNamedFloors(batch.records, options.floors, world.clock.wallMs())
  const result = stepBatch(known.floors, records, judge.context(), world.clock.wallMs())
  const watched = watch?.judge(partition, records)
  const changes = [...result.changes, ...(watched?.changes ?? [])]
  const found = { alerts: result.alerts, changes, learned: watched?.learned ?? [] }
  await raise(world, judge, found, signal)
  judge.learn(result.averages)
  await saveFloors(world, partition, known.generation, result.changed, signal)
  for (const [floor, memory] of result.changed) known.floors.set(floor, memory)
  const newest = batch.records.at(-1)?.offset ?? known.nextOffset - 1
  known.nextOffset = newest + 1
  if (watched) await watch?.keep(partition, watched, newest, signal)
  const outcome = await untilDone(world, 'log.waiting', signal, () =>
    whenReachable(() => batch.commit()),
  )
  if (outcome === 'fenced') forget(desk, partition)
  noteBatch(world, batch, result, outcome, startMs)
}
