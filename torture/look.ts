/**
 * Looks into copies of disks in a process of its own: reading hundreds of thousands of rows would
 * hold up the proxies, which live in the collecting process.
 */
import { must } from '../src/model/must.ts'
import { runCommand } from '../test/support/process.ts'
import type { Member } from './member.ts'
import type { Weights } from './movement.ts'
import type { Comparison } from './replicas.ts'
import { type CopiedFiles, withCopies } from './snapshot.ts'

export interface LookOrder {
  readonly task: 'compare' | 'weigh'
  readonly copies: readonly CopiedFiles[]
  readonly nowMs: number
  /** Of the keys that are compared. */
  readonly prefix: string
}

const PROGRAM = new URL('./processes/look.ts', import.meta.url).pathname

/** Are the replicas of each partition equal? Of keys with the prefix. */
export async function compareShards(
  shards: readonly Member[],
  prefix: string,
): Promise<Comparison> {
  return (await look(shards, 'compare', prefix)) as Comparison
}

/** How much lies in each partition, and who holds it. */
export async function weighShards(shards: readonly Member[]): Promise<Weights> {
  return (await look(shards, 'weigh', '')) as Weights
}

function look(
  shards: readonly Member[],
  task: LookOrder['task'],
  prefix: string,
): Promise<unknown> {
  return withCopies(shards, async (copies) => {
    const order: LookOrder = { task, copies, prefix, nowMs: Date.now() }
    const program = [process.execPath, PROGRAM, JSON.stringify(order)]
    const { code, stdout, stderr } = await runCommand([], { program })
    if (code !== 0) throw new Error(`looking into the copies failed: ${stderr}`)
    return must<unknown>(JSON.parse(stdout))
  })
}
