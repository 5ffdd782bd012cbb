/**
 * The three systems of the store's bench, each as it is deployed when nothing may be lost: every
 * one of them has the bytes on its disk before it says that a write is done.
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { eventually } from '../../test/support/eventually.ts'
import { type Store, startStore, stopMembers } from '../../test/support/pipeline.ts'
import { stablePort, stablePorts } from '../../test/support/ports.ts'
import { type StartedProcess, startProcess, temporaryFolder } from '../../test/support/process.ts'
import { logFlags, onOneFile } from './logs.ts'
import type { Environment } from './report.ts'
import type { System } from './store-order.ts'

export interface RunningSystem {
  readonly system: System
  readonly urls: readonly string[]
  /** Of the servers that are alive now. */
  pids(): readonly number[]
  stop(): Promise<void>
}

export interface OurSystem extends RunningSystem {
  readonly url: string
  readonly store: Store
  /** Counts a further process, and stops it at the end if it still lives. */
  join(other: StartedProcess): void
}

const ETCD_NODES = 3

/** Three shards and a coordinator, each a process of its own; N=3, W=R=2. */
export async function startOurs(env: Environment): Promise<OurSystem> {
  const store = await startStore({ logFlags: logFlags(onOneFile()), env })
  const members = [store.coordinator, ...store.shards]
  const others: StartedProcess[] = []
  return {
    ...{ system: 'energyguard', store, url: store.url, urls: [store.url] },
    pids: () => [...members.map((member) => member.current().pid), ...others.map(({ pid }) => pid)],
    join: (other) => void others.push(other),
    async stop() {
      await stopMembers(members)
      await Promise.all(others.map((other) => other.stop()))
    },
  }
}

/** History is kept for the length of a run: to compact it would be work that is not asked for. */
export async function startEtcd(program: string): Promise<RunningSystem> {
  const ports = await stablePorts(ETCD_NODES * 2)
  const nodes = Array.from({ length: ETCD_NODES }, (_, n) => ({
    name: `node${n + 1}`,
    client: `http://127.0.0.1:${ports[n * 2]}`,
    peer: `http://127.0.0.1:${ports[n * 2 + 1]}`,
  }))
  const cluster = nodes.map(({ name, peer }) => `${name}=${peer}`).join(',')
  const started = nodes.map(({ name, client, peer }) =>
    startProcess([], {
      program: [
        ...[program, '--name', name, '--data-dir', temporaryFolder(`etcd-${name}`)],
        ...['--listen-client-urls', client, '--advertise-client-urls', client],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
        ...['--initial-cluster', cluster, '--logger', 'zap', '--log-level', 'error'],
      ],
    }),
  )
  const urls = nodes.map(({ client }) => client)
  await Promise.all(urls.map((url) => eventually(`etcd answers at ${url}`, () => isHealthy(url))))
  return running('etcd', urls, started)
}

/** Its log is never rewritten during a run, for the same reason. */
export async function startRedis(program: string): Promise<RunningSystem> {
  const port = await stablePort()
  const started = startProcess([], {
    program: [
      ...[program, '--port', String(port), '--bind', '127.0.0.1', '--save', ''],
      ...['--dir', temporaryFolder('redis'), '--appendonly', 'yes', '--appendfsync', 'always'],
      ...['--auto-aof-rewrite-percentage', '0'],
    ],
  })
  await eventually('Redis is ready', () => started.stdout().includes('Ready to accept connections'))
  return running('redis', [`redis://127.0.0.1:${port}`], [started])
}

/** The program's path; undefined when it is not installed. */
export function installed(program: string, path = process.env.PATH ?? ''): string | undefined {
  const folders = [...path.split(delimiter).filter(Boolean), '/usr/bin', '/usr/local/bin']
  return folders.map((folder) => join(folder, program)).find(isProgram)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function running(
  system: System,
  urls: readonly string[],
  started: readonly StartedProcess[],
): RunningSystem {
  return {
    system,
    urls,
    pids: () => started.map(({ pid }) => pid),
    async stop() {
      await Promise.all(started.map((one) => one.stop()))
    },
  }
}

async function isHealthy(url: string): Promise<boolean> {
  const body = (await (await fetch(`${url}/health`)).json()) as { readonly health?: string }
  return body.health === 'true'
}
