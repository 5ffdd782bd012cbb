/**
 * What people do with it: log in, set a threshold that is then obeyed, choose what is shown and
 * find it chosen again, add up the floors, find one of a hundred.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { type Dashboard, dashboardOfFile, NO_BROWSER, quiet } from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = await dashboardOfFile()
const options = { skip: NO_BROWSER }
/** Limits are asked for as often. */
const MINUTE_MS = 60_000
await dashboard?.send([1, 2, 3].map((floor) => quiet(floor)))

function stack(): Dashboard {
  assert.ok(dashboard)
  return dashboard
}

async function logIn(page: Page, password: string): Promise<void> {
  await page.getByLabel('Name').fill('admin')
  await page.getByLabel('Password', { exact: false }).first().fill(password)
  await page.getByRole('button', { name: 'Log in', exact: true }).click()
}

test('a wrong log-in says so; the right one opens the fields', options, async () => {
  const page = await stack().open('/admin/thresholds?lang=en')
  await logIn(page, 'nonsense')
  await page.getByText('The name or the password is wrong.').waitFor()
  assert.equal(await page.getByText('Restore factory values').count(), 0)
  await logIn(page, 'admin')
  await page.getByText('Restore factory values').waitFor()
  await page.close()
})

test(
  'a threshold of one floor is saved and obeyed; restored, it inherits again',
  options,
  async () => {
    const page = await stack().open('/admin/thresholds?lang=en')
    await logIn(page, 'admin')
    const panel = page.locator('.panel', { has: page.getByRole('heading', { name: 'Floor 2' }) })
    await panel.getByText('Inherits the default').waitFor()
    await panel.getByRole('switch').focus()
    await page.keyboard.press('Space')
    await page.locator('[data-field="2.kw_max"]').fill('2,5')
    await panel.locator('.preview').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved. The detector follows').waitFor()
    await page.locator('[data-field="2.kw_max"]').fill('9')
    await page.getByRole('button', { name: 'Discard' }).click()
    await page.locator('.save-bar').waitFor({ state: 'detached' })
    await eventually('the detector obeys', async () => {
      await stack().send([quiet(2, { sensore2_kw: 3.5 })])
      const answer = await fetch(`${stack().coordinatorUrl}/notifications`)
      const { items } = (await answer.json()) as { items: { floor: number; threshold: number }[] }
      return items.some(({ floor, threshold }) => floor === 2 && threshold === 2.5)
    })
    await panel.getByRole('button', { name: 'Restore default' }).click()
    await panel.getByText('Inherits the default').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await eventually('the floor inherits again', async () => {
      const saved = await (await fetch(`${stack().coordinatorUrl}/admin/thresholds`)).json()
      assert.deepEqual((saved as { per_floor: object }).per_floor, {})
      return true
    })
    await page.close()
  },
)

test('what was saved stays, though an answer of before is on its way', options, async () => {
  const [asked, saved] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let isLate = false
  const page = await stack().open('/admin/thresholds?lang=en', {
    prepare: async (one) => {
      await one.clock.install()
      await one.route('**/admin/thresholds', async (route) => {
        if (!isLate || route.request().method() !== 'GET') return route.continue()
        const response = await route.fetch()
        asked.resolve()
        await saved.promise
        /** Nobody is there to take it when it was given up. */
        await route.fulfill({ response }).catch(() => {})
      })
    },
  })
  await logIn(page, 'admin')
  await page.getByText('Restore factory values').waitFor()
  const field = page.locator('[data-field="default.kw_max"]')
  const save = async (text: string) => {
    await field.fill(text)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved. The detector follows').waitFor()
  }
  isLate = true
  await page.clock.fastForward(MINUTE_MS)
  await asked.promise
  const givenUp: string[] = []
  page.on('requestfailed', (one) => givenUp.push(new URL(one.url()).pathname))
  await save('13')
  saved.resolve()
  await eventually('it is given up', () => givenUp.includes('/admin/thresholds'))
  assert.equal(await field.inputValue(), '13')
  isLate = false
  await save('11')
  await page.close()
})

test(
  'a token that is no longer valid leads back to the log-in and keeps what was typed',
  options,
  async () => {
    const page = await stack().open('/admin/thresholds?lang=en', {
      prepare: async (one) => {
        await one.addInitScript("sessionStorage.setItem('energyguard.token', 'old')")
      },
    })
    await page.locator('[data-field="default.kw_max"]').fill('12')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The log-in is no longer valid').waitFor()
    assert.equal(await page.locator('[data-field="default.kw_max"]').inputValue(), '12')
    await page.close()
  },
)

test(
  'the last 1, 3, 5 or 10 samples come through the index, over ones in red',
  options,
  async () => {
    const startMs = Date.now()
    const at = (n: number) => ({ timestamp: new Date(startMs + n).toISOString() })
    /** The eighth is over its threshold. */
    const kw = (n: number) => (n === 7 ? 15 : 5 + n / 10)
    await stack().send(
      Array.from({ length: 10 }, (_, n) => quiet(1, { ...at(n), sensore2_kw: kw(n) })),
    )
    await eventually('they are stored', async () => {
      const answer = await fetch(`${stack().coordinatorUrl}/key/energy:p1:latest`)
      const { value } = (await answer.json()) as { value?: { sensore2_kw: number } }
      return value?.sensore2_kw === kw(9)
    })
    const page = await stack().open('/?lang=en&samples=10')
    const card = page.locator('[data-floor="1"]')
    const rows = card.locator('.samples tbody tr')
    await eventually('ten rows', async () => (await rows.count()) === 10)
    assert.equal(await rows.locator('td.over', { hasText: '15.00 over' }).count(), 1)
    for (const count of [5, 3, 10]) {
      await page.getByText(`Last ${count}`, { exact: true }).click()
      await eventually(`${count} rows`, async () => (await rows.count()) === count)
      assert.match(page.url(), new RegExp(`samples=${count}`))
    }
    await page.getByText('Last', { exact: true }).click()
    await rows.first().waitFor({ state: 'detached' })
    await card.locator('[data-metric="kw"]', { hasText: '5.90 kW' }).waitFor()
    await page.close()
  },
)

test('totals add up the floors; voltage is a mean', options, async () => {
  const page = await stack().open('/?lang=en')
  await page.locator('[data-floor="3"]').waitFor()
  await stack().send([1, 2, 3].map((floor) => quiet(floor, { sensore2_kw: floor })))
  const totals = page.getByRole('region', { name: 'Total of 3 floors' })
  const wanted = [/Power6\.00 kW/, /Current27\.0 A/, /Mean voltage225\.0 V/, /counters2,706\.0 kWh/]
  for (const text of wanted) await totals.filter({ hasText: text }).waitFor()
  await page.locator('.verdict-power', { hasText: '6.0 kW' }).waitFor()
  await page.close()
})

test('the chosen metric is drawn, with a line for each floor', options, async () => {
  const page = await stack().open('/?lang=en')
  const chart = page.locator('figure.chart')
  for (const [choice, inUrl, words] of [
    ['V', 'tensione', /Trend: Voltage.*Floor 1: from .* V/],
    ['A', 'corrente', /Trend: Current.*Floor 3: from .* A/],
    ['ΔkWh', 'delta_kwh', /Trend: Energy per reading.*Floor 2: from .* kWh/],
  ] as const) {
    await page.locator('.mantine-SegmentedControl-label', { hasText: choice }).last().click()
    await page.waitForURL(new RegExp(`metric=${inUrl}`))
    await eventually(`${choice} is drawn`, async () =>
      words.test((await chart.getAttribute('aria-label')) ?? ''),
    )
    assert.equal(await chart.locator('.legend-item').count(), 3)
  }
  await page.close()
})

test(
  'what was chosen stands in the URL: it survives a reload, and going back',
  options,
  async () => {
    const page = await stack().open('/?lang=en')
    const label = (text: string) =>
      page.locator('.mantine-SegmentedControl-label', { hasText: text })
    await label('Last 5').click()
    await page.waitForURL(/samples=5/)
    await label('V').last().click()
    await page.waitForURL(/metric=tensione/)
    await page.getByLabel('Time range').selectOption('15m')
    await page.waitForURL(/range=15m/)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.waitForURL(/paused=true/)
    const chosen = page.url()
    await page.reload()
    await isChosen(page)
    await page.locator('[data-floor="2"] h3 a').click()
    await page.getByRole('heading', { level: 1, name: 'Floor 2' }).waitFor()
    assert.equal(await page.getByLabel('Time range').inputValue(), '15m')
    await page.goBack()
    await isChosen(page)
    assert.equal(page.url(), chosen)
    await page.close()
  },
)

async function isChosen(page: Page): Promise<void> {
  await page.locator('input[type="radio"][value="5"]:checked').waitFor({ state: 'attached' })
  await page.locator('input[type="radio"][value="tensione"]:checked').waitFor({ state: 'attached' })
  await page.getByRole('button', { name: 'Resume' }).waitFor()
  assert.equal(await page.getByLabel('Time range').inputValue(), '15m')
}

test('language and theme are changed in place, and stay', options, async () => {
  const page = await stack().open('/')
  await page.getByRole('button', { name: 'Language, theme, log-in' }).click()
  await page.locator('.mantine-SegmentedControl-label', { hasText: 'Italiano' }).click()
  await page.locator('html[lang="it"]').waitFor()
  await page.locator('.mantine-SegmentedControl-label', { hasText: 'Scuro' }).click()
  await page.locator('html[data-mantine-color-scheme="dark"]').waitFor()
  await page.goto(stack().url)
  await page.locator('html[lang="it"][data-mantine-color-scheme="dark"]').waitFor()
  await page.close()
})

test('of a hundred floors, pages of twelve; one is found by its number', options, async () => {
  await stack().send(Array.from({ length: 100 }, (_, at) => quiet(at + 1)))
  const page = await stack().open('/?lang=en')
  await page.getByRole('searchbox', { name: 'Find a floor' }).waitFor()
  await eventually(
    'all are known',
    async () => (await page.getByRole('heading', { name: 'Total of 100 floors' }).count()) === 1,
  )
  assert.equal(await page.locator('[data-floor]').count(), 12)
  await page.getByRole('searchbox', { name: 'Find a floor' }).fill('77')
  await eventually('one is left', async () => (await page.locator('[data-floor]').count()) === 1)
  await page.locator('[data-floor="77"]').waitFor()
  await page.close()
})
