/**
 * What every role is given: its settings, the machine's clock and chance, and where its facts go.
 */
import { pinoTrace } from '../adapters/pino-trace.ts'
import { joinTraces, type Metrics, prometheusMetrics } from '../adapters/prometheus-metrics.ts'
import { systemRandom } from '../adapters/seeded-random.ts'
import { systemClock } from '../adapters/system-clock.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { Trace } from '../ports/trace.ts'
import type { Invocation } from './command.ts'
import {
  dieOfSurprises,
  EXIT_DONE,
  type Process,
  type Running,
  runServices,
  stopSignal,
} from './lifecycle.ts'
import { PipelineTally } from './pipeline-tally.ts'
import type { Resolved } from './settings/resolve.ts'
import type { Settings } from './settings.ts'

export interface Context {
  readonly resolved: Resolved
  readonly settings: Settings
  readonly clock: Clock
  readonly random: Random
  readonly trace: Trace
  readonly metrics: Metrics
  /** What the stages of this process do. */
  readonly pipeline: PipelineTally
  /** Aborted when the process is asked to stop; building a role obeys it too. */
  readonly signal: AbortSignal
  /** Says that the role can serve, and where; on stdout, unless a program reads the data there. */
  readonly announce: (text: string) => void
}

/** Builds a role and lives until it has ended; the exit code. */
export async function runRole(
  invocation: Invocation,
  build: (context: Context) => Promise<Running>,
): Promise<number> {
  const { resolved, output } = invocation
  const metrics = prometheusMetrics()
  const pipeline = new PipelineTally(systemClock)
  const trace = joinTraces([pinoTrace(logOptions(resolved)), metrics.trace, pipeline])
  const process_: Process = { clock: systemClock, trace, exit: (code) => process.exit(code) }
  dieOfSurprises(process_)
  const controller = stopSignal(process_)
  const context: Context = {
    resolved,
    settings: resolved.settings,
    clock: systemClock,
    random: systemRandom(),
    trace,
    metrics,
    pipeline,
    signal: controller.signal,
    announce: invocation.json ? output.message : output.data,
  }
  try {
    return await runServices(await build(context), controller, trace)
  } catch (error) {
    if (controller.signal.aborted && error === controller.signal.reason) return EXIT_DONE
    throw error
  }
}

function logOptions({ role, settings }: Resolved) {
  const isForPeople = settings.logFormat === 'auto' && (process.stderr.isTTY || role === 'up')
  const format = isForPeople ? 'pretty' : settings.logFormat === 'pretty' ? 'pretty' : 'json'
  return { role, level: settings.logLevel, format } as const
}
