/**
 * What all stages have in common as processes: a log, perhaps an address for operators, and one line
 * on stdout once they work.
 */
import type { Log } from '../ports/log.ts'
import type { Invocation } from './command.ts'
import { type Context, runRole } from './context.ts'
import { openLog } from './open-log.ts'
import { openOpsServer } from './ops-server.ts'
import { joinParts, type Part, part } from './part.ts'

/** Runs a stage until it has ended; the exit code. */
export function runStage(
  invocation: Invocation,
  build: (context: Context, log: Log) => Promise<Part>,
): Promise<number> {
  return runRole(invocation, async (context) => {
    let stage: Part | undefined
    const readiness = () => (stage ? stage.readiness?.() : 'the log cannot be reached yet')
    const ops = await openOps(context, readiness)
    const log = await openLog(context)
    stage = await build(context, log)
    const where = ops.url ? ` at ${ops.url}` : ''
    context.announce(`energyguard ${context.resolved.role} ready${where}`)
    return joinParts([ops.part, part([], () => log.close()), stage])
  })
}

async function openOps(
  context: Context,
  readiness: () => string | undefined,
): Promise<{ readonly part: Part; readonly url?: string }> {
  const { host, opsPort } = context.settings
  if (opsPort === null) return { part: part([]) }
  const server = await openOpsServer({ host, port: opsPort }, context.metrics, readiness)
  return { part: part([], () => server.close()), url: server.url }
}
