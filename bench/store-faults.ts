/**
 * The store while something is wrong or changes: one shard killed, and a ring on its way to another
 * shard. Each is held against the same load on the store while it was well, a moment before.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { must } from '../src/model/must.ts'
import { eventually } from '../test/support/eventually.ts'
import { startRole } from '../test/support/process.ts'
import {
  cellsOf,
  errorNote,
  FAULT_LINES,
  faultText,
  type Line,
  type UnderFault,
  underFault,
} from './store-lines.ts'
import type { BenchRun } from './support/report.ts'
import { changeRing, isThrough, type RingOrder } from './support/ring-change.ts'
import { medianSlice, type Slice } from './support/slices.ts'
import type { StoreSession } from './support/store-session.ts'

export interface FaultRows {
  readonly rows: readonly (readonly string[])[]
  readonly notes: readonly string[]
}

type SlicesOfLines = ReadonlyMap<Line, Slice[]>

/** By line: slices on the store while it is well, under the fault, and partly under it. */
interface Pairs {
  readonly steady: SlicesOfLines
  readonly under: SlicesOfLines
  readonly partly: SlicesOfLines
}

const CHANGES = ['add-node', 'remove-node'] as const

const ROUNDS = 3
/** Before each change, since the shards are more before the one and fewer before the other. */
const STEADY_SLICES = 3
/** Between a start and the next slice, so that what was missed is made up for. */
const SETTLE_MS = 1_500
const READY_MS = 60_000

/** Killed just before its slice, so that noticing it is measured too. */
export async function oneShardDown(
  { say }: BenchRun,
  session: StoreSession,
  sliceMs: number,
): Promise<FaultRows> {
  const { store, url } = session.ours
  const pairs = emptyPairs()
  for (let round = 0; round < ROUNDS; round += 1) {
    const shard = must(store.shards[round % store.shards.length])
    say(`round ${round + 1} of ${ROUNDS}: ${shard.name} is killed`)
    for (const line of FAULT_LINES) {
      add(pairs.steady, line, await slice(session, line, sliceMs))
      await shard.kill()
      add(pairs.under, line, await slice(session, line, sliceMs))
      await shard.start()
      await untilWell(url)
    }
  }
  return { rows: rowsOf('one shard down', pairs), notes: errorNotes('one shard down', pairs) }
}

/** A fourth shard comes, then leaves again. */
export async function rebalance(
  { say, env }: BenchRun,
  session: StoreSession,
  sliceMs: number,
): Promise<FaultRows> {
  const shard = await startRole(['shard', '--port', '0'], { env })
  session.ours.join(shard)
  const pairs = emptyPairs()
  const notes: string[] = []
  for (const change of CHANGES) {
    await whileWell(session, pairs.steady, sliceMs)
    say(`${change} while keys are written and read`)
    const startMs = performance.now()
    const order = { change, node: shard.address }
    const refusal = await changeRing(session.ours.url, order)
    if (refusal !== undefined) {
      await shard.stop()
      return { rows: [], notes: [`during a rebalance: not measured, ${change} ${refusal}`] }
    }
    await whileMoving(session, order, pairs, sliceMs)
    notes.push(`${change} took ${((performance.now() - startMs) / 1000).toFixed(1)} s under load`)
  }
  await shard.stop()
  return { rows: rowsOf('rebalance', pairs), notes: [...notes, ...errorNotes('rebalance', pairs)] }
}

async function whileWell(
  session: StoreSession,
  steady: SlicesOfLines,
  sliceMs: number,
): Promise<void> {
  for (let turn = 0; turn < STEADY_SLICES; turn += 1) {
    for (const line of FAULT_LINES) add(steady, line, await slice(session, line, sliceMs))
  }
}

/**
 * Slices for as long as keys move. One that ended after the move counts only partly, except where
 * the move is too short for anything else.
 */
async function whileMoving(
  session: StoreSession,
  order: RingOrder,
  { under, partly }: Pairs,
  sliceMs: number,
): Promise<void> {
  let isOver = false
  for (let pass = 0; !isOver; pass += 1) {
    for (const line of FAULT_LINES) {
      const one = await slice(session, line, sliceMs)
      isOver ||= await isThrough(session.ours.url, order)
      add(!isOver || pass === 0 ? under : partly, line, one)
    }
  }
}

function add(slices: SlicesOfLines, line: Line, one: Slice): void {
  slices.get(line)?.push(one)
}

function emptyPairs(): Pairs {
  const empty = () => new Map(FAULT_LINES.map((line) => [line, [] as Slice[]]))
  return { steady: empty(), under: empty(), partly: empty() }
}

function slice(session: StoreSession, { system, operation, clients }: Line, forMs: number) {
  return session.measure({
    ...{ system, operation, clients },
    keyOrder: 'any',
    until: { kind: 'time', forMs },
  })
}

function rowsOf(what: string, pairs: Pairs): FaultRows['rows'] {
  return FAULT_LINES.flatMap((line) => {
    const well = medianSlice(pairs.steady.get(line) ?? [])
    const slices = underOf(pairs, line)
    const cells = cellsOf(underFault(slices))
    return [
      [`${line.label}, 64 clients, before`, ...cellsOf(well), ''],
      [`${line.label}, 64 clients, ${what}`, ...cells, faultText(slices, well)],
    ]
  })
}

function underOf({ under, partly }: Pairs, line: Line): UnderFault {
  return { counted: under.get(line) ?? [], partly: partly.get(line) ?? [] }
}

function errorNotes(what: string, pairs: Pairs): readonly string[] {
  return FAULT_LINES.flatMap((line) => {
    const { counted, partly } = underOf(pairs, line)
    return [
      ...errorNote(`${line.label} before ${what}`, pairs.steady.get(line) ?? []),
      ...errorNote(`${line.label}, ${what}`, [...counted, ...partly]),
    ]
  })
}

async function untilWell(url: string): Promise<void> {
  await eventually('the store is well', async () => (await fetch(`${url}/readyz`)).ok, READY_MS)
  await sleep(SETTLE_MS)
}
