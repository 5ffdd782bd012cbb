/**
 * One shard is away for a minute while writes go on at a steady rate, then it comes back. How long
 * until it holds what it missed, byte for byte, while the writes still go on?
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { must } from '../src/model/must.ts'
import { Cluster } from './cluster.ts'
import { type Convergence, untilEqual } from './convergence.ts'
import { keysOnMajorities } from './replicas.ts'
import { readCopies, withCopies } from './snapshot.ts'
import { STORM_SIZE } from './storm.ts'
import { type Line, someLine, whole, zeroLine } from './table.ts'
import { acknowledgedIn, missingIn, startWriter, type WriterReport } from './writer.ts'

export interface OutageOptions {
  readonly outageMs: number
  readonly writesPerSecond: number
  /** So long after its return is looked for equality. */
  readonly equalWithinMs: number
  readonly say: (text: string) => void
}

export interface OutageResult {
  readonly during: WriterReport
  readonly after: WriterReport
  readonly convergence: Convergence
  /** Acknowledged, and not on the disks of a majority. */
  readonly lost: number
  readonly failures: readonly string[]
}

const OUTAGE = 'outage:'
/** Keys that are written before, so that every shard has some. */
const BEFORE_MS = 2_000
const EQUAL_GOAL_MS = 60_000

export async function runOutage(options: OutageOptions): Promise<OutageResult> {
  const { outageMs, writesPerSecond: perSecond, equalWithinMs, say } = options
  const cluster = new Cluster()
  await cluster.found(STORM_SIZE)
  const origins = cluster.coordinators.map(({ url }) => url)
  const writeFor = async (prefix: string, ms: number) => {
    const writer = startWriter({ origins, prefix, perSecond })
    await sleep(ms)
    return writer.stop()
  }
  await writeFor('before:', BEFORE_MS)
  const victim = must(cluster.shards[0])
  await victim.kill()
  say(`${victim.name} is away for ${outageMs / 1_000} s, ${perSecond} writes in a second go on`)
  const during = await writeFor(OUTAGE, outageMs)
  await victim.start()
  say(`${victim.name} is back; waiting until all replicas are equal`)
  const writer = startWriter({ origins, prefix: 'after:', perSecond })
  const convergence = await untilEqual(cluster, equalWithinMs, OUTAGE)
  const after = await writer.stop()
  for (const member of cluster.members) await member.stop()
  const lost = await lostOnDisks(cluster, during)
  await cluster.close()
  return { during, after, convergence, lost, failures: cluster.failures }
}

/** Acknowledged keys that are not on the disks of a majority of their replicas. */
function lostOnDisks({ shards }: Cluster, during: WriterReport): Promise<number> {
  return withCopies(shards, async (files) => {
    const kept = keysOnMajorities(readCopies(files))
    return missingIn(during, OUTAGE, (key) => kept.has(key))
  })
}

export function outageLines(result: OutageResult): readonly Line[] {
  const { during, after, lost, failures } = result
  const { tookMs, last } = result.convergence
  return [
    someLine('acknowledged during the outage', acknowledgedIn(during)),
    { name: 'in a second', figure: whole(acknowledgedIn(during) / during.seconds) },
    { name: 'failed during the outage', figure: failedText(during) },
    someLine('acknowledged while it caught up', acknowledgedIn(after)),
    { name: 'failed while it caught up', figure: failedText(after) },
    zeroLine('lost', lost),
    zeroLine('processes that ended by themselves', failures.length),
    {
      name: 'until all replicas were byte-equal',
      figure: tookMs === null ? unequalText(last) : `${(tookMs / 1_000).toFixed(1)} s`,
      goal: {
        text: `<= ${EQUAL_GOAL_MS / 1_000} s`,
        isMet: tookMs !== null && tookMs <= EQUAL_GOAL_MS,
      },
    },
  ]
}

function unequalText({ differing, keys }: Convergence['last']): string {
  return `${whole(differing)} of ${whole(keys)} keys differ`
}

function failedText({ failures }: WriterReport): string {
  const kinds = Object.entries(failures).map(([kind, count]) => `${count} x ${kind}`)
  return kinds.join(', ') || '0'
}
