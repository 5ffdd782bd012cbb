/**
 * Sends recorded consumption as if it were measured now: at the pace of the recording, so many
 * times faster, or as fast as the log takes it. Rows that are due together share an append.
 *
 * `shiftToNow` moves the recorded times. At a pace, a reading carries the moment at which it is
 * sent: the first is now, and recorded time is compressed by the speed (energy with it), because a
 * reading from the future would be refused. With speed `max` all times move by the same amount, so
 * that the last is now.
 */
import type { ColumnMapping } from '../model/column-mapping.ts'
import type { Clock } from '../ports/clock.ts'
import type { NewRecord } from '../ports/log.ts'
import { appendPatiently } from '../ports/patience.ts'
import { csvRecording, type OpenedRecording } from './csv-recording.ts'
import { ndjsonRecording } from './ndjson-recording.ts'
import { AS_RECORDED, movedTimeline, type Recording, type Timeline } from './recording.ts'
import type { MeterWorld } from './simulator.ts'

/** Faster than this, two readings of a floor could fall into one microsecond. */
export const SPEED_MAX = 1_000_000
/** At most so many records in one append. */
export const APPEND_RECORDS_MAX = 2_000
export const PROGRESS_EVERY_MS = 5_000
const SLEEP_MS_MAX = 24 * 3_600_000

export interface ReplayWorld extends MeterWorld {
  /** The lines of the file from its beginning, each time it is called. */
  readonly lines: () => AsyncIterable<string>
}

export interface ReplayOptions {
  readonly topic: string
  /** Times as fast as it was recorded, 0 < speed <= SPEED_MAX. */
  readonly speed: number | 'max'
  readonly loop: boolean
  readonly shiftToNow: boolean
  /** The user's own; null = recognise the header. */
  readonly mapping: ColumnMapping | null
}

export interface ReplayResult {
  /** Lines with readings, the header not counted. */
  readonly rows: number
  /** Records that the log has acknowledged. */
  readonly sent: number
}

/** A sentence when these options cannot work together. */
export function replayProblem({ speed, loop, shiftToNow }: ReplayOptions): string | undefined {
  if (speed !== 'max' && !(speed > 0 && speed <= SPEED_MAX)) {
    return `The speed must be over 0 and at most ${SPEED_MAX}, or max.`
  }
  const wouldOvertakeNow = speed === 'max' && loop && shiftToNow
  return wouldOvertakeNow
    ? 'Speed max with --shift-to-now ends at the present moment, so it cannot --loop.'
    : undefined
}

/**
 * Ends with the file, or when the signal is aborted; never when it loops. Resolves to what was
 * sent, rejects when the file cannot be read as readings.
 */
export async function replay(
  world: ReplayWorld,
  options: ReplayOptions,
  signal: AbortSignal,
): Promise<ReplayResult> {
  const problem = replayProblem(options)
  if (problem) throw new Error(problem)
  const sender = createSender(world, options.topic, signal)
  try {
    await sendPasses(world, options, sender, signal)
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error
  }
  const result = sender.result()
  world.trace.note('info', { kind: 'replay.finished', ...result })
  return result
}

async function sendPasses(
  world: ReplayWorld,
  options: ReplayOptions,
  sender: Sender,
  signal: AbortSignal,
): Promise<void> {
  let recording = await openRecording(world, options)
  const isMovedWhole = options.speed === 'max' && options.shiftToNow
  const endMs = isMovedWhole ? await lastTimeMs(world, recording) : undefined
  do {
    const pace = paceFrom(world, options, endMs)
    await sendPass(world, recording, pace, sender, signal)
    await sender.flush()
    if (sender.result().rows === 0) throw new Error('The file holds no readings.')
    if (options.loop) await sleepLong(world.clock, pace.lastGapMs(), signal)
    // Recorded times come again as they were, and so must their counters; moved times go on.
    if (!options.shiftToNow) recording = await openRecording(world, options)
  } while (options.loop && !signal.aborted)
}

async function lastTimeMs(world: ReplayWorld, recording: Recording): Promise<number | undefined> {
  let lastMs: number | undefined
  for await (const line of world.lines()) lastMs = recording.timeOf(line) ?? lastMs
  return lastMs
}

/** One way through the file. */
async function sendPass(
  world: ReplayWorld,
  recording: Recording,
  pace: Pace,
  sender: Sender,
  signal: AbortSignal,
): Promise<void> {
  let headerLines = recording.headerLines
  for await (const line of world.lines()) {
    signal.throwIfAborted()
    headerLines -= 1
    if (headerLines >= 0 || line.trim() === '') continue
    const dueMs = pace.dueMs(recording.timeOf(line))
    if (dueMs > world.clock.monotonicMs()) {
      await sender.flush()
      await sleepLong(world.clock, dueMs - world.clock.monotonicMs(), signal)
    }
    await sender.add(recording.recordsOf(line, pace.timeline))
  }
}

/** Recordings may have gaps of months, timers may not. */
async function sleepLong(clock: Clock, forMs: number, signal: AbortSignal): Promise<void> {
  for (let leftMs = forMs; leftMs > 0; leftMs -= SLEEP_MS_MAX) {
    await clock.sleep(Math.min(leftMs, SLEEP_MS_MAX), signal)
  }
}

interface Pace {
  /** Monotonic time at which a row of this time is due; to be asked for each row in order. */
  dueMs(timeMs: number | undefined): number
  readonly timeline: Timeline
  /** Between the last two rows; another pass begins so much later. */
  lastGapMs(): number
}

/**
 * The pace of one pass; it begins with the pass's first row. `endMs`: recorded time of the last.
 */
function paceFrom(world: ReplayWorld, options: ReplayOptions, endMs: number | undefined): Pace {
  const { speed, shiftToNow } = options
  if (speed !== 'max') return steadyPace(world, speed, shiftToNow)
  const wallMs = world.clock.wallMs()
  const moved = movedTimeline((timeMs) => timeMs + wallMs - (endMs ?? timeMs))
  return {
    dueMs: () => 0,
    timeline: shiftToNow ? moved : AS_RECORDED,
    lastGapMs: () => 0,
  }
}

function steadyPace({ clock }: ReplayWorld, speed: number, shiftToNow: boolean): Pace {
  const [wallMs, startMs] = [clock.wallMs(), clock.monotonicMs()]
  let firstMs: number | undefined
  let [elapsedMs, gapMs] = [0, 0]
  const sinceFirstMs = (timeMs: number) => (timeMs - (firstMs ?? timeMs)) / speed
  return {
    dueMs(timeMs) {
      if (timeMs === undefined) return 0
      firstMs ??= timeMs
      gapMs = Math.max(0, sinceFirstMs(timeMs) - elapsedMs)
      elapsedMs = sinceFirstMs(timeMs)
      return startMs + elapsedMs
    },
    timeline: shiftToNow
      ? movedTimeline((timeMs) => wallMs + sinceFirstMs(timeMs), 1 / speed)
      : AS_RECORDED,
    lastGapMs: () => gapMs,
  }
}

async function openRecording(world: ReplayWorld, options: ReplayOptions): Promise<Recording> {
  const first = await firstLine(world.lines())
  const opened: OpenedRecording = isCsv(first)
    ? csvRecording(first, options.mapping)
    : { kind: 'recording', recording: ndjsonRecording() }
  if (opened.kind === 'problem') throw new Error(opened.problem)
  return opened.recording
}

function isCsv(firstLine: string): boolean {
  return !firstLine.trimStart().startsWith('{')
}

async function firstLine(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) return line
  throw new Error('The file is empty.')
}

interface Sender {
  add(records: readonly NewRecord[]): Promise<void>
  flush(): Promise<void>
  result(): ReplayResult
}

function createSender(world: ReplayWorld, topic: string, signal: AbortSignal): Sender {
  let pending: NewRecord[] = []
  let [rows, sent, saidMs] = [0, 0, world.clock.monotonicMs()]
  const sender: Sender = {
    async add(records) {
      pending.push(...records)
      rows += 1
      if (pending.length + records.length > APPEND_RECORDS_MAX) await sender.flush()
    },
    async flush() {
      if (pending.length === 0) return
      const records = pending
      pending = []
      await appendPatiently(world, topic, records, signal)
      sent += records.length
      const nowMs = world.clock.monotonicMs()
      if (nowMs - saidMs < PROGRESS_EVERY_MS) return
      saidMs = nowMs
      world.trace.note('info', { kind: 'replay.progress', rows, sent })
    },
    result: () => ({ rows, sent }),
  }
  return sender
}
