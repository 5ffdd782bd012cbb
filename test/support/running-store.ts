/**
 * A deployment for the wire contract: real processes for a coordinator and its shards, and clients
 * that send exactly what a test writes. Each test file has one of its own.
 */
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import { type Member, startStore } from './pipeline.ts'
import { stablePort } from './ports.ts'
import { PATIENT, type RoleProcess, startRole, temporaryFolder } from './process.ts'
import { type WireClient, wireClient } from './wire-client.ts'

export interface RunningStore extends WireClient {
  readonly shards: readonly (WireClient & { readonly member: Member })[]
  readonly coordinator: Member
}

/** A coordinator over shards, ready for everything. */
export async function runningStore({
  shards: count = 3,
  env = {},
}: {
  readonly shards?: number
  readonly env?: Readonly<Record<string, string>>
} = {}): Promise<RunningStore> {
  const { url, shards, coordinator } = await startStore({
    logFlags: freshLog(),
    shards: count,
    env: { ...PATIENT, ...env },
  })
  const client = wireClient(url)
  await eventually('the coordinator is ready', async () => {
    const { status, text } = await client.get('/readyz')
    if (status !== 200) throw new Error(text)
    return true
  })
  return {
    ...client,
    coordinator,
    shards: shards.map((member) => ({ ...wireClient(member.current().address), member })),
  }
}

export interface RunningCoordinator extends WireClient {
  process(): RoleProcess
  /** `kill -9`, then the same again at the same address; resolves when it has read its log. */
  restart(): Promise<void>
}

/** A coordinator without any shard, which has read its log. */
export async function runningCoordinator(
  env: Readonly<Record<string, string>> = {},
): Promise<RunningCoordinator> {
  const dataDir = temporaryFolder('coordinator')
  const args = ['coordinator', '--port', String(await stablePort())]
  const start = async () => {
    const options = { dataDir, env: { ...PATIENT, ...env } }
    const process = await startRole(args, options)
    await eventually('the log is read', async () => {
      return (await wireClient(process.address).get('/notifications')).status === 200
    })
    return process
  }
  let process = await start()
  return {
    ...wireClient(process.address),
    process: () => process,
    async restart() {
      process.kill('SIGKILL')
      await process.exited
      process = await start()
    },
  }
}

/** One shard of which no coordinator knows. */
export async function runningShard(
  env: Readonly<Record<string, string>> = {},
  port = 0,
): Promise<WireClient & { readonly process: RoleProcess }> {
  const process = await startRole(['shard', '--port', String(port)], { env })
  return { ...wireClient(process.address), process }
}

function freshLog(): readonly string[] {
  return ['--log-path', join(temporaryFolder('log'), 'log.db')]
}
