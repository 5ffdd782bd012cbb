/**
 * A floor that sends nothing is never called normal, and what is wrong on a floor says where. What
 * a person asked for and did not get is said.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  alertOf,
  type Dashboard,
  dashboardOfFile,
  NO_BROWSER,
  quiet,
} from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = await dashboardOfFile()
const options = { skip: NO_BROWSER }
const INTERVAL_MS = 30_000
const DEAD_MS = 15 * 60_000
const LONG_AGO_MS = 20 * 60_000
/** Floor 2 sent each half minute until it died; nobody has spoken of it for longer than 5 min. */
const lastOfTwo = Array.from({ length: 10 }, (_, n) =>
  quiet(2, { timestamp: new Date(Date.now() - DEAD_MS - (9 - n) * INTERVAL_MS).toISOString() }),
)
await dashboard?.send([quiet(1), quiet(3), ...lastOfTwo])

function stack(): Dashboard {
  assert.ok(dashboard)
  return dashboard
}

const verdict = (page: Page) => page.locator('.verdict h1')

test(
  'a silent floor has a pill of its own and is not among those within limits',
  options,
  async () => {
    await stack().send([quiet(1), quiet(3)])
    /** The clock stands: on a slow machine those that have just spoken would be silent soon. */
    const page = await stack().open('/?lang=en', {
      prepare: (one) => one.clock.setFixedTime(Date.now()),
    })
    const card = page.locator('[data-floor="2"]')
    await card.locator('[data-silent]', { hasText: /silent for 1\d min/ }).waitFor()
    assert.equal(await card.getByText('Normal', { exact: true }).count(), 0)
    await page.locator('[data-floor="1"]').getByText('Normal', { exact: true }).waitFor()
    await eventually('the verdict says so', async () =>
      ((await verdict(page).textContent()) ?? '').includes('1 floor sends nothing'),
    )
    await page.locator('.verdict', { hasText: '2 floors within their limits' }).waitFor()
    const old = page.getByText('With the last values of 1 floor that sends nothing')
    await old.waitFor()
    await stack().send([quiet(1), quiet(2), quiet(3)])
    await card.locator('[data-silent]').waitFor({ state: 'detached' })
    await old.waitFor({ state: 'detached' })
    await verdict(page).filter({ hasText: 'All normal' }).waitFor()
    await page.close()
  },
)

test(
  'an incident that is open stays a problem until its end, and says of what',
  options,
  async () => {
    const incident = { id: '3:kw:silent:1', cause: 'silent', severity: 'warning' }
    const tell = (tipo: string, phase: string, agoMs: number) => {
      const event = { tipo, valore: 300, threshold: 300, incident: { ...incident, phase } }
      return stack().raise({ ...alertOf(3, 1, '', agoMs), eventi: [event] })
    }
    await tell('meter_silent_kw', 'opened', LONG_AGO_MS)
    await stack().send([1, 2, 3].map((floor) => quiet(floor)))
    const page = await stack().open('/?lang=en')
    await verdict(page).filter({ hasText: '1 problem' }).waitFor()
    await page.locator('[data-floor="3"] [data-metric="kw"]', { hasText: 'alert' }).waitFor()
    await page.locator('.alert-list a', { hasText: 'nothing comes from the meter' }).waitFor()
    await tell('silent_closed_kw', 'closed', 0)
    await verdict(page).filter({ hasText: 'problem' }).waitFor({ state: 'detached' })
    await page.goto(new URL('/alerts?lang=en', page.url()).href)
    await page.getByText('Floor 3: readings come from the meter again.').waitFor()
    await page.close()
  },
)

/** It is said for a second: who begins to look after the click may come too late. */
const NOTE_COPIED = `new MutationObserver(() => {
  const buttons = [...document.querySelectorAll('.detail button')]
  window.isCopiedSaid ||= buttons.some(({ textContent }) => textContent === 'Copied')
}).observe(document.body, { subtree: true, childList: true, characterData: true })`

test(
  'the metric of the trend filters no alerts; a link to one takes no filter along',
  options,
  async () => {
    await stack().raise(alertOf(1, 1, 'linked'))
    const page = await stack().open('/alerts?lang=en&metric=tensione&severity=warning')
    await page.evaluate(
      `navigator.clipboard.writeText = async (text) => void (window.copied = text)`,
    )
    await page.locator('[data-alert*="kw_over_linked"] button').click()
    await page.evaluate(NOTE_COPIED)
    await page.getByRole('button', { name: 'Copy link' }).click()
    await eventually('it says so', async () => page.evaluate('window.isCopiedSaid'))
    const copied = new URL(String(await page.evaluate('window.copied')))
    assert.equal(copied.searchParams.get('severity'), null)
    assert.match(copied.searchParams.get('alert') ?? '', /kw_over_linked/)
    await page.close()
  },
)

test(
  'a stretch of time is changed again; one that ends before it begins is refused',
  options,
  async () => {
    const page = await stack().open('/floor/1?lang=en&from=1764140000&to=1764150000')
    const choose = async (from: string, to: string) => {
      await page.getByRole('button', { name: 'Change' }).click()
      await page.getByLabel('From').fill(from)
      await page.getByLabel('To', { exact: false }).last().fill(to)
      await page.getByRole('button', { name: 'Show', exact: true }).click()
    }
    await choose('2026-11-26T08:00', '2026-11-26T07:00')
    await page.getByText('The end must come after the beginning.').waitFor()
    assert.match(page.url(), /from=1764140000/)
    await page.getByLabel('To', { exact: false }).last().fill('2026-11-26T09:00')
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.waitForURL((url) => !url.search.includes('1764140000'))
    await page.close()
  },
)

test('a CSV that cannot be made says so', options, async () => {
  const page = await stack().open('/floor/1?lang=en', {
    prepare: async (one) => {
      await one.route('**/api/v1/readings*', (route) => route.abort())
    },
  })
  await page.getByRole('button', { name: 'CSV' }).click()
  await page.getByText('The CSV could not be made; try again.').waitFor()
  await page.close()
})
