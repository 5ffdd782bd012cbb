/**
 * What is asked of the store while it is being hurt: clients that write, read, delete and scan a
 * few keys, so that they meet, through any coordinator that answers, and now and then change a
 * document on conditions.
 *
 * A client notes what it saw in the history. What was not answered is open, for ever.
 */
import { indexKey, latestKey } from '../src/model/keys.ts'
import { must } from '../src/model/must.ts'
import type { Random } from '../src/ports/random.ts'
import type { ReadOutcome, StoreWrite, WriteOutcome } from '../src/store/client.ts'
import { asked, type WorkloadWorld } from './asking.ts'
import { START_WALL_MS } from './clock.ts'
import type { CoordinatorMachine } from './cluster.ts'
import { conditionalStep, newPair } from './conditional-clients.ts'
import { type Lane, type Moment, OPEN, type WriteEntry } from './history.ts'

const CLIENTS = 4
export const FLOORS = [1, 2, 3] as const
const THINK_MS_MAX = 100
/** Of all operations. */
const CONDITIONAL_CHANCE = 0.25
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
    let pair = newPair(`c${number}`)
    for (let i = number; i < operations; i += CLIENTS) {
      await world.kernel.sleep(own.below(THINK_MS_MAX))
      const machine = await whoIsUp(world, own)
      if (!own.chance(CONDITIONAL_CHANCE)) await oneOperation(world, machine, own)
      else pair = await conditionalStep(world, machine, pair, own)
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
