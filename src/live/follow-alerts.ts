/**
 * Reads the alerts log from the newest records on, for as long as the process lives. Only so many
 * are read at the start: the log keeps months, the list needs some hundred.
 */
import { assert, must } from '../model/must.ts'
import { ALERTS_TOPIC } from '../model/topics.ts'
import type { FollowEvent, Log, LogRecord } from '../ports/log.ts'
import { type PatienceWorld, untilDone, whenReachable } from '../ports/patience.ts'

export interface FollowWorld extends PatienceWorld {
  readonly log: Log
}

/**
 * What a reader is told: begin first, then records and gaps with one caughtUp among them. Where a
 * log begins again lower (its end was lost, or it was made anew), all that was told before is void,
 * and begin comes again.
 */
export interface AlertsReader {
  /** `startOffset`: nothing before it will come. */
  begin(generation: string, startOffset: number): void
  records(records: readonly LogRecord[]): void
  /** Retention removed what stood before this offset and was not read yet. */
  gap(to: number): void
  caughtUp(): void
}

/** Ends with the signal; outages of the log are ridden out. */
export async function followAlerts(
  world: FollowWorld,
  recordsMax: number,
  reader: AlertsReader,
  signal: AbortSignal,
): Promise<void> {
  while ((await followOne(world, recordsMax, reader, signal)) === 'begins-again');
}

async function followOne(
  world: FollowWorld,
  recordsMax: number,
  reader: AlertsReader,
  signal: AbortSignal,
): Promise<'ended' | 'begins-again'> {
  const generation = await untilDone(world, 'log.waiting', signal, () =>
    whenReachable(() => world.log.generation(ALERTS_TOPIC)),
  )
  const offset = await startOffset(world, recordsMax, signal)
  reader.begin(generation, offset)
  let isCaughtUp = false
  for await (const event of world.log.follow(ALERTS_TOPIC, [{ partition: 0, offset }], signal)) {
    if (event.kind === 'gap' && event.to < event.from) {
      world.trace.note('warn', { kind: 'live.begins-again', from: event.from, to: event.to })
      return 'begins-again'
    }
    tell(world, reader, event)
    isCaughtUp ||= event.kind === 'caught-up'
    // A log in a file hands out the past without a pause; the rest of the process must go on.
    if (!isCaughtUp) await world.clock.sleep(0, signal)
  }
  return 'ended'
}

function tell({ trace }: FollowWorld, reader: AlertsReader, event: FollowEvent): void {
  if (event.kind === 'records') reader.records(event.records)
  else if (event.kind === 'caught-up') reader.caughtUp()
  else {
    trace.note('warn', { kind: 'live.gap', from: event.from, to: event.to })
    reader.gap(event.to)
  }
}

async function startOffset(
  world: FollowWorld,
  recordsMax: number,
  signal: AbortSignal,
): Promise<number> {
  const ends = await untilDone(world, 'log.waiting', signal, () =>
    whenReachable(() => world.log.ends(ALERTS_TOPIC)),
  )
  const sentence = `${ALERTS_TOPIC} has ${ends.length} partitions; it must have one, for one order`
  assert(ends.length === 1, sentence)
  const { first, next } = must(ends[0])
  return Math.max(first, next - recordsMax)
}
