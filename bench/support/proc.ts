/**
 * What Linux says of a process in `/proc`: the processor time it has used and the memory it holds.
 * NaN where the system does not say, so that a table shows a hole and never a wrong number.
 */
import { readFileSync } from 'node:fs'

/** Linux counts processor time in ticks; a hundred in a second on every machine we know of. */
const TICKS_PER_SECOND = 100
/** In `/proc/PID/stat`, counted from the state, which follows the name in brackets. */
const USER_FIELD = 11
const SYSTEM_FIELD = 12

/** Processor time of all threads of a process so far, s. */
export function cpuSecondsOf(pid: number): number {
  return cpuSecondsOfStat(textOf(`/proc/${pid}/stat`))
}

/** Memory of a process that is in use now, bytes. */
export function memoryBytesOf(pid: number): number {
  return memoryBytesOfStatus(textOf(`/proc/${pid}/status`))
}

/** The name may hold spaces and brackets, so fields are counted from the last bracket. */
export function cpuSecondsOfStat(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[USER_FIELD]) + Number(fields[SYSTEM_FIELD])) / TICKS_PER_SECOND
}

export function memoryBytesOfStatus(status: string): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return kibibytes === undefined ? Number.NaN : Number(kibibytes) * 1024
}

/** Begins to count; the answer is what these processes used since. Those that died do not count. */
export function cpuMeter(pids: readonly number[]): () => number {
  const before = pids.map(cpuSecondsOf)
  return () => {
    const used = pids.map((pid, n) => cpuSecondsOf(pid) - (before[n] ?? Number.NaN))
    return used.filter(Number.isFinite).reduce((sum, seconds) => sum + seconds, 0)
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
