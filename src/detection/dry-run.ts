/**
 * `--dry-run` on the log: says what would be raised and leaves no mark. It does not join the group,
 * as it would take readings away from a detector that works in earnest; it begins where the group
 * stands and follows from there.
 */

import { DETECTION_GROUP } from '../model/topics.ts'
import type { Log, Position } from '../ports/log.ts'
import { untilDone, whenReachable } from '../ports/patience.ts'
import { type FloorMemory, stepBatch } from './batch.ts'
import { noteAlerts } from './facts.ts'
import { tell } from './incidents/telling.ts'
import type { WatchDesk } from './incidents/watch-desk.ts'
import type { Judge, JudgeWorld } from './judge.ts'
import { type NamedFloors, ofNamedFloors } from './named-floors.ts'
import type { Recollection } from './state-log.ts'

export async function rehearse(
  world: JudgeWorld & { readonly log: Log },
  { topic, floors: named }: { readonly topic: string; readonly floors?: NamedFloors },
  { judge, watch }: { readonly judge: Judge; readonly watch: WatchDesk | undefined },
  recollection: Recollection & { readonly generation: string },
  signal: AbortSignal,
): Promise<void> {
  const { log, clock, trace } = world
  const start = await untilDone(world, 'log.waiting', signal, () =>
    whenReachable(() => groupPlaces(log, topic)),
  )
  const floors = new Map<number, Map<number, FloorMemory>>()
  for await (const event of log.follow(topic, start, signal)) {
    if (event.kind !== 'records') continue
    const { partition } = event
    const newest = event.records.at(-1)
    const records = ofNamedFloors(event.records, named, clock.wallMs())
    const known = floors.get(partition) ?? new Map(recollection.floors.get(partition))
    floors.set(partition, known)
    const result = stepBatch(known, records, judge.context(), clock.wallMs())
    for (const [floor, memory] of result.changed) known.set(floor, memory)
    noteAlerts(trace, 'detection.would-raise', result.alerts)
    if (!watch || !newest) continue
    if (!watch.isOpen(partition)) {
      const { generation, series } = recollection
      const nextOffset = event.records[0]?.offset ?? 0
      await watch.open(partition, { generation, saved: series.get(partition), nextOffset }, signal)
    }
    const watched = watch.judge(partition, records)
    const tellings = tell([...result.changes, ...watched.changes], judge.telling())
    const told = tellings.flatMap(({ alert }) => alert ?? [])
    noteAlerts(trace, 'detection.would-raise', told)
    await watch.keep(partition, watched, newest.offset, signal)
  }
}

/** The offset that the group would read next, in each partition. */
async function groupPlaces(log: Log, topic: string): Promise<readonly Position[]> {
  const lags = new Map(
    (await log.lag(topic, DETECTION_GROUP)).map((one) => [one.partition, one.records]),
  )
  const ends = await log.ends(topic)
  return ends.map(({ partition, first, next }) => {
    const behind = lags.get(partition) ?? next - first
    return { partition, offset: Math.max(first, next - behind) }
  })
}
