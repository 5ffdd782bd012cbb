/**
 * A hundred floors, readings without a pause, a thousand alerts at once: what is drawn is what has
 * changed and can be seen, and a person goes on working meanwhile.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import {
  alertOf,
  type Dashboard,
  dashboardOfFile,
  NO_BROWSER,
  quiet,
} from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'
import { floorsDrawn, NO_FLOOR, watchDraws } from '../support/react-draws.ts'

const FLOORS = 100
const SHOWN = 12
const ALERTS = 1_000
const SEND_EVERY_MS = 1_000
/** Longer than the page waits before it draws. */
const REST_MS = 2_500
/** For what many requests must have been answered before. */
const PATIENCE_MS = 60_000
/** How far apart the readings of a floor are, so that one more says nothing new of its pace. */
const PACE_MS = 30_000

const dashboard = await dashboardOfFile()
const options = { skip: NO_BROWSER }
/** One reading of each floor, none over its limit. */
const all = (more: object = {}) =>
  Array.from({ length: FLOORS }, (_, at) =>
    quiet(at + 1, { sensore2_kw: 4 + (at + 1) / FLOORS, delta_kwh: 0, ...more }),
  )
await dashboard?.send(all({ timestamp: new Date(Date.now() - PACE_MS).toISOString() }))
await dashboard?.send(all())

function stack(): Dashboard {
  assert.ok(dashboard)
  return dashboard
}

async function openNow(query = '', prepare?: (page: Page) => Promise<void>): Promise<Page> {
  const page = await stack().open(`/?lang=en${query}`, prepare ? { prepare } : {})
  await page.getByRole('heading', { name: `Total of ${FLOORS} floors` }).waitFor()
  await page.locator('figure.chart').waitFor()
  return page
}

const cards = (page: Page) =>
  page
    .locator('[data-floor]')
    .evaluateAll((found) => found.map((one) => Number(one.getAttribute('data-floor'))))

async function unreadOf(page: Page): Promise<number> {
  return Number(await page.locator('[data-unread]').getAttribute('data-unread'))
}

/** A reading a second of each floor, until the test ends. */
function keepSending(t: TestContext): void {
  const ended = new AbortController()
  const sending = (async () => {
    for (let n = 0; !ended.signal.aborted; n += 1) {
      await stack().send(all({ sensore1_kwh: 900 + n }))
      await sleep(SEND_EVERY_MS)
    }
  })()
  t.after(async () => {
    ended.abort()
    await sending
  })
}

function isForCard({ pathname, searchParams }: URL): boolean {
  return pathname === '/api/v1/readings' && Number(searchParams.get('floor')) <= SHOWN
}

test('a reading of one floor draws nothing of another', options, async () => {
  const open = new Set<string>()
  const page = await openNow('', async (one) => {
    await watchDraws(one)
    /** Cards are drawn for the clock too: a minute ends, a floor falls silent. Here it stands. */
    await one.clock.setFixedTime(Date.now())
    one.on('request', (asked) => void open.add(asked.url()))
    one.on('requestfinished', (answered) => void open.delete(answered.url()))
    one.on('requestfailed', (failed) => void open.delete(failed.url()))
  })
  /** What is usual on a hundred floors is asked for too, and most answers draw no card. */
  const asksForCards = () => [...open].map((url) => new URL(url)).some(isForCard)
  const cardsDrawn = async () => (await floorsDrawn(page)).filter((floor) => floor !== NO_FLOOR)
  await eventually(
    'no card is drawn any more',
    async () => {
      await floorsDrawn(page)
      await sleep(REST_MS)
      return (await cardsDrawn()).length === 0 && !asksForCards()
    },
    PATIENCE_MS,
  )
  await stack().send([quiet(2, { sensore2_kw: 7.31 })])
  await page.locator('[data-floor="2"]', { hasText: '7.31' }).waitFor()
  assert.deepEqual(await cardsDrawn(), [2])
  await stack().send([quiet(77, { sensore2_kw: 7.32 }), quiet(3, { sensore2_kw: 7.33 })])
  await page.locator('[data-floor="3"]', { hasText: '7.33' }).waitFor()
  assert.deepEqual(await cardsDrawn(), [3], 'floor 77 is on another page')
  await page.close()
})

test('a hundred floors are pages; sorted and found while readings come', options, async (t) => {
  const page = await openNow()
  assert.deepEqual(
    await cards(page),
    Array.from({ length: SHOWN }, (_, at) => at + 1),
  )
  keepSending(t)
  await page.getByRole('button', { name: 'Page 9' }).click()
  await eventually('the last page', async () => (await cards(page)).join() === '97,98,99,100')
  await page.getByRole('searchbox', { name: 'Find a floor' }).fill('77')
  await eventually('one is found', async () => (await cards(page)).join() === '77')
  await eventually(
    'the chart follows',
    async () => (await page.locator('.legend-item').count()) === 1,
  )
  await page.close()
})

test('a chart in sight takes fewer lines and more', options, async () => {
  const page = await openNow('', (one) => one.setViewportSize({ width: 1_400, height: 4_000 }))
  const wrong: string[] = []
  page.on('pageerror', ({ message }) => wrong.push(message))
  const hasLines = (count: number) =>
    eventually(`${count} lines`, async () => (await page.locator('.legend-item').count()) === count)
  await hasLines(SHOWN)
  for (const [search, count] of [['77', 1] as const, ['7', SHOWN] as const, ['77', 1] as const]) {
    await page.getByRole('searchbox', { name: 'Find a floor' }).fill(search)
    await hasLines(count)
    await sleep(REST_MS)
  }
  assert.deepEqual(wrong, [])
  await page.close()
})

test('sorted by power, the page follows the readings', options, async () => {
  const page = await openNow('&sort=power')
  await stack().send([quiet(64, { sensore2_kw: 10.3 }), quiet(31, { sensore2_kw: 10.2 })])
  await eventually('the greatest first', async () =>
    (await cards(page)).join().startsWith('64,31,'),
  )
  assert.equal((await cards(page)).length, SHOWN)
  await stack().send([quiet(31, { sensore2_kw: 10.4 })])
  await eventually('they change places', async () =>
    (await cards(page)).join().startsWith('31,64,'),
  )
  await page.close()
})

test('thresholds of a hundred floors are pages too, and one is found', options, async () => {
  const page = await stack().open('/admin/thresholds?lang=en')
  const sets = page.getByRole('heading', { name: /^Floor \d+$/ })
  await eventually('a page of them', async () => (await sets.count()) === SHOWN)
  await page.getByRole('searchbox', { name: 'Find a floor' }).fill('88')
  await eventually('one', async () => (await sets.allTextContents()).join() === 'Floor 88')
  await page.close()
})

test('in a burst of alerts and readings a person goes on working', options, async (t) => {
  const page = await openNow()
  keepSending(t)
  await stack().raise(alertOf(2, ALERTS, 'flood'))
  await page.getByRole('searchbox', { name: 'Find a floor' }).fill('42')
  await eventually('the floor is found', async () => (await cards(page)).join() === '42')
  await eventually('the bell counts all', async () => (await unreadOf(page)) >= ALERTS)
  assert.ok((await page.locator('.mantine-Notification-root').count()) <= 3)
  await page.getByRole('link', { name: 'Alerts', exact: true }).click()
  await page.getByRole('button', { name: 'Page 40' }).click()
  await eventually(
    'a page of them',
    async () => (await page.locator('.alert-rows li').count()) === 25,
  )
  await page.getByRole('button', { name: 'Mark all read' }).click()
  await eventually('none is left', async () => (await unreadOf(page)) === 0)
  await page.close()
})
