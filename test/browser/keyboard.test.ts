/**
 * Without a mouse: on every page Tab comes to all that can be used, charts included; popovers open,
 * hold the keyboard and give it back.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  alertOf,
  type Dashboard,
  dashboardOfFile,
  NO_BROWSER,
  quiet,
} from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'
import { settled } from '../support/panels.ts'

const options = { skip: NO_BROWSER }
const PATHS = ['/', '/floor/1', '/alerts', '/admin/thresholds', '/system']

const dashboard = await dashboardOfFile()
await dashboard?.send([1, 2, 3].map((floor) => quiet(floor)))
await dashboard?.raise(alertOf(1, 2, 'keys'))

function stack(): Dashboard {
  assert.ok(dashboard)
  return dashboard
}

/** Numbers all that can be used, and notes what gets the focus. Of some radios one is a stop. */
const NOTE_FOCUS = `
  const isUsable = (one) =>
    !one.disabled &&
    one.checkVisibility() &&
    !one.closest('[aria-hidden="true"], [inert]') &&
    !(one.type === 'radio' && !one.checked)
  const all = [...document.querySelectorAll('a[href], button, input, select, [tabindex="0"]')]
  globalThis.reached = new Set()
  globalThis.usable = all.filter(isUsable)
  addEventListener('focusin', ({ target }) => globalThis.reached.add(target))
`
const LEFT = `[...globalThis.usable]
  .filter((one) => one.isConnected && !globalThis.reached.has(one))
  .map((one) => one.outerHTML.slice(0, 120))`

for (const path of PATHS) {
  test(`${path}: Tab comes to everything that can be used`, options, async () => {
    const page = await stack().open(`${path}?lang=en`)
    await settled(page)
    await page.evaluate(NOTE_FOCUS)
    const count = Number(await page.evaluate('globalThis.usable.length'))
    assert.ok(count > 10, `${count} things to use`)
    for (let presses = 0; presses < 2 * count; presses += 1) {
      await page.keyboard.press('Tab')
      if (presses % 10 === 0 && ((await page.evaluate(LEFT)) as string[]).length === 0) break
    }
    assert.deepEqual(await page.evaluate(LEFT), [])
    await page.close()
  })
}

test('the first Tab offers to skip to the content', options, async () => {
  const page = await stack().open('/?lang=en')
  await settled(page)
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the content')
  await page.keyboard.press('Enter')
  await eventually(
    'the content has the focus',
    async () => (await page.evaluate('document.activeElement.id')) === 'main',
  )
  await page.close()
})

test('a chart says what it shows, reads out moments, and opens as a table', options, async () => {
  const page = await stack().open('/?lang=en&range=15m')
  const chart = page.locator('figure.chart')
  /** It is made anew for another floor, and gives the focus away. */
  await chart.locator('.legend-item').nth(2).waitFor()
  await chart.focus()
  await eventually('it says what it shows', async () =>
    /from .* to .* kW/.test((await chart.getAttribute('aria-label')) ?? ''),
  )
  await page.keyboard.press('ArrowLeft')
  const spoken = page.locator('figure.chart > [aria-live]')
  await eventually('the moment is read out', async () =>
    /Floor \d .* kW/.test((await spoken.textContent()) ?? ''),
  )
  await page.keyboard.press('t')
  await chart.locator('table').waitFor()
  assert.ok((await chart.locator('tbody tr').count()) > 0)
  await page.keyboard.press('t')
  await chart.locator('table').waitFor({ state: 'detached' })
  await page.close()
})

test('the bell opens, holds the keyboard, and gives it back', options, async () => {
  const page = await stack().open('/?lang=en')
  await settled(page)
  await page.locator('.bell').focus()
  await page.keyboard.press('Enter')
  const list = page.locator('.bell-list')
  await list.waitFor()
  await eventually(
    'the focus is in the list',
    async () => (await list.locator(':focus').count()) > 0,
  )
  await page.keyboard.press('Escape')
  await list.waitFor({ state: 'detached' })
  await eventually(
    'the focus is back',
    async () => (await page.locator('.bell:focus').count()) === 1,
  )
  await page.close()
})

test('arrows choose how many samples; Enter opens why an alert was raised', options, async () => {
  const page = await stack().open('/?lang=en')
  await settled(page)
  await page.locator('input[type="radio"][value="1"]').focus()
  await page.keyboard.press('ArrowRight')
  await page.waitForURL(/samples=3/)
  await page.getByRole('link', { name: 'Alerts', exact: true }).focus()
  await page.keyboard.press('Enter')
  await page.locator('.alert-rows button').first().focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Why' }).waitFor()
  await page.close()
})
