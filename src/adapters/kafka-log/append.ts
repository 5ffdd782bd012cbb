/**
 * Records on their way in. Each partition has a lane with one request under way at a time; what is
 * appended meanwhile, or in the same turn of the event loop, goes with the next request. So the
 * order of appends is the order in the partition, whatever fails, and the busier it is the larger
 * the requests.
 *
 * The library tries a request until it is through, so patience is kept here: when a request takes
 * too long, the whole producer is thrown away (its waiting requests with it, so that none arrives
 * after its sender has given up), and everything that waits is told.
 */
import type { NewRecord, Position } from '../../ports/log.ts'
import { failureOf, openProducer } from './client.ts'
import type { KafkaProducer, Message } from './faces.ts'
import { closed, recordTooLarge } from './failures.ts'
import { ask, asLogError, within } from './outage.ts'
import { partitionOf } from './partitioner.ts'
import { type KafkaWorld, RECORD_BYTES_MAX, SEND_BYTES_MAX, SEND_RECORDS_MAX } from './tuning.ts'

export interface Appender {
  append(topic: string, records: readonly NewRecord[]): Promise<readonly Position[]>
  close(): Promise<void>
}

/** Records of one append for one partition that travel together. */
interface Parcel {
  readonly messages: readonly Message[]
  readonly bytes: number
  readonly placed: PromiseWithResolvers<readonly number[]>
}

interface Lane {
  readonly topic: string
  readonly partition: number
  waiting: Parcel[]
  isBusy: boolean
}

interface Office {
  readonly world: KafkaWorld
  readonly lanes: Map<string, Lane>
  /** Opened when it is needed, and again after it was thrown away. */
  producer: KafkaProducer | undefined
  isClosed: boolean
  /** Where records without a key go next. */
  turn: number
}

export function openAppender(world: KafkaWorld): Appender {
  const office: Office = {
    ...{ world, lanes: new Map(), producer: undefined, isClosed: false, turn: 0 },
  }
  return {
    async append(topic, records) {
      const messages = records.map((record) => packed(topic, record))
      const partitions = await ask(world, topic, () => producerOf(office).partitions(topic))
      const turn = office.turn++
      const homes = messages.map(({ key }) =>
        key === undefined ? turn % partitions : partitionOf(key, partitions),
      )
      const positions: Position[] = []
      const shares = Map.groupBy(records.keys(), (index) => homes[index] ?? 0)
      await Promise.all(
        [...shares].map(async ([partition, indexes]) => {
          const own = indexes.flatMap((index) => messages[index] ?? [])
          const offsets = await put(office, laneOf(office, topic, partition), own)
          for (const [at, index] of indexes.entries()) {
            positions[index] = { partition, offset: offsets[at] ?? -1 }
          }
        }),
      )
      return positions
    },
    async close() {
      office.isClosed = true
      await office.producer?.close()
    },
  }
}

function packed(topic: string, { key, value }: NewRecord): Message {
  const message = { key: key === null ? undefined : Buffer.from(key), value: Buffer.from(value) }
  const bytes = bytesOf(message)
  if (bytes > RECORD_BYTES_MAX) throw recordTooLarge(topic, bytes)
  return message
}

const bytesOf = ({ key, value }: Message) => (key?.length ?? 0) + value.length

function producerOf(office: Office): KafkaProducer {
  if (office.isClosed) throw closed()
  office.producer ??= openProducer(office.world)
  return office.producer
}

function laneOf({ lanes }: Office, topic: string, partition: number): Lane {
  const name = `${topic}/${partition}`
  const lane = lanes.get(name) ?? { topic, partition, waiting: [], isBusy: false }
  lanes.set(name, lane)
  return lane
}

/** The offset of each message. */
async function put(
  office: Office,
  lane: Lane,
  messages: readonly Message[],
): Promise<readonly number[]> {
  const parcels = parcelsOf(messages)
  lane.waiting.push(...parcels)
  if (!lane.isBusy) {
    lane.isBusy = true
    // After this turn, so that appends of the same turn travel together. Never rejects.
    setImmediate(() => void drive(office, lane))
  }
  const offsets = await Promise.all(parcels.map(({ placed }) => placed.promise))
  return offsets.flat()
}

/** Cut so that no parcel but a single large record is larger than a request may be. */
function parcelsOf(messages: readonly Message[]): readonly Parcel[] {
  const parcels: Parcel[] = []
  let begin = 0
  let bytes = 0
  for (const [index, message] of messages.entries()) {
    const added = bytesOf(message)
    const isFull = bytes + added > SEND_BYTES_MAX || index - begin >= SEND_RECORDS_MAX
    if (index > begin && isFull) {
      parcels.push(parcelOf(messages.slice(begin, index), bytes))
      begin = index
      bytes = 0
    }
    bytes += added
  }
  if (messages.length > begin) parcels.push(parcelOf(messages.slice(begin), bytes))
  return parcels
}

function parcelOf(messages: readonly Message[], bytes: number): Parcel {
  return { messages, bytes, placed: Promise.withResolvers() }
}

/** Delivers until nothing waits. */
async function drive(office: Office, lane: Lane): Promise<void> {
  while (lane.waiting.length > 0) await deliver(office, lane, takeLoad(lane))
  lane.isBusy = false
}

/** As many parcels as fit into one request, at least one. */
function takeLoad(lane: Lane): readonly Parcel[] {
  let bytes = 0
  let records = 0
  const end = lane.waiting.findIndex((parcel, index) => {
    bytes += parcel.bytes
    records += parcel.messages.length
    return index > 0 && (bytes > SEND_BYTES_MAX || records > SEND_RECORDS_MAX)
  })
  return lane.waiting.splice(0, end < 0 ? lane.waiting.length : end)
}

/** Settles every parcel of the load; where it fails, also those behind: nothing may overtake. */
async function deliver(office: Office, lane: Lane, load: readonly Parcel[]): Promise<void> {
  const messages = load.flatMap((parcel) => parcel.messages)
  try {
    const offsets = await send(office, lane, messages, load.length === 1)
    let begin = 0
    for (const { placed, messages: own } of load) {
      placed.resolve(offsets.slice(begin, begin + own.length))
      begin += own.length
    }
  } catch (error) {
    const isTooLarge = failureOf(error) === 'too-large'
    if (isTooLarge && load.length > 1) {
      for (const parcel of load) await deliver(office, lane, [parcel])
      return
    }
    const reason = isTooLarge
      ? recordTooLarge(lane.topic, Math.max(...messages.map(bytesOf)), error)
      : asLogError(office.world, lane.topic, error)
    const behind = isTooLarge ? [] : lane.waiting.splice(0)
    for (const { placed } of [...load, ...behind]) placed.reject(reason)
  }
}

/** `mayHalve`: a broker may take less than we pack; then it gets half as much at a time. */
async function send(
  office: Office,
  lane: Lane,
  messages: readonly Message[],
  mayHalve: boolean,
): Promise<readonly number[]> {
  const { clock, tuning } = office.world
  const producer = producerOf(office)
  try {
    const sent = producer.send(lane.topic, lane.partition, messages)
    const first = await within(clock, tuning.patienceMs, sent)
    return messages.map((_, index) => first + index)
  } catch (error) {
    if (failureOf(error) !== 'too-large') discard(office, producer)
    else if (mayHalve && messages.length > 1) {
      const middle = Math.ceil(messages.length / 2)
      const front = await send(office, lane, messages.slice(0, middle), true)
      return [...front, ...(await send(office, lane, messages.slice(middle), true))]
    }
    throw error
  }
}

/** So that what it still tries to send arrives never, and not after what comes next. */
function discard(office: Office, producer: KafkaProducer): void {
  if (office.producer === producer) office.producer = undefined
  // Whoever waits for one of its requests is told by the request.
  producer.close().catch(() => {})
}
