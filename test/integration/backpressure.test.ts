/**
 * A shard that sleeps (SIGSTOP) while the store is under full load: its connections stay open and
 * nothing is answered, which is harder than a dead one. The other two go on, what waits stays
 * bounded, whoever is refused is told when to come again, and the sleeper catches up.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { must } from '../../src/model/must.ts'
import type { WireRow } from '../../src/store/wire.ts'
import { eventually } from '../support/eventually.ts'
import { type Member, startStore } from '../support/pipeline.ts'
import { temporaryFolder } from '../support/process.ts'
import { signedHeaders } from '../support/signed-body.ts'
import { LOAD_KEYS, type StoreLoad, startStoreLoad } from '../support/store-load.ts'
import { wireClient } from '../support/wire-client.ts'

/** A minute by hand: `BACKPRESSURE_SLEEP_MS=60000 node --test …`. */
const SLEEP_MS = Number(process.env.BACKPRESSURE_SLEEP_MS ?? 8_000)
/** Before it, so that what is bounded by a setting has filled. */
const WARM_MS = 6_000
const SAMPLE_MS = 250
/** Memory may grow by what its limits allow, and by what the garbage collector has not met yet. */
const GROWTH_MAX = 2.5
/** Of what was written in as much time before. */
const RATE_LEFT_MIN = 0.1
const CAUGHT_UP_MS_MAX = 90_000

const skip = process.platform === 'linux' ? false : 'memory is read from /proc'

test('a shard sleeps under full load: the others go on, it catches up', { skip }, async (t) => {
  const logFlags = ['--log-path', join(temporaryFolder('log'), 'log.db')]
  const { url, shards, coordinator } = await startStore({ logFlags })
  const members = [coordinator, ...shards]
  const load = startStoreLoad(t, url)
  const before = await watch(load, members, WARM_MS)

  const sleeper = must(shards[0])
  sleeper.current().kill('SIGSTOP')
  t.after(() => sleeper.current().kill('SIGCONT'))
  const during = await watch(load, members, SLEEP_MS)
  sleeper.current().kill('SIGCONT')
  const after = await watch(load, members, WARM_MS)
  await load.stop()

  for (const [n, one] of [before, during, after].entries()) t.diagnostic(`${n}: ${figuresOf(one)}`)
  for (const { tally } of [before, during, after]) {
    assert.deepEqual([...tally.wrong], [])
    assert.equal(tally.broken, 0)
  }
  assert.ok(rateOf(during) > RATE_LEFT_MIN * rateOf(before), 'the others go on')
  for (const [n, { name }] of members.entries()) {
    const [usual, most] = [must(before.bytesMax[n]), Math.max(...peaksOf(n, during, after))]
    assert.ok(most < GROWTH_MAX * usual, `${name} grew from ${usual} to ${most} bytes`)
  }
  const startMs = performance.now()
  await eventually('all replicas are equal', () => areEqual(shards), CAUGHT_UP_MS_MAX)
  t.diagnostic(`equal after ${Math.round(performance.now() - startMs)} ms`)
})

interface Watched {
  readonly tally: ReturnType<StoreLoad['take']>
  readonly tookMs: number
  /** The largest resident memory of each member. */
  readonly bytesMax: readonly number[]
}

async function watch(load: StoreLoad, members: readonly Member[], ms: number): Promise<Watched> {
  load.take()
  const startMs = performance.now()
  let bytesMax = members.map(() => 0)
  while (performance.now() - startMs < ms) {
    await sleep(SAMPLE_MS)
    bytesMax = members.map((one, n) => Math.max(must(bytesMax[n]), residentBytes(one)))
  }
  return { tally: load.take(), tookMs: performance.now() - startMs, bytesMax }
}

function residentBytes(member: Member): number {
  const status = readFileSync(`/proc/${member.current().pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}

/** Answers of success for each ms. */
function rateOf({ tally, tookMs }: Watched): number {
  return (tally.statuses.get(200) ?? 0) / tookMs
}

function peaksOf(member: number, ...all: readonly Watched[]): readonly number[] {
  return all.map(({ bytesMax }) => must(bytesMax[member]))
}

function figuresOf(one: Watched): string {
  const statuses = [...one.tally.statuses].map(([status, count]) => `${status}: ${count}`)
  const megabytes = one.bytesMax.map((bytes) => Math.round(bytes / 1e6))
  return `${Math.round(rateOf(one) * 1000)}/s (${statuses.join(', ')}), MB ${megabytes.join(' ')}`
}

/** Every row with its version, on each shard. */
async function areEqual(shards: readonly Member[]): Promise<boolean> {
  const [first, ...others] = await Promise.all(shards.map(rowsOf))
  assert.equal(first?.length, LOAD_KEYS)
  return others.every((rows) => JSON.stringify(rows) === JSON.stringify(first))
}

async function rowsOf(shard: Member): Promise<readonly WireRow[]> {
  const client = wireClient(shard.current().address)
  const ask = async (message: object) => {
    const text = JSON.stringify(message)
    const headers = signedHeaders(text)
    return (await client.ask('POST', '/internal/ops', { text, headers })).body
  }
  const { ring } = await ask({ kind: 'hello' })
  const { cluster } = ring as { cluster: string }
  const bounds = { kind: 'scan', cluster, to: 'load;', reverse: false, limit: 1_000 }
  const rows: WireRow[] = []
  for (let from = 'load:', more = true; more; from = `${rows.at(-1)?.k}\0`) {
    const page = await ask({ ...bounds, from })
    rows.push(...(page.rows as WireRow[]))
    more = page.more === true
  }
  return rows
}
