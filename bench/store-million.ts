/**
 * The store with a million keys in three shards, once: `npm run bench -- store --million`. What is
 * fast on an almost empty database may not be on a full one, and memory must not grow with the
 * number of keys.
 *
 * Each step of `STEPS` measures one thing on the full store and adds its rows and sentences.
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Member } from '../test/support/pipeline.ts'
import { cellsOf, HEAD } from './store-lines.ts'
import { repairCycle, shardReplaced } from './store-upkeep.ts'
import { memoryBytesOf } from './support/proc.ts'
import { type Bench, type BenchRun, goal } from './support/report.ts'
import { sliceOf } from './support/slices.ts'
import { BATCH_KEYS } from './support/store-order.ts'
import { openSession, type StoreSession, type Task } from './support/store-session.ts'

const SHARD_MEGABYTES_MAX = 400
const MEGABYTE = 1_000_000
const FOR_MS = 15_000

interface Step {
  readonly doing: string
  measure(session: StoreSession, run: BenchRun): Promise<Findings>
}

interface Findings {
  readonly rows: readonly (readonly string[])[]
  readonly notes: readonly string[]
}

const STEPS: readonly Step[] = [
  {
    doing: 'writing every key once, in batches',
    measure: (session) =>
      rate(session, `PUT in batches of ${BATCH_KEYS}, 8 clients, keys`, {
        ...{ operation: 'batch', clients: 8, keyOrder: 'each' },
        until: { kind: 'count', requests: Math.ceil(session.keys / BATCH_KEYS) },
      }),
  },
  {
    doing: 'writing single keys',
    measure: (session) => rate(session, 'PUT, 64 clients', forAWhile('put')),
  },
  {
    doing: 'reading single keys',
    measure: (session) => rate(session, 'GET, 64 clients', forAWhile('get')),
  },
  { doing: 'looking at memory and files', measure: async (session) => sizes(session) },
  {
    doing: 'comparing all replicas',
    measure: async (session) => ({ rows: [], notes: [await repairCycle(session)] }),
  },
  {
    doing: 'replacing a shard',
    measure: async (session) => ({ rows: [], notes: [await shardReplaced(session)] }),
  },
]

export function storeMillionBench(keys: number): Bench {
  return {
    name: 'store --million',
    async run(run) {
      const session = await openSession(run, { keys, systems: ['energyguard'] })
      const found: Findings[] = []
      try {
        for (const step of STEPS) {
          run.say(step.doing)
          found.push(await step.measure(session, run))
        }
      } finally {
        await session.stop()
      }
      return {
        title: `store: ${keys.toLocaleString('en')} keys in three shards`,
        head: HEAD,
        rows: found.flatMap(({ rows }) => rows),
        notes: found.flatMap(({ notes }) => notes),
      }
    },
  }
}

function forAWhile(operation: 'put' | 'get'): Omit<Task, 'system'> {
  return { operation, clients: 64, keyOrder: 'any', until: { kind: 'time', forMs: FOR_MS } }
}

async function rate(
  session: StoreSession,
  label: string,
  task: Omit<Task, 'system'>,
): Promise<Findings> {
  const { load, serverSeconds } = await session.run({ system: 'energyguard', ...task })
  const wrong = load.errors > 0 ? [`${label}: ${JSON.stringify(load.reasons)}`] : []
  return { rows: [[label, ...cellsOf(sliceOf(load, serverSeconds)), '']], notes: wrong }
}

function sizes({ ours, keys }: StoreSession): Findings {
  const { coordinator, shards } = ours.store
  const memory = (member: Member) => memoryBytesOf(member.current().pid) / MEGABYTE
  const each = shards.map((shard) => `${shard.name} ${Math.round(memory(shard))} MB`)
  const most = Math.max(...shards.map(memory))
  const files = shards.map((shard) => folderBytes(shard.current().dataDir) / MEGABYTE)
  const bytesForKey = (Math.max(...files) * MEGABYTE) / keys
  return {
    rows: [],
    notes: [
      `memory in use: coordinator ${Math.round(memory(coordinator))} MB, ${each.join(', ')}; ` +
        goal(`< ${SHARD_MEGABYTES_MAX} MB a shard`, most < SHARD_MEGABYTES_MAX),
      `databases: ${files.map((size) => `${Math.round(size)} MB`).join(', ')}; ` +
        `${Math.round(bytesForKey)} bytes a key`,
    ],
  }
}

function folderBytes(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}
