/**
 * What people do with it: log in, set a threshold that is then obeyed, go everywhere by keyboard,
 * find one floor of a hundred, and meet each state of a panel.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page, Route } from 'playwright-core'
import { type Dashboard, dashboardOfFile, NO_BROWSER, quiet } from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = await dashboardOfFile()
const options = { skip: NO_BROWSER }
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
    await eventually('the detector obeys', async () => {
      await stack().send([quiet(2, { sensore2_kw: 3.5 })])
      const answer = await fetch(`${stack().coordinatorUrl}/notifications`)
      const { items } = (await answer.json()) as { items: { floor: number; threshold: number }[] }
      return items.some(({ floor, threshold }) => floor === 2 && threshold === 2.5)
    })
    await panel.getByRole('button', { name: 'Restore default' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await panel.getByText('Inherits the default').waitFor()
    const saved = await (await fetch(`${stack().coordinatorUrl}/admin/thresholds`)).json()
    assert.deepEqual((saved as { per_floor: object }).per_floor, {})
    await page.close()
  },
)

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

test('the keyboard alone reaches everything, charts included', options, async () => {
  const page = await stack().open('/?lang=en&range=15m')
  await page.locator('figure.chart').waitFor()
  const seen = new Set<string>()
  for (let presses = 0; presses < 60 && !seen.has('FIGURE'); presses += 1) {
    await page.keyboard.press('Tab')
    seen.add(String(await page.evaluate('document.activeElement.tagName')))
  }
  assert.ok(seen.has('FIGURE'), `only ${[...seen].join(', ')}`)
  await page.keyboard.press('ArrowLeft')
  const spoken = page.locator('figure.chart > [aria-live]')
  await eventually('the moment is read out', async () =>
    /Floor \d .* kW/.test((await spoken.textContent()) ?? ''),
  )
  await page.keyboard.press('t')
  await page.locator('figure.chart table').waitFor()
  assert.match(
    (await page.locator('figure.chart').getAttribute('aria-label')) ?? '',
    /from .* to .* kW/,
  )
  await page.close()
})

test('the last 1, 3, 5 or 10 samples come through the index', options, async () => {
  for (let n = 0; n < 10; n += 1) {
    await stack().send([quiet(1, { sensore2_kw: 5 + n / 10 })])
    // Two of one millisecond would be one reading.
    await sleep(5)
  }
  await eventually('they are stored', async () => {
    const answer = await fetch(`${stack().coordinatorUrl}/key/energy:p1:latest`)
    const { value } = (await answer.json()) as { value?: { sensore2_kw: number } }
    return value?.sensore2_kw === 5.9
  })
  const page = await stack().open('/?lang=en&samples=10')
  const rows = page.locator('[data-floor="1"] .samples tbody tr')
  await eventually('ten rows', async () => (await rows.count()) === 10)
  await page.getByText('Last 3', { exact: true }).click()
  await eventually('three rows', async () => (await rows.count()) === 3)
  assert.match(page.url(), /samples=3/)
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

test('a panel that loads, that is empty, and that fails; the others go on', options, async () => {
  const never = new Promise<void>(() => {})
  const states: Readonly<Record<string, (route: Route) => Promise<void>>> = {
    loading: () => never,
    empty: (route) => route.fulfill({ json: { results: [] } }),
    error: (route) => route.fulfill({ status: 503, json: { detail: 'no quorum' } }),
  }
  for (const [state, answer] of Object.entries(states)) {
    const page = await stack().open('/?lang=en', {
      prepare: async (one) => {
        await one.route('**/batch', answer)
        await one.route('**/api/v1/live', (route) => route.fulfill({ status: 404, json: {} }))
      },
    })
    const floors = page.getByRole('region', { name: 'Floors', exact: true })
    await page.locator(`.panel[data-state="${state}"]`).and(floors).waitFor()
    if (state === 'error') await page.getByText('no quorum').first().waitFor()
    await page.getByRole('link', { name: 'Alerts', exact: true }).click()
    await page.locator('.panel[data-state="ready"], .panel[data-state="empty"]').first().waitFor()
    await page.close()
  }
})

test('a panel that needs a log-in says so', options, async () => {
  const page = await stack().open('/admin/thresholds?lang=en', {
    prepare: async (one) => {
      await one.route('**/admin/thresholds', (route) =>
        route.request().isNavigationRequest()
          ? route.continue()
          : route.fulfill({ status: 403, json: { detail: 'no' } }),
      )
    },
  })
  await page.locator('.panel[data-state="denied"]').waitFor()
  await page.close()
})
