/**
 * The whole pipeline as separate processes, each with a data folder of its own and each on ports
 * that it keeps: any of them can be killed and started again on the same data, as a supervisor
 * would do it.
 */
import { DEFAULT_ADMIN_TOKEN } from '../../src/app/settings/store.ts'
import { eventually } from './eventually.ts'
import { stablePort, stablePorts } from './ports.ts'
import { type RoleProcess, startRole, temporaryFolder } from './process.ts'

/** One process of the pipeline, whichever incarnation of it is alive. */
export interface Member {
  readonly name: string
  current(): RoleProcess
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>
  /** The same command on the same data again, with further flags if they are given. */
  start(moreFlags?: readonly string[]): Promise<void>
  killAndRestart(): Promise<void>
  /** SIGTERM; rejects when it does not end with 0. */
  stop(): Promise<void>
  /** Rejects when it ends though nobody asked it to, with what it said last. */
  readonly untilItFails: Promise<never>
}

export interface PipelineOptions {
  /** Flags that say which log: `['--kafka-bootstrap', …]` or `['--log-path', …]`. */
  readonly logFlags: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly shards?: number
}

export interface Store {
  readonly url: string
  readonly shards: readonly Member[]
  readonly coordinator: Member
}

/** Shards, and a coordinator that has registered all of them. */
export async function startStore({
  logFlags,
  env = {},
  shards: count = 3,
}: PipelineOptions): Promise<Store> {
  const names = Array.from({ length: count }, (_, n) => `shard ${n + 1}`)
  const ports = await stablePorts(count + 1)
  const shards = await Promise.all(
    names.map((name, n) => startMember(name, ['shard', '--port', String(ports[n])], env)),
  )
  const nodes = shards.map((shard) => shard.current().address).join(',')
  const face = ['coordinator', '--port', String(ports[count]), '--bootstrap-nodes', nodes]
  const coordinator = await startMember('coordinator', [...face, ...logFlags], env)
  const url = coordinator.current().address
  await eventually('all shards are registered', async () => (await shardCount(url)) === count)
  return { url, shards, coordinator }
}

async function shardCount(url: string): Promise<number> {
  const info = await (await fetch(`${url}/sharding/info`)).json()
  return (info as { total_nodes: number }).total_nodes
}

/** As an admin would, with the default token. `thresholds`: the body of the request. */
export async function putThresholds(url: string, thresholds: unknown): Promise<void> {
  const response = await fetch(`${url}/admin/thresholds`, {
    method: 'PUT',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${DEFAULT_ADMIN_TOKEN}`,
    },
    body: JSON.stringify(thresholds),
  })
  if (!response.ok) throw new Error(`PUT /admin/thresholds: ${await response.text()}`)
}

export function startIngestion(store: Store, { logFlags, env }: PipelineOptions): Promise<Member> {
  const shards = ['--expected-shards', String(store.shards.length), '--ops-port', '0']
  const flags = ['--coordinator-url', store.url, ...shards, ...logFlags]
  return startMember('ingestion', ['ingest', ...flags], env)
}

export function startDetector(store: Store, { logFlags, env }: PipelineOptions): Promise<Member> {
  const flags = ['--coordinator-url', store.url, '--ops-port', '0', ...logFlags]
  return startMember('detector', ['detect', ...flags], env)
}

/** Every role in one process, with no meters of its own. */
export async function startUp(env: Readonly<Record<string, string>>): Promise<Member> {
  const flags = ['--port', String(await stablePort()), '--login-ports', '0', '--no-simulate']
  return startMember('up', ['up', ...flags], env)
}

/** All together, the stages before what they stand on. */
export async function stopMembers(members: readonly Member[]): Promise<void> {
  for (const member of members) await member.stop()
}

async function startMember(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Member> {
  const options = { dataDir: temporaryFolder(name.replace(' ', '-')), env }
  let current = await startRole(args, options)
  const alarm = watchForFailure(name)
  alarm.watch(current)
  const member: Member = {
    name,
    current: () => current,
    untilItFails: alarm.failed,
    async kill() {
      alarm.ignore()
      current.kill('SIGKILL')
      await current.exited
    },
    async start(moreFlags = []) {
      current = await startRole([...args, ...moreFlags], options)
      alarm.watch(current)
    },
    async killAndRestart() {
      await member.kill()
      await member.start()
    },
    async stop() {
      alarm.ignore()
      const { code } = await current.stop()
      if (code !== 0) throw new Error(`${name} ended with ${code}: ${tail(current)}`)
    },
  }
  return member
}

/** What a message about a failed process quotes of its output. */
const OUTPUT_CHARACTERS_MAX = 4_000

const tail = (one: RoleProcess): string => one.stderr().slice(-OUTPUT_CHARACTERS_MAX)

function watchForFailure(name: string) {
  const failure = Promise.withResolvers<never>()
  // A failure that nobody waits for must not end the process that started it.
  failure.promise.catch(() => {})
  let watched: RoleProcess | undefined
  return {
    failed: failure.promise,
    ignore() {
      watched = undefined
    },
    watch(one: RoleProcess) {
      watched = one
      void one.exited.then(({ code, signal }) => {
        const how = code ?? signal
        if (watched === one) failure.reject(new Error(`${name} ended with ${how}: ${tail(one)}`))
      })
    },
  }
}
