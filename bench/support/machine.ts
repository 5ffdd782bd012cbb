/**
 * On what a run was measured: figures mean nothing without it.
 */
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import type { Member } from '../../test/support/pipeline.ts'

/** One line for the head of a run. */
export function machineLine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const { node, sqlite } = process.versions
  return `${availableParallelism()} cores (${model}), Node ${node}, SQLite ${sqlite}`
}

/** A machine at rest has a load near 0. */
const LOAD_OF_REST_MAX = 0.5

/** What to think of the figures when the machine has other work too; to be asked before a run. */
export function neighbourLine(): string | undefined {
  const load = loadavg()[0] ?? 0
  if (load < LOAD_OF_REST_MAX) return undefined
  return `other work goes on on this machine (load ${load.toFixed(1)}): figures are too low`
}

/** Linux counts processor time in ticks; a hundred in a second on every machine we know of. */
const TICKS_PER_SECOND = 100

export interface Busy {
  readonly name: string
  readonly cpuSeconds: number
}

/** Begins to count processor time of processes; the answer says how much each has used since. */
export function processorTime(members: readonly Member[]): () => readonly Busy[] {
  const now = () => members.map((member) => cpuSecondsOf(member.current().pid))
  const before = now()
  return () =>
    now().map((cpuSeconds, n) => ({
      name: members[n]?.name ?? '',
      cpuSeconds: cpuSeconds - (before[n] ?? 0),
    }))
}

/** `processor: coordinator 9.1 s, shard 1 4.0 s`. */
export function busyText(busy: readonly Busy[]): string {
  const each = busy.map(({ name, cpuSeconds }) => `${name} ${cpuSeconds.toFixed(1)} s`)
  return `processor time: ${each.join(', ')}`
}

/** Processor time that a process has used so far, s; NaN where the system does not say. */
function cpuSecondsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  } catch {
    return Number.NaN
  }
}
