/**
 * What is asked of the store while it is being hurt: clients that write, read, delete and scan a
 * few keys, so that they meet, through any coordinator that answers; and meters whose readings go
 * through the log and ingestion.
 *
 * A client notes what it saw in the history. What was not answered is open, for ever.
 */
import { indexKey, latestKey, readingKey } from '../src/model/keys.ts'
import { must } from '../src/model/must.ts'
import { parseTimestamp } from '../src/model/timestamp.ts'
import { READINGS_TOPIC } from '../src/model/topics.ts'
import type { Random } from '../src/ports/random.ts'
import type { ReadOutcome, Store, StoreWrite, WriteOutcome } from '../src/store/client.ts'
import { START_WALL_MS } from './clock.ts'
import type { CoordinatorMachine } from './cluster.ts'
import { type History, type Lane, type Moment, OPEN, type WriteEntry } from './history.ts'
import type { Kernel } from './kernel.ts'
import type { SimLog } from './log.ts'

export interface WorkloadWorld {
  readonly kernel: Kernel
  readonly history: History
  readonly coordinators: readonly CoordinatorMachine[]
  readonly log: SimLog
}

const CLIENTS = 4
export const FLOORS = [1, 2, 3] as const
const THINK_MS_MAX = 200
const READING_EVERY_MS = 400
/** An operation that is not answered by then is never answered. */
const PATIENCE_MS = 25_000
const TTL_SECONDS_MAX = 6
/** Characters that a careless hand would change. */
const ODD_TEXT = '{ "caffè":"\\u00e8 \\/ 🜁",  "n":1.0e2 ,"id":'

export interface UsedKey {
  readonly key: string
  readonly lane: Lane
}

const lane = (name: Lane, count: number): readonly UsedKey[] =>
  Array.from({ length: count }, (_, i) => ({ key: `${name}:à/%2F+${i}`, lane: name }))
export const KEYS: readonly UsedKey[] = [
  ...lane('plain', 6),
  ...lane('ttl', 3),
  ...lane('ordered', 3),
]

/** Runs all operations; resolves when the last one was answered or given up. */
export async function runClients(
  world: WorkloadWorld,
  operations: number,
  random: Random,
): Promise<void> {
  const clients = Array.from({ length: CLIENTS }, async (_, number) => {
    const own = random.fork(`client ${number}`)
    for (let i = number; i < operations; i += CLIENTS) {
      await world.kernel.sleep(own.below(THINK_MS_MAX))
      await oneOperation(world, await whoIsUp(world, own), own)
    }
  })
  await Promise.all(clients)
}

/** A client that finds nobody at one address tries another, and then waits. */
async function whoIsUp(
  { kernel, coordinators }: WorkloadWorld,
  random: Random,
): Promise<CoordinatorMachine> {
  for (;;) {
    const up = coordinators.filter(({ isUp }) => isUp)
    const machine = up[random.below(Math.max(1, up.length))]
    if (machine) return machine
    await kernel.sleep(THINK_MS_MAX)
  }
}

async function oneOperation(
  world: WorkloadWorld,
  machine: CoordinatorMachine,
  random: Random,
): Promise<void> {
  const used = must(KEYS[random.below(KEYS.length)])
  const draw = random.below(100)
  if (draw < 45) return readKeys(world, machine, [used])
  if (draw < 50) return scanPlain(world, machine)
  if (draw < 53) return readFloor(world, machine, must(FLOORS[random.below(FLOORS.length)]))
  const keys = draw < 60 ? KEYS.slice(0, 1 + random.below(KEYS.length / 2)) : [used]
  await writeKeys(world, machine, keys, random)
}

export async function readKeys(
  world: WorkloadWorld,
  machine: CoordinatorMachine,
  keys: readonly UsedKey[],
): Promise<void> {
  const start = begun(world, machine)
  const names = keys.map(({ key }) => key)
  const outcomes = await asked(world, machine, `read ${names}`, (store) => store.read(names))
  for (const [index, used] of keys.entries()) {
    noteRead(world, machine, used, start, outcomes?.[index], false)
  }
}

interface Begun {
  readonly start: Moment
  readonly wallMs: number
}

const begun = ({ history }: WorkloadWorld, { quartz }: CoordinatorMachine): Begun => {
  return { start: history.tick(), wallMs: quartz.wallMs() }
}

function noteRead(
  { history }: WorkloadWorld,
  machine: CoordinatorMachine,
  { key, lane }: UsedKey,
  { start, wallMs }: Begun,
  outcome: ReadOutcome | undefined,
  isScan: boolean,
): void {
  if (outcome?.kind !== 'found' && outcome?.kind !== 'absent') return
  const isFound = outcome.kind === 'found'
  history.reads.push({
    ...{ id: history.nextId(), key, lane, via: machine.name, isScan, start, end: history.tick() },
    text: isFound ? outcome.text : null,
    order: isFound ? outcome.order : null,
    wallMinMs: Math.min(wallMs, machine.quartz.wallMs()),
    wallMaxMs: Math.max(wallMs, machine.quartz.wallMs()),
  })
}

/** What a page lacks it says to be absent. */
async function scanPlain(world: WorkloadWorld, machine: CoordinatorMachine): Promise<void> {
  const start = begun(world, machine)
  const query = { prefix: 'plain:', limit: 100 }
  const outcome = await asked(world, machine, 'scan', (store) => store.scan(query))
  if (outcome?.kind !== 'page') return
  for (const used of KEYS.filter((one) => one.lane === 'plain')) {
    const entry = outcome.entries.find(({ key }) => key === used.key)
    const seen: ReadOutcome = entry
      ? { kind: 'found', text: entry.text, order: 0 }
      : { kind: 'absent' }
    noteRead(world, machine, used, start, seen, true)
  }
}

function readFloor(
  world: WorkloadWorld,
  machine: CoordinatorMachine,
  floor: number,
): Promise<void> {
  const keys = [latestKey(floor), indexKey(floor)]
  return readKeys(
    world,
    machine,
    keys.map((key) => ({ key, lane: 'ordered' as const })),
  )
}

export async function writeKeys(
  world: WorkloadWorld,
  machine: CoordinatorMachine,
  keys: readonly UsedKey[],
  random: Random,
): Promise<readonly WriteEntry[]> {
  const plans = keys.map((used) => planWrite(world, machine.name, used, random))
  const about = `write ${keys.map(({ key }) => key)}`
  const outcomes = await asked(world, machine, about, (store) => {
    for (const { entry, write } of plans) {
      entry.expiresMinMs = expiryOf(machine, write)
      entry.expiresMaxMs = write.ttlSeconds === undefined ? null : OPEN
    }

    return store.write(plans.map(({ write }) => write))
  })
  for (const [index, { entry, write }] of plans.entries()) {
    noteExpiry(entry, expiryOf(machine, write))
    noteWrite(world, entry, outcomes?.[index])
  }
  return plans.map(({ entry }) => entry)
}

/** Counted from the moment at which the coordinator takes the write, by its own clock. */
function expiryOf({ quartz }: CoordinatorMachine, { ttlSeconds }: StoreWrite): number | null {
  return ttlSeconds === undefined ? null : quartz.wallMs() + ttlSeconds * 1_000
}

function planWrite(
  { history, kernel }: WorkloadWorld,
  via: string,
  { key, lane }: UsedKey,
  random: Random,
): { entry: WriteEntry; write: StoreWrite } {
  const id = history.nextId()
  const isDeletion = lane === 'plain' && random.chance(0.25)
  const text = isDeletion ? null : `${ODD_TEXT}${id}}`
  const order = lane === 'ordered' ? START_WALL_MS + kernel.nowMs - random.below(5_000) : null
  const ttlSeconds = lane === 'ttl' && random.chance(0.8) ? 1 + random.below(TTL_SECONDS_MAX) : null
  const entry: WriteEntry = {
    ...{ id, key, lane, via, text, order, expiresMinMs: null, expiresMaxMs: null },
    ...{ start: history.tick(), end: OPEN, outcome: 'pending' },
  }
  history.writes.push(entry)
  const optional = {
    ...(order === null ? {} : { order }),
    ...(ttlSeconds === null ? {} : { ttlSeconds }),
  }
  return { entry, write: { key, text, ...optional } }
}

/** The clock may have been set back in between. */
function noteExpiry(entry: WriteEntry, atEndMs: number | null): void {
  const atStartMs = entry.expiresMinMs
  if (atEndMs === null || atStartMs === null) return
  entry.expiresMinMs = Math.min(atStartMs, atEndMs)
  entry.expiresMaxMs = Math.max(atStartMs, atEndMs)
}

function noteWrite(
  { history }: WorkloadWorld,
  entry: WriteEntry,
  outcome: WriteOutcome | undefined,
): void {
  if (outcome === undefined || outcome.kind === 'unknown') entry.outcome = 'unknown'
  else if (outcome.kind === 'done') {
    entry.outcome = 'done'
    entry.end = history.tick()
  } else entry.outcome = 'failed'
}

/** What the store answers; undefined = it never did, because it died or hangs. */
async function asked<T>(
  { kernel, history }: WorkloadWorld,
  machine: CoordinatorMachine,
  about: string,
  ask: (store: Store) => Promise<T>,
): Promise<T | undefined> {
  const { life } = machine
  const late = Promise.withResolvers<undefined>()
  const planned = kernel.at(PATIENCE_MS, kernel.world, 'patience', () => {
    history.stuck.push(`${machine.name} did not answer within ${PATIENCE_MS} ms: ${about}`)
    late.resolve(undefined)
  })
  const died = life.over.then(() => undefined)
  const answered = Promise.withResolvers<T | undefined>()
  // Waits at the door while the process is stopped.
  kernel.at(0, life, 'request', () => {
    answered.resolve(machine.store ? ask(machine.store) : undefined)
  })
  const answer = await Promise.race([answered.promise, died, late.promise])
  planned.cancel()
  return answer
}

/** Readings until it is told to stop, some late, some twice, some broken. */
export async function runMeters(
  world: WorkloadWorld,
  random: Random,
  isOver: () => boolean,
): Promise<void> {
  let number = 0
  for (;;) {
    await world.kernel.sleep(random.below(READING_EVERY_MS))
    if (isOver()) return
    number += 1
    const floor = must(FLOORS[random.below(FLOORS.length)])
    const lateMs = random.chance(0.2) ? random.below(20_000) : 0
    const text = random.chance(0.04)
      ? `no reading ${number}`
      : readingText(floor, world.kernel.nowMs - lateMs, number)
    for (let i = random.chance(0.1) ? 2 : 1; i > 0; i -= 1) appendReading(world, floor, text)
  }
}

/** The newest of its floor, so that whoever owns the floor writes its index once more. */
export function appendLastReadings(world: WorkloadWorld): void {
  for (const floor of FLOORS) {
    appendReading(world, floor, readingText(floor, world.kernel.nowMs, 999))
  }
}

function appendReading({ log }: WorkloadWorld, floor: number, text: string): void {
  if (!log.isAway) log.append(READINGS_TOPIC, [{ key: String(floor), value: text }])
}

function readingText(floor: number, atMs: number, number: number): string {
  // Microseconds that no other reading has, so that each has a key of its own.
  const micros = String(number % 1_000).padStart(3, '0')
  const moment = new Date(Math.floor(START_WALL_MS + atMs)).toISOString()
  const timestamp = moment.replace('Z', `${micros}Z`)
  return `{"piano":${floor},"timestamp":"${timestamp}","sensore2_kw": ${number}.0}`
}

/** What the log took, for the history. */
export function noteLogged(history: History, log: SimLog): void {
  log.onAppend = (topic, { partition, offset, key, value }) => {
    if (topic !== READINGS_TOPIC) {
      history.deadLetters.add(key ?? '')
      return
    }
    const timestamp = /"timestamp":"([^"]+)"/.exec(value)?.[1] ?? null
    const floor = Number(key)
    history.logged.push({
      ...{ partition, offset, floor, text: value, timestamp: timestamp ?? '' },
      key: timestamp === null ? null : readingKey(floor, timestamp),
      timeMs: timestamp === null ? 0 : must(parseTimestamp(timestamp)),
    })
  }
}
