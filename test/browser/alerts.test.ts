/**
 * From a reading to a person: a value over its threshold is red, counted by the bell and shown as a
 * toast; a connection that breaks misses nothing; a burst leaves the page usable.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  alertOf,
  type Dashboard,
  dashboardOfFile,
  NO_BROWSER,
  openListed,
  quiet,
} from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = await dashboardOfFile()
const options = { skip: NO_BROWSER }
/** No longer among what is active now. */
const LONG_AGO_MS = 20 * 60_000
/** What is raised during the cut, and how long the page is offline after it. */
const CUT = [
  ['cut-a', 3],
  ['cut-b', 6],
  ['cut-c', 10],
] as const

function stack(): Dashboard {
  assert.ok(dashboard)
  return dashboard
}

async function openNow(query = ''): Promise<Page> {
  await stack().send([1, 2, 3].map((floor) => quiet(floor)))
  const page = await openListed(stack(), `/?lang=en${query}`)
  await page.locator('[data-floor="3"]').waitFor()
  /** Delayed too: on a slow machine the readings may be old when the page is there. */
  await page.locator('[data-connection="live"], [data-connection="delayed"]').waitFor()
  return page
}

const toasts = (page: Page) => page.locator('.mantine-Notification-root')

async function unreadOf(page: Page): Promise<number> {
  return Number(await page.locator('[data-unread]').getAttribute('data-unread'))
}

async function unreadOfServer(): Promise<number> {
  const answer = await fetch(`${stack().coordinatorUrl}/notifications/unread_count`)
  return ((await answer.json()) as { unread: number }).unread
}

/** The page has read the list, and all that came by the stream. */
async function agrees(page: Page): Promise<void> {
  await eventually(
    'the bell says what the server counts',
    async () => (await unreadOf(page)) === (await unreadOfServer()),
  )
}

test(
  'a reading over its threshold: red with a word, a toast, one more at the bell',
  options,
  async () => {
    const page = await openNow()
    assert.equal(await page.locator('[data-over="true"]').count(), 0)
    const before = await unreadOf(page)
    await stack().send([quiet(2, { sensore2_kw: 14.5 })])
    const red = page.locator('[data-floor="2"] [data-metric="kw"][data-over="true"]')
    const toast = toasts(page).filter({ hasText: /Floor 2: Power 14\.50\skW is over/ })
    /** Both at once: a toast goes after a while, whatever else is waited for. */
    await Promise.all([red.waitFor(), toast.waitFor()])
    assert.match((await red.textContent()) ?? '', /14\.50\s+kW\s+over/)
    await eventually('the bell counts it', async () => (await unreadOf(page)) > before)
    await page.getByRole('heading', { name: /problem/ }).waitFor()
    await page.close()
  },
)

/** Counts what a hand does, and not what a script calls. */
const COUNT_CLICKS = `
  globalThis.clicks = 0
  addEventListener('click', ({ isTrusted }) => { if (isTrusted) globalThis.clicks += 1 }, true)
`

test(
  'from the address that the start printed, why the latest alarm fired takes two clicks',
  options,
  async () => {
    await stack().raise(alertOf(3, 1, '', LONG_AGO_MS))
    const page = await stack().open(`${stack().coordinatorUrl}/?lang=en`, {
      prepare: async (one) => void (await one.addInitScript(COUNT_CLICKS)),
    })
    await eventually('the bell counts it', async () => (await unreadOf(page)) > 0)
    await page.locator('.bell').click()
    await page.locator('.bell-list li a', { hasText: 'Floor 3' }).first().click()
    await page.getByRole('heading', { name: 'Why' }).waitFor()
    await page.locator('.detail', { hasText: 'Floor 3: Power 12.00 kW is over' }).waitFor()
    await page.locator('.detail', { hasText: 'Limit' }).waitFor()
    assert.equal(await page.evaluate('globalThis.clicks'), 2)
    await page.close()
  },
)

test(
  'an alert that is active is one click away, and a link to it leads there',
  options,
  async () => {
    const page = await openNow()
    await stack().raise(alertOf(3, 1, 'why'))
    await page.locator('.alert-list a', { hasText: 'Floor 3' }).first().click()
    await page.getByRole('heading', { name: 'Why' }).waitFor()
    await page.locator('.detail', { hasText: '12.00 kW' }).waitFor()
    const link = page.url()
    await page.close()
    const again = await stack().open(link)
    await again.locator('.detail', { hasText: '12.00 kW' }).waitFor()
    await again.close()
  },
)

/** Until the page itself says that it has been offline for so long. */
async function offlineFor(page: Page, seconds: number): Promise<void> {
  await eventually(`offline for ${seconds} s`, async () => {
    const text = (await page.locator('[data-connection="offline"]').textContent()) ?? ''
    return Number(/(\d+) s/.exec(text)?.[1]) >= seconds
  })
}

test(
  'a connection cut for 10 s resumes: nothing is lost, and what was missed is counted',
  options,
  async () => {
    const page = await openNow()
    await stack().raise(alertOf(1, 1, 'before'))
    await toasts(page).first().waitFor()
    await agrees(page)
    const before = await unreadOfServer()
    stack().door.shut()
    for (const [name, seconds] of CUT) {
      await stack().raise(alertOf(1, 1, name))
      await offlineFor(page, seconds)
    }
    stack().door.open()
    /** First what goes again: there is a toast for some seconds only. */
    await toasts(page).filter({ hasText: '3 alerts were raised while you were offline' }).waitFor()
    await page.locator('[data-connection="offline"]').waitFor({ state: 'detached' })
    await eventually('the bell counts them', async () => (await unreadOf(page)) === before + 3)
    await page.getByRole('link', { name: 'Alerts', exact: true }).click()
    for (const name of ['before', ...CUT.map(([one]) => one)]) {
      await page.locator(`[data-alert*="kw_over_${name}_"]`).waitFor()
    }
    await page.close()
  },
)

test('mark all read empties the bell, for everybody', options, async () => {
  const page = await openNow()
  const before = await unreadOfServer()
  await stack().raise(alertOf(1, 2, 'mark'))
  await eventually('they are counted', async () => (await unreadOfServer()) === before + 2)
  await agrees(page)
  await page.locator('.bell').click()
  await page.getByRole('button', { name: 'Mark all read' }).click()
  await eventually('the bell is empty', async () => (await unreadOf(page)) === 0)
  assert.equal(await unreadOfServer(), 0)
  await page.close()
})

test(
  'what is read in another tab is read here too, before the list is asked again',
  options,
  async () => {
    const page = await openNow()
    await stack().raise(alertOf(2, 1, 'elsewhere'))
    await toasts(page).first().waitFor()
    await agrees(page)
    await page.route('**/notifications?*', (route) => route.abort())
    const opened = page.waitForEvent('popup')
    await page.evaluate('void open(location.href)')
    const other = await opened
    await other.locator('.bell:not([data-unread="0"])').click()
    await other.getByRole('button', { name: 'Mark all read' }).click()
    await eventually('the bell here is empty', async () => (await unreadOf(page)) === 0)
    await page.unrouteAll({ behavior: 'wait' })
    await page.close()
  },
)

test('what is too low for its hour is said to be too low, in both languages', options, async () => {
  const limits = { valore: 3, threshold: 8, threshold_base: 8 }
  await stack().raise({ piano: 7, eventi: [{ tipo: 'pattern_outlier_kw', ...limits }] })
  for (const [lang, words] of [
    ['en', 'usual is at least 8.00'],
    ['it', 'di solito almeno 8,00'],
  ] as const) {
    const page = await stack().open(`/alerts?lang=${lang}`)
    await page.locator('.alert-rows li', { hasText: words }).waitFor()
    await page.close()
  }
})

test(
  'a thousand alerts in a burst are a few toasts, and the page can be used',
  options,
  async () => {
    const page = await openNow()
    await stack().raise(alertOf(2, 1_000, 'burst'))
    await eventually('the bell counts them', async () => (await unreadOf(page)) >= 900)
    assert.ok((await toasts(page).count()) <= 3)
    await page.getByRole('link', { name: 'Alerts', exact: true }).click()
    await page.locator('.alert-rows li').first().waitFor()
    assert.ok((await page.locator('.alert-rows li').count()) <= 25)
    await page.getByRole('button', { name: 'Page 3' }).click()
    await page.waitForURL(/page=3/)
    await page.close()
  },
)

test(
  'paused, readings stand still and alerts still come; resumed, the newest is there',
  options,
  async () => {
    const page = await openNow()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.locator('[data-connection="paused"]').waitFor()
    await stack().send([quiet(1, { sensore2_kw: 7.77 })])
    await stack().raise(alertOf(3, 1, 'paused'))
    await toasts(page).filter({ hasText: 'Floor 3' }).waitFor()
    assert.equal(await page.locator('[data-floor="1"]', { hasText: '7.77' }).count(), 0)
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.locator('[data-floor="1"]', { hasText: '7.77' }).waitFor()
    await page.close()
  },
)
