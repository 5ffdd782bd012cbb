/**
 * Writes: admits and stamps each, and sends those that may travel together to their replicas.
 */
import { isConditionalKey } from '../../model/keys.ts'
import { must } from '../../model/must.ts'
import { checkBatch, checkWrite, type Lane } from '../admission.ts'
import type { StoreWrite, WriteOutcome } from '../client.ts'
import { wallOf } from '../hybrid-clock.ts'
import { shortHash } from '../ring/hash.ts'
import type { WireRow } from '../wire.ts'
import { KeyWrite, type RowToWrite } from './key-write.ts'
import type { RingView } from './ring-view.ts'
import { sendRows } from './run-write.ts'
import type { StoreWorld } from './store-world.ts'

/** One outcome for each write, in the order given. All keys travel together. */
export async function writeAll(
  world: StoreWorld,
  writes: readonly StoreWrite[],
  lane: Lane,
): Promise<readonly WriteOutcome[]> {
  const tooMany = checkBatch(writes.length)
  if (tooMany) return writes.map(() => tooMany)
  const outcomes = new Array<WriteOutcome>(writes.length)
  for (const round of roundsOf(writes)) {
    await writeRound(world, writes, round, lane, outcomes)
  }
  return outcomes
}

/**
 * A key may come several times in one batch. A plain write takes effect after those before it, so
 * it waits for them; writes with an order of their own may travel together, their order decides.
 */
export function roundsOf(writes: readonly StoreWrite[]): readonly (readonly number[])[] {
  if (writes.length === 1) return [[0]]
  // Two keys of one hash go the longer way.
  const hashes = new Set(writes.map(({ key }) => shortHash(key)))
  if (hashes.size === writes.length) return [writes.map((_, index) => index)]
  const roundOfKey = new Map<string, number>()
  const rounds: number[][] = []
  for (const [index, { key, order }] of writes.entries()) {
    const before = roundOfKey.get(key)
    const round = before === undefined ? 0 : order === undefined ? before + 1 : before
    roundOfKey.set(key, round)
    const members = rounds[round] ?? []
    members.push(index)
    rounds[round] = members
  }
  return rounds
}

function writeRound(
  world: StoreWorld,
  writes: readonly StoreWrite[],
  round: readonly number[],
  lane: Lane,
  outcomes: WriteOutcome[],
): Promise<void> {
  return new Promise((resolve) => {
    let missing = round.length
    if (missing === 0) resolve()
    const nowMs = world.clock.wallMs()
    const rows = round.map((index) => {
      const tell = (outcome: WriteOutcome) => {
        outcomes[index] = outcome
        missing -= 1
        if (missing === 0) resolve()
      }
      return begin(world, { write: must(writes[index]), lane, nowMs, tell })
    })
    sendRows(
      world,
      rows.filter((row) => row !== undefined),
    )
  })
}

interface Begun {
  readonly write: StoreWrite
  readonly lane: Lane
  readonly nowMs: number
  readonly tell: (outcome: WriteOutcome) => void
}

/** The row of a plain key, which is left to be sent; what becomes of any other is seen to. */
function begin(world: StoreWorld, { write, lane, nowMs, tell }: Begun): RowToWrite | undefined {
  const { view } = world
  const wrong = checkWrite(write, lane)
  if (wrong) tell(wrong)
  else if (view === null || view.isEmpty) tell({ kind: 'no-shards' })
  else if (isConditionalKey(write.key)) void must(world.conditional).write(write).then(tell)
  else {
    const [row, place] = [stamped(world, write, nowMs), view.locate(write.key)]
    return { place, row, isOrdered: write.order !== undefined, tell }
  }
  return undefined
}

/** Writes a row under the version that it has already; losing to a newer one is success too. */
export function writeRow(
  world: StoreWorld,
  view: RingView,
  row: WireRow,
  tell: (outcome: WriteOutcome) => void,
): void {
  const place = view.locate(row.k)
  new KeyWrite(world, { place, row, isOrdered: true, tell }, world.deadline()).send()
}

function stamped(
  world: StoreWorld,
  { key, text, order, ttlSeconds }: StoreWrite,
  nowMs: number,
): WireRow {
  const t = world.hybridClock.stamp(nowMs)
  const e = ttlSeconds === undefined ? null : Math.floor(nowMs) + ttlSeconds * 1000
  return { k: key, v: text, o: order ?? wallOf(t), t, n: world.writer, e }
}
