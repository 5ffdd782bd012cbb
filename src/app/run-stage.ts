/**
 * What all stages have in common as processes: a log, perhaps an address for operators, and one
 * line on stdout once they work.
 */
import type { Log } from '../ports/log.ts'
import type { Invocation } from './command.ts'
import { type Context, runRole } from './context.ts'
import { openLog } from './open-log.ts'
import { openOpsServer, type Readiness } from './ops-server.ts'
import { joinParts, type Part, part } from './part.ts'

/** Runs a stage on the log until it has ended; the exit code. */
export function runStage(
  invocation: Invocation,
  build: (context: Context, log: Log) => Promise<Part>,
): Promise<number> {
  return runStageWithoutLog(invocation, async (context) => {
    const log = await openLog(context)
    return joinParts([part([], () => log.close()), await build(context, log)])
  })
}

/** Runs a stage that needs no log of its own. */
export function runStageWithoutLog(
  invocation: Invocation,
  build: (context: Context) => Promise<Part>,
): Promise<number> {
  return runRole(invocation, async (context) => {
    let stage: Part | undefined
    const ops = await openOps(context, () =>
      stage ? stage.readiness?.() : 'The log cannot be reached yet.',
    )
    stage = await build(context)
    const where = ops.url ? ` at ${ops.url}` : ''
    context.announce(`energyguard ${context.resolved.role} ready${where}`)
    return joinParts([ops.part, stage])
  })
}

async function openOps(
  context: Context,
  readiness: Readiness,
): Promise<{ readonly part: Part; readonly url?: string }> {
  const { host, opsPort } = context.settings
  if (opsPort === null) return { part: part([]) }
  const server = await openOpsServer({ host, port: opsPort }, context.metrics, readiness)
  return { part: part([], () => server.close()), url: server.url }
}
