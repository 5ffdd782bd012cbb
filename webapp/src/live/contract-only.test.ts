/**
 * The live client before a coordinator that knows the contract alone: told once that there is no
 * channel for everything, it goes by the alarms' stream and asks for readings itself; a stream
 * without ids loses no alarm over a break, since the list is read again.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type ContractOnly, startContractOnly } from '../../../test/support/contract-only.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { askHere } from '../../../test/support/page-origin.ts'
import type { Notification } from '../api/types.ts'
import { browserWorld } from './browser-world.ts'
import { LiveClient } from './live-client.ts'
import { connectionOf } from './machine.ts'

const nowIso = () => new Date().toISOString()

const over = { floor: 1, metric: 'kw', value: 12, threshold: 11, threshold_base: 11 } as const

function raised(id: string): Notification {
  const timestamp_ms = Date.now()
  const moment = { timestamp: timestamp_ms / 1000, timestamp_ms }
  return { id, ...moment, ...over, severity: 'warning', message: 'oltre' }
}

async function page(t: TestContext): Promise<{ coordinator: ContractOnly; client: LiveClient }> {
  const coordinator = await startContractOnly()
  t.after(() => coordinator.close())
  askHere(t, coordinator.url)
  /** A tab that nobody looks at draws no frames. */
  Object.defineProperty(globalThis, 'document', { value: { hidden: true }, configurable: true })
  coordinator.store({ piano: 1, timestamp: nowIso(), sensore2_kw: 5 })
  const client = new LiveClient(browserWorld)
  t.after(() => client.stop())
  client.start()
  await eventually('it is connected', () => coordinator.streams() === 1)
  return { coordinator, client }
}

const ids = (client: LiveClient) => client.snapshot().notifications.map(({ id }) => id)
const powers = (client: LiveClient) =>
  client
    .snapshot()
    .samples.get(1)
    ?.map((one) => one.sensore2_kw) ?? []

test('one stream carries the alarms, and readings are asked for beside it', async (t) => {
  const { coordinator, client } = await page(t)
  const tries = coordinator.asked.filter((one) => one === 'GET /api/v1/live')
  assert.equal(tries.length, 1, 'it was asked for once')
  await eventually('the newest reading is there', () => powers(client).includes(5))
  coordinator.store({ piano: 1, timestamp: nowIso(), sensore2_kw: 6 })
  await eventually('and the next one', () => powers(client).includes(6))
  coordinator.raise(raised('a'))
  await eventually('an alarm comes by the stream', () => ids(client).includes('a'))
  assert.equal(client.snapshot().fresh.length, 1)
  assert.equal(connectionOf(client.snapshot(), Date.now()).kind, 'live')
  assert.equal(coordinator.streams(), 1)
})

test('an alarm that was raised in a break is in the list after it, and counted', async (t) => {
  const { coordinator, client } = await page(t)
  coordinator.raise(raised('before'))
  await eventually('the first is there', () => ids(client).includes('before'))
  await eventually('the list was read', () => client.snapshot().isListed)
  coordinator.cut()
  await eventually('it knows', () => client.snapshot().lostMs !== undefined)
  coordinator.raise(raised('during'))
  await eventually('it is back, with the list', () => ids(client).includes('during'))
  coordinator.raise(raised('after'))
  await eventually('and hears again', () => ids(client).includes('after'))
  assert.deepEqual(ids(client), ['before', 'during', 'after'])
  assert.equal(client.snapshot().missed, 1)
  const tries = coordinator.asked.filter((one) => one === 'GET /api/v1/live')
  assert.equal(tries.length, 1, 'what is not there is not tried again')
})
