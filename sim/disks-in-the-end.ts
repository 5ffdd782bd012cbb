/**
 * What stands on the disks when everything should have calmed down: whether all that goes on in the
 * background has come to its end, and whether the replicas are the same. It looks at the disks and
 * asks the shards alone; what coordinators say of themselves does not count.
 */
import { must } from '../src/model/must.ts'
import { type Row, UNPLACED } from '../src/ports/key-value-engine.ts'
import type { RingDocument } from '../src/store/ring/document.ts'
import { partitionsToMove } from '../src/store/ring/moves.ts'
import type { ShardReply } from '../src/store/wire.ts'
import { checkDeleted, checkReplicas, type PartitionOnDisks } from './checkers/replicas.ts'
import type { Violation } from './checkers/violation.ts'
import { Quartz } from './clock.ts'
import type { ShardMachine, Surroundings } from './cluster.ts'
import type { History } from './history.ts'
import type { Cluster } from './nemesis.ts'
import { addressOf } from './network.ts'
import type { RingWatch } from './ring-watch.ts'

export interface Settling {
  readonly cluster: Cluster
  readonly rings: RingWatch
  readonly around: Surroundings
  readonly history: History
  readonly graceMs: number
  readonly nowMs: () => number
  /** Since then every partition must have been compared whole. */
  readonly repairedAfterMs: number
}

/** Changes every second, and is never the same everywhere. */
const LEASE_KEY = '_system:caretaker'
const EVERYTHING = { from: '', to: null }
const ASK_MS = 5_000
const KEYS_AT_ONCE = 200

/** What has not come to its end yet, in the order in which it must. */
export function unsettled(world: Settling): readonly string[] {
  const ring = world.rings.newest
  if (!ring) return ['there is no ring']
  if (ring.change || partitionsToMove(ring).length > 0) {
    return [`partitions ${partitionsToMove(ring)} have not moved (${JSON.stringify(ring.change)})`]
  }
  const open = [
    ...ring.shards.flatMap(({ id }) => hintsFor(world, ring, id)),
    ...ring.table.flatMap((_, partition) => unrepaired(world, ring, partition)),
  ]
  if (open.length > 0) return open
  return checkReplicas(onDisks(world, ring), moment(world)).map(({ sentence }) => sentence)
}

/** Does a row of the ring stand on a disk that has changed it by itself? */
export function hasDamage(world: Settling): boolean {
  const { rings, cluster } = world
  const machines = cluster.shards.filter(
    (one) => rings.ringOf(one)?.version === rings.newest?.version,
  )
  return machines.some((machine) =>
    machine.disk.engine
      .partitions()
      .filter((partition) => partition !== UNPLACED)
      .some((p) => rowsOf(machine, p).some(({ key }) => machine.disk.isDamaged(key))),
  )
}

/** Finds what is wrong in the end; a ring that has not come to rest is told elsewhere. */
export async function judgedDisks(world: Settling): Promise<readonly Violation[]> {
  const ring = world.rings.newest
  if (!ring || partitionsToMove(ring).length > 0) return []
  const partitions = onDisks(world, ring)
  return [
    ...checkReplicas(partitions, moment(world)),
    ...checkDeleted(partitions, world.history.writes),
    ...(await checkAnswers(world, ring)),
  ]
}

function moment({ nowMs, graceMs }: Settling) {
  return { nowMs: nowMs(), graceMs }
}

function hintsFor({ rings }: Settling, ring: RingDocument, target: string): readonly string[] {
  const machine = rings.machineOf(target)
  if (!machine) return []
  return ring.shards.flatMap(({ id }) => {
    const holder = rings.machineOf(id)
    const hints = holder?.disk.engine.hintCounts().get(target) ?? 0
    const dirty = JSON.parse(holder?.disk.engine.getMeta('dirty-partitions') ?? '{}')
    if (hints === 0 && dirty[target] === undefined) return []
    return [`${holder?.name} keeps ${hints} hints (dirty: ${dirty[target]}) for ${machine.name}`]
  })
}

/** A partition of which a shard was emptied for good is never whole. */
function unrepaired(
  { rings, repairedAfterMs }: Settling,
  ring: RingDocument,
  partition: number,
): readonly string[] {
  const { replicas } = must(ring.table[partition])
  const machines = replicas.map((shard) => rings.machineOf(must(ring.shards[shard]).id))
  if (machines.some((machine) => !machine)) return []
  return machines.flatMap((machine) => {
    const repairedMs = Number(machine?.disk.engine.getMeta(`repaired-ms:${partition}`) ?? 0)
    if (repairedMs >= repairedAfterMs) return []
    return [`${machine?.name} knows of no whole repair of partition ${partition}`]
  })
}

function onDisks({ cluster, rings }: Settling, ring: RingDocument): readonly PartitionOnDisks[] {
  return ring.table.map(({ replicas }, partition) => {
    const machines = replicas.flatMap((shard) => rings.machineOf(must(ring.shards[shard]).id) ?? [])
    const others = cluster.shards.filter((machine) => {
      // One that is in no ring and was never told so keeps what it had.
      const isTold = rings.ringOf(machine)?.version === ring.version
      return isTold && !machines.includes(machine)
    })
    const isHolding = (machine: ShardMachine) => rowsOf(machine, partition).length > 0
    return {
      partition,
      replicas: machines.map((machine) => ({
        shard: machine.name,
        rows: rowsOf(machine, partition).filter(({ key }) => key !== LEASE_KEY),
      })),
      foreign: others.filter(isHolding).map(({ name }) => name),
    }
  })
}

function rowsOf({ disk }: ShardMachine, partition: number): readonly Row[] {
  return disk.engine.scan(partition, EVERYTHING, Number.MAX_SAFE_INTEGER, false)
}

/** Does each shard answer what stands on its disk, whatever its cache holds? */
async function checkAnswers(
  { rings, around, cluster }: Settling,
  ring: RingDocument,
): Promise<readonly Violation[]> {
  const found: Violation[] = []
  const machines = cluster.shards.filter((one) => rings.ringOf(one)?.version === ring.version)
  let asked = 0
  for (const machine of machines) {
    void answersOf(around, machine, ring).then((violations) => {
      found.push(...violations)
      asked += 1
    })
  }
  await around.kernel.until(() => asked === machines.length, 10 * ASK_MS)
  return found
}

async function answersOf(
  { network, kernel }: Surroundings,
  machine: ShardMachine,
  ring: RingDocument,
): Promise<readonly Violation[]> {
  const rows = machine.disk.engine
    .partitions()
    .filter((partition) => partition !== UNPLACED)
    .flatMap((p) => rowsOf(machine, p).map((row) => ({ p, row })))
    .filter(({ row }) => row.key !== LEASE_KEY)
  const asker = { name: 'checker', life: kernel.world, quartz: new Quartz(kernel) }
  const face = network.face(asker)
  const found: Violation[] = []
  for (let from = 0; from < rows.length; from += KEYS_AT_ONCE) {
    const some = rows.slice(from, from + KEYS_AT_ONCE)
    const ops = some.map(({ p, row }) => {
      return { op: 'get', p, e: must(ring.table[p]).epoch, k: row.key } as const
    })
    const request = { kind: 'ops', cluster: ring.cluster, budgetMs: ASK_MS, ops }
    const answer = await face.ask(addressOf(machine.name), request, ASK_MS)
    const reply = answer.kind === 'answer' ? (answer.body as ShardReply) : undefined
    found.push(
      ...some.flatMap(({ p, row }, index) => checkAnswer(machine, { p, row }, reply, index)),
    )
  }
  return found
}

function checkAnswer(
  { name, disk }: ShardMachine,
  { p, row }: { readonly p: number; readonly row: Row },
  reply: ShardReply | undefined,
  index: number,
): readonly Violation[] {
  if (reply?.kind !== 'ops') {
    return [{ promise: 'S20', sentence: `${name} does not answer for ${row.key} in the end` }]
  }
  const told = reply.results[index]
  const result = told === true ? undefined : told
  const held = result?.r === 'row' ? result.row : null
  if (held?.v === row.text && held.t === row.version.time) return []
  // What was forgotten since it was looked at is answered as absent, and as nothing else.
  const isAbsent = result?.r === 'row' && result.row === null
  if (isAbsent && disk.engine.get(p, row.key) === undefined) return []
  const answer = JSON.stringify(told)
  const sentence = `${name} answers ${answer} for ${row.key}, on its disk is ${row.text}`
  return [{ promise: 'S9', sentence }]
}
