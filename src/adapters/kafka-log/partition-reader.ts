/**
 * Reads one partition from a place on, ahead of whoever takes, up to a limit. Outages are ridden
 * out here: the reader asks again until it is closed. Where retention has removed its place, it
 * says so in order, as a gap between the records before and after.
 */
import { LogError, type LogRecord } from '../../ports/log.ts'
import { failureOf, openReader } from './client.ts'
import type { Chunk } from './decode.ts'
import type { KafkaAdmin, KafkaReader } from './faces.ts'
import { unknownTopic } from './failures.ts'
import { ask, createOutage, type Outage, TooLate, within } from './outage.ts'
import {
  FETCH_WAIT_MS,
  type KafkaWorld,
  READ_AHEAD_BYTES_MAX,
  TOPIC_GONE_AFTER_MS,
} from './tuning.ts'
import { createWakeup, type Wakeup } from './wakeup.ts'

export type ReadItem =
  | { readonly kind: 'records'; readonly records: readonly LogRecord[] }
  /** `to` may be before `from`: the topic was made anew, or its end was lost with a broker. */
  | { readonly kind: 'gap'; readonly from: number; readonly to: number }

export interface PartitionReader {
  readonly partition: number
  /** What comes next, at most so many records; undefined when nothing is there yet. */
  take(recordsMax: number): ReadItem | undefined
  /** Everything before it has been taken. */
  position(): number
  /** Why it has ended by itself. */
  failure(): LogError | undefined
  close(): void
}

export interface ReaderPlace {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

interface State {
  records: LogRecord[]
  bytes: number
  /** The offset to ask for. */
  next: number
  gap: { readonly from: number; readonly to: number } | undefined
  failure: LogError | undefined
  /** Since when brokers say that they know no such topic. */
  unknownSinceMs: number | undefined
}

/** `onNews` is called when there is something to take, or when it has failed. */
export function openPartitionReader(
  world: KafkaWorld,
  admin: KafkaAdmin,
  place: ReaderPlace,
  onNews: () => void,
): PartitionReader {
  const state: State = {
    ...{ records: [], bytes: 0, next: place.offset },
    ...{ gap: undefined, failure: undefined, unknownSinceMs: undefined },
  }
  const room = createWakeup()
  const stop = new AbortController()
  const { topic, partition } = place
  const outage = createOutage(world, { topic, partition })
  const signal = stop.signal
  // Never rejects but for a bug, which must be seen.
  void readOn({ world, admin, place, state, room, outage, onNews, signal })
  return {
    partition,
    take(recordsMax) {
      const item = takeFrom(state, recordsMax)
      room.wake()
      return item
    },
    position: () => state.records[0]?.offset ?? state.gap?.from ?? state.next,
    failure: () => state.failure,
    close() {
      stop.abort()
      room.wake()
    },
  }
}

function takeFrom(state: State, recordsMax: number): ReadItem | undefined {
  if (state.records.length > 0) {
    const records = state.records.splice(0, recordsMax)
    for (const record of records) state.bytes -= sizeOf(record)
    return { kind: 'records', records }
  }
  const { gap } = state
  state.gap = undefined
  return gap && { kind: 'gap', ...gap }
}

/** What a record weighs in the reader; close enough to its bytes. */
const sizeOf = ({ key, value }: LogRecord) => (key?.length ?? 0) + value.length + 64

interface Reading {
  readonly world: KafkaWorld
  readonly admin: KafkaAdmin
  readonly place: ReaderPlace
  readonly state: State
  readonly room: Wakeup
  readonly outage: Outage
  readonly onNews: () => void
  readonly signal: AbortSignal
}

/** After a failure the client is thrown away with all that it believes of the cluster. */
async function readOn(reading: Reading): Promise<void> {
  const { world, place, state, room, signal } = reading
  while (!signal.aborted && !state.failure) {
    const client = openReader(world, place.topic, place.partition)
    const close = () => void client.close().catch(() => {})
    signal.addEventListener('abort', close, { once: true })
    try {
      while (!signal.aborted) {
        if (state.gap || state.bytes >= READ_AHEAD_BYTES_MAX) await room.wait()
        else await readOnce(reading, client)
      }
    } catch (error) {
      if (!signal.aborted) await recover(reading, error)
    }
    signal.removeEventListener('abort', close)
    close()
  }
}

async function readOnce(
  { world, state, outage, onNews }: Reading,
  client: KafkaReader,
): Promise<void> {
  const patienceMs = FETCH_WAIT_MS + world.tuning.patienceMs
  absorb(state, await within(world.clock, patienceMs, client.fetch(state.next)))
  outage.passed()
  state.unknownSinceMs = undefined
  onNews()
}

function absorb(state: State, { records, next }: Chunk): void {
  state.next = next
  for (const record of records) {
    state.records.push(record)
    state.bytes += sizeOf(record)
  }
}

async function recover(reading: Reading, error: unknown): Promise<void> {
  const { state, outage, signal, onNews } = reading
  const kind = failureOf(error)
  if (kind === undefined && !(error instanceof TooLate)) throw error
  if (kind === 'unknown-topic' && isGoneForGood(reading)) {
    state.failure = unknownTopic(reading.place.topic)
    return onNews()
  }
  if (kind !== 'out-of-range') return outage.failed(error, signal)
  try {
    await lookForGap(reading)
  } catch (another) {
    if (!(another instanceof LogError)) throw another
    await outage.failed(another, signal)
  }
}

function isGoneForGood({ world, state }: Reading): boolean {
  const nowMs = world.clock.monotonicMs()
  state.unknownSinceMs ??= nowMs
  return nowMs - state.unknownSinceMs >= TOPIC_GONE_AFTER_MS
}

/** The place is not in the partition: before its first record, or behind its end. */
async function lookForGap({ world, admin, place, state, onNews }: Reading): Promise<void> {
  const { topic, partition } = place
  const [first = 0] = await ask(world, topic, () => admin.offsets(topic, [partition], 'first'))
  const [end = 0] = await ask(world, topic, () => admin.offsets(topic, [partition], 'next'))
  if (state.next >= first && state.next <= end) return
  state.gap = { from: state.next, to: first }
  state.next = first
  onNews()
}
