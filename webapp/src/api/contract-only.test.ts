/**
 * The questions of the pages, put to a coordinator that knows the contract alone: the last samples
 * come through the index, one key at a time, and what it cannot say is told as "cannot say" and not
 * asked for again.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { QueryClient } from '@tanstack/react-query'
import { type ContractOnly, startContractOnly } from '../../../test/support/contract-only.ts'
import { askHere } from '../../../test/support/page-origin.ts'
import { isFeatureAbsent } from './features.ts'
import { IndexSamples } from './index-samples.ts'
import { latestQuery, previewQuery, readHistory, ringQuery, systemQuery } from './queries.ts'
import { readKeys, readLatest, readSamples } from './store-keys.ts'

const START_SECONDS = Date.parse('2026-03-02T10:00:00Z') / 1000
const noSignal = new AbortController().signal

async function building(t: TestContext): Promise<ContractOnly> {
  const coordinator = await startContractOnly()
  askHere(t, coordinator.url)
  t.after(() => coordinator.close())
  for (const floor of [1, 2, 4]) {
    for (let second = 0; second < 10; second += 1) {
      const timestamp = new Date((START_SECONDS + second) * 1000).toISOString()
      coordinator.store({ piano: floor, timestamp, sensore2_kw: floor + second / 10 })
    }
  }
  return coordinator
}

const batches = (coordinator: ContractOnly) =>
  coordinator.asked.filter((one) => one === 'POST /batch').length

test('the newest of every floor is found key by key, over a floor that has none', async (t) => {
  const coordinator = await building(t)
  const latest = await readLatest()
  assert.deepEqual(
    latest.map(({ piano, sensore2_kw }) => [piano, sensore2_kw]),
    [
      [1, 1.9],
      [2, 2.9],
      [4, 4.9],
    ],
  )
  assert.equal(batches(coordinator), 1)
  await readLatest()
  assert.equal(batches(coordinator), 1, 'what is not there is asked for once')
})

test('the last samples come through the index of each floor, oldest first', async (t) => {
  await building(t)
  const samples = await readSamples([1, 3, 4], 3)
  const powers = [...samples].map(([floor, list]) => [floor, list.map((one) => one.sensore2_kw)])
  assert.deepEqual(powers, [
    [1, [1.7, 1.8, 1.9]],
    [3, []],
    [4, [4.7, 4.8, 4.9]],
  ])
  assert.deepEqual(await readKeys(['energy:p9:latest']), [undefined])
})

test('a chart has what the index still knows, and the page can say so', async (t) => {
  const coordinator = await building(t)
  const stretch = { fromSeconds: 0, toSeconds: START_SECONDS + 10, stepSeconds: 5 }
  for (let round = 0; round < 2; round += 1) {
    const points = await readHistory(2, 'kw', stretch, noSignal)
    assert.deepEqual(
      points.map(({ t: second, count }) => [second - START_SECONDS, count]),
      [
        [0, 5],
        [5, 5],
      ],
    )
  }
  const weekBefore = { ...stretch, toSeconds: START_SECONDS }
  assert.deepEqual(await readHistory(2, 'kw', weekBefore, noSignal), [], 'of another time, none')
  const tries = coordinator.asked.filter((one) => one.startsWith('GET /api/v1/readings'))
  assert.equal(tries.length, 1)
  assert.equal(isFeatureAbsent('GET /api/v1/readings'), true)
})

test('each sample is read once, however many charts want it and however often', async (t) => {
  const coordinator = await building(t)
  const samples = new IndexSamples()
  const keysRead = () => coordinator.asked.filter((one) => one.startsWith('GET /key/')).length
  const [first, second] = await Promise.all([samples.read(2), samples.read(2)])
  assert.equal(first, second)
  assert.equal(keysRead(), 1 + 10, 'the index and ten samples')
  const timestamp = new Date((START_SECONDS + 10) * 1000).toISOString()
  coordinator.store({ piano: 2, timestamp, sensore2_kw: 7 })
  const later = await samples.read(2)
  assert.equal(keysRead(), 11 + 2, 'the index and the new one')
  assert.deepEqual(later.map((one) => one.sensore2_kw).slice(-2), [2.9, 7])
})

test('what only ours can say is null there, and the ring has what the contract has', async (t) => {
  await building(t)
  const client = new QueryClient()
  const span = { toSeconds: START_SECONDS, metric: 'kw', value: 9, floor: 1 } as const
  assert.equal(await client.fetchQuery(previewQuery(span)), null)
  assert.equal(await client.fetchQuery(systemQuery), null)
  const ring = await client.fetchQuery(ringQuery)
  assert.deepEqual([ring.total_nodes, ring.shards, ring.reachable], [2, undefined, undefined])
  assert.equal((await client.fetchQuery(latestQuery)).length, 3)
})
