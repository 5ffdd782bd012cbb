/**
 * Orders for the load generator, and what it answers.
 */
import { runCommand } from '../../test/support/process.ts'
import type { Quantiles } from './quantile.ts'

export interface LoadOrder {
  readonly url: string
  readonly method: 'PUT' | 'GET'
  readonly clients: number
  readonly warmupMs: number
  readonly forMs: number
  /** PUT: the number of the first reading that is written. */
  readonly first: number
  /** GET: readings below this number are there to be read. */
  readonly keys: number
}

export interface LoadResult {
  /** Requests answered with 200. */
  readonly perSecond: number
  readonly errors: number
  /** The number of the reading that would have come next. */
  readonly next: number
  readonly seconds: number
  readonly latencyMs: Quantiles
  /** Share of the time that the generator's event loop was busy, 0 .. 1. */
  readonly generatorBusy: number
  readonly generatorCpuSeconds: number
}

const GENERATOR = new URL('../processes/load-generator.ts', import.meta.url).pathname

/** Runs the generator in a process of its own. */
export async function generateLoad(order: LoadOrder): Promise<LoadResult> {
  const program = [process.execPath, GENERATOR, JSON.stringify(order)]
  const { code, stdout, stderr } = await runCommand([], { program })
  if (code !== 0) throw new Error(`The load generator failed: ${stderr}`)
  return JSON.parse(stdout) as LoadResult
}
