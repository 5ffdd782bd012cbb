/**
 * The dashboard before a coordinator that speaks the wire contract and nothing else, as the
 * original of this system does: it shows what there is, live, and says what there is not.
 */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Page } from 'playwright-core'
import { type ContractOnly, startContractOnly } from '../support/contract-only.ts'
import { type ContractPages, contractPages } from '../support/contract-pages.ts'
import { NO_BROWSER, quiet } from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'

const options = { skip: NO_BROWSER }
const FLOORS = [1, 2, 3]
const SAMPLES = 12
const SECOND_MS = 1_000

const coordinator = await startContractOnly()
after(() => coordinator.close())
const pages = NO_BROWSER ? undefined : await contractPages(coordinator)
after(() => pages?.close())

for (let second = SAMPLES; second > 0; second -= 1) {
  for (const floor of FLOORS) store(coordinator, floor, 4 + second / 10, second * SECOND_MS)
}

function store({ store: keep }: ContractOnly, floor: number, kw: number, agoMs = 0): void {
  const timestamp = new Date(Date.now() - agoMs).toISOString()
  keep({ ...quiet(floor), piano: floor, timestamp, sensore2_kw: kw })
}

async function open(path: string): Promise<Page> {
  const opened: ContractPages | undefined = pages
  assert.ok(opened)
  return opened.open(path)
}

const raised = (id: string) => ({
  ...{ id, timestamp: Date.now() / 1000, timestamp_ms: Date.now(), floor: 2 },
  ...({ metric: 'kw', value: 12, threshold: 11, threshold_base: 11 } as const),
  ...({ severity: 'high', message: 'Potenza oltre il limite' } as const),
})

test('the last samples through the index, then live ones and alarms', options, async () => {
  const page = await open('/?lang=en&samples=5')
  const rows = page.locator('[data-floor="2"] .samples tbody tr')
  await eventually('five rows', async () => (await rows.count()) === 5)
  await eventually('its list of alerts is read', () =>
    coordinator.asked.some((asked) => asked.startsWith('GET /notifications?')),
  )
  /** A meter goes on: a few seconds after one reading alone it is said that readings are late. */
  await eventually('readings are live', async () => {
    store(coordinator, 2, 14.5)
    await page.locator('[data-connection="live"]').waitFor({ timeout: SECOND_MS })
    return true
  })
  const red = page.locator('[data-floor="2"] [data-metric="kw"][data-over="true"]')
  await red.waitFor()
  assert.match((await red.textContent()) ?? '', /14\.50\s+kW\s+over/)
  coordinator.raise(raised('2:kw:kw_over:a'))
  await page.locator('.mantine-Notification-root').first().waitFor()
  await page.locator('[data-unread="1"]').waitFor()
  assert.equal(coordinator.streams(), 1, 'one connection a tab')
  await page.locator('.bell').click()
  await page.getByRole('button', { name: 'Mark all read' }).click()
  await page.locator('[data-unread="0"]').waitFor()
  await page.close()
})

test('charts show what the index knows, and say that there is no more', options, async () => {
  const page = await open('/floor/1?lang=en&range=15m')
  await page.locator('[data-without="history"]').waitFor()
  const chart = page.locator('.panel', { has: page.getByRole('heading', { name: 'Power (kW)' }) })
  await chart.locator('figure.chart').waitFor()
  await eventually('its summary has the samples', async () =>
    /from 4\.\d+ to 5\.\d+ kW/.test(
      (await chart.locator('figure').getAttribute('aria-label')) ?? '',
    ),
  )
  await page.close()
})

test('an alarm says what was expected, where its detector tells that', options, async () => {
  const one = { ...raised('2:kw:pattern_outlier_kw:b'), timestamp: Math.floor(Date.now() / 1000) }
  const timeMs = one.timestamp * 1000
  const evidence = { low: 3.1, high: 5.2, channel: 'season', comparable: 12, timeMs }
  const words = { descrizione: 'Più del solito.', descrizione_en: 'More than on such days.' }
  const event = { tipo: 'pattern_outlier_kw', metrica: 'kw', valore: 12, evidence, ...words }
  coordinator.put(`alerts:2:${one.timestamp}`, { piano: 2, eventi: [event] })
  coordinator.raise(one)
  const page = await open(`/alerts?lang=en&alert=${encodeURIComponent(one.id)}`)
  const detail = page.locator('.detail')
  await detail.getByText('3.10 kW to 5.20 kW').waitFor()
  await detail.getByText('the same time on days like this').waitFor()
  await detail.getByText('More than on such days.').waitFor()
  await detail.locator('figure.chart').waitFor()
  await page.goto(page.url().replace('lang=en', 'lang=it'))
  await detail.getByText('Più del solito.').waitFor()
  await page.goto(`${new URL(page.url()).origin}/floor/2?lang=en&range=15m`)
  const chart = page.locator('.panel', { has: page.getByRole('heading', { name: 'Power (kW)' }) })
  await chart.getByText('usual').waitFor()
  await page.close()
})

test('thresholds are saved; how often one would have fired cannot be said', options, async () => {
  const page = await open('/admin/thresholds?lang=en')
  await page.getByLabel('Name').fill('admin')
  await page.getByLabel('Password', { exact: false }).first().fill('admin')
  await page.getByRole('button', { name: 'Log in', exact: true }).click()
  await page.locator('[data-field="default.kw_max"]').fill('12.5')
  await page.getByText('This coordinator cannot say how often').waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved. The detector follows').waitFor()
  const answer = await fetch(`${coordinator.url}/admin/thresholds`)
  const { default: set } = (await answer.json()) as { default: { kw_max: number } }
  assert.equal(set.kw_max, 12.5)
  await page.close()
})

test('the system page lists the shards, and claims nothing about them', options, async () => {
  const page = await open('/system?lang=en')
  await page.getByText('does not report its stages').waitFor()
  const row = page.getByRole('row', { name: /kv2:8100/ })
  await row.getByText('not told').waitFor()
  assert.equal(await page.getByText('up', { exact: true }).count(), 0)
  await page.close()
})
