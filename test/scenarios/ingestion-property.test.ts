/**
 * Whatever happens between the log and the store, in the end the store holds what a simple model
 * says: every accepted reading, the newest as `latest`, the newest N as the index. The world may
 * hand out batches of any size, deliver again, crash between the store's answer and the commit,
 * fence, and answer any write with less than a quorum.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseTimestamp } from '../../src/model/timestamp.ts'
import type { StoreWrite, WriteOutcome } from '../../src/store/client.ts'
import { type IngestionScene, ingestionScene } from '../support/ingestion-world.ts'
import type { CommitFate } from '../support/scripted-log.ts'

const INDEX_SIZE = 5
const FLOORS = [1, 2, 4]

interface Sent {
  readonly piano: number
  readonly timestamp: string
  readonly value: string
}

/**
 * Few distinct times, so that duplicates, late readings, equal milliseconds and two spellings of
 * one moment are common.
 */
const sent: fc.Arbitrary<Sent> = fc
  .record({
    piano: fc.constantFrom(...FLOORS),
    second: fc.nat(11),
    micro: fc.constantFrom('', '.0', '.000001', '.000002'),
    kw: fc.nat(3),
    luck: fc.nat(9),
  })
  .map(({ piano, second, micro, kw, luck }) => {
    const timestamp = `2026-01-05T08:00:${String(second).padStart(2, '0')}${micro}Z`
    const isBad = luck === 0
    const sensore2_kw = isBad ? -1 : kw
    return { piano, timestamp, value: JSON.stringify({ piano, timestamp, sensore2_kw }) }
  })

const isGood = (one: Sent) => !one.value.includes('-1}')

const OUTCOMES: readonly (WriteOutcome | undefined)[] = [
  undefined,
  undefined,
  undefined,
  { kind: 'unknown', needed: 2, had: 1 },
  { kind: 'failed', reason: 'no replica' },
  { kind: 'busy', retryAfterMs: 10 },
]
const FATES: readonly CommitFate[] = [
  'committed',
  'committed',
  'crash',
  'late-crash',
  'fenced',
  'unavailable',
]

/** Faults come from one list of numbers and end with it, so every run ends. */
interface Script {
  readonly sizes: readonly number[]
  readonly commits: readonly number[]
  readonly writes: readonly number[]
  readonly redeliveries: readonly number[]
}
const script: fc.Arbitrary<Script> = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 20, size: 'max' }),
  commits: fc.array(fc.nat(35), { maxLength: 25, size: 'max' }),
  writes: fc.array(fc.nat(35), { maxLength: 80, size: 'max' }),
  redeliveries: fc.array(fc.nat(4), { maxLength: 20, size: 'max' }),
})

function play(scene: IngestionScene, { sizes, commits, writes, redeliveries }: Script): void {
  const [nextSize, nextCommit, nextWrite] = [take(sizes, 3), take(commits, 0), take(writes, 0)]
  scene.log.batchSize = nextSize
  scene.log.redeliver = take(redeliveries, 0)
  scene.log.commitFate = () => FATES[nextCommit() % FATES.length] ?? 'committed'
  scene.store.onWrite = (_write: StoreWrite) => OUTCOMES[nextWrite() % OUTCOMES.length]
}

function take(list: readonly number[], atTheEnd: number): () => number {
  let position = 0
  return () => {
    position += 1
    return list[position - 1] ?? atTheEnd
  }
}

const momentOf = (timestamp: string) => parseTimestamp(timestamp) ?? Number.NaN

function checkAgainstModel(scene: IngestionScene, all: readonly Sent[]): void {
  const good = all.filter(isGood)
  for (const one of good) {
    const last = good.findLast((o) => o.piano === one.piano && o.timestamp === one.timestamp)
    assert.equal(scene.store.text(`energy:p${one.piano}:${one.timestamp}`), last?.value)
  }
  for (const floor of FLOORS) {
    const own = good.filter((one) => one.piano === floor)
    const times = [...new Set(own.map((one) => one.timestamp))].sort(
      (a, b) => momentOf(a) - momentOf(b) || (a < b ? -1 : 1),
    )
    const newestMs = Math.max(...own.map((one) => momentOf(one.timestamp)))
    const newest = own.findLast((one) => momentOf(one.timestamp) === newestMs)
    assert.equal(scene.store.text(`energy:p${floor}:latest`), newest?.value)
    const index = scene.store.text(`energy:p${floor}:index`)
    assert.deepEqual(
      index && JSON.parse(index).timestamps,
      own.length > 0 ? times.slice(-INDEX_SIZE) : undefined,
    )
  }
  const letters = new Set(scene.deadLetters().map((one) => `${one.partition}-${one.offset}`))
  assert.equal(letters.size, all.length - good.length)
}

test('after any deliveries, faults and crashes the store holds what the model says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(sent, { maxLength: 40, size: 'max' }),
      script,
      async (all, faults) => {
        const scene = ingestionScene({ indexSize: INDEX_SIZE })
        play(scene, faults)
        await scene.send(...all.map((one) => one.value))
        await scene.runToEnd()
        checkAgainstModel(scene, all)
      },
    ),
    { numRuns: 150 },
  )
})
