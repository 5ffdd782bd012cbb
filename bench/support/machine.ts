/**
 * On what a run was measured: figures mean nothing without it.
 */
import { availableParallelism, cpus, loadavg } from 'node:os'
import type { Member } from '../../test/support/pipeline.ts'
import { cpuSecondsOf } from './proc.ts'

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
