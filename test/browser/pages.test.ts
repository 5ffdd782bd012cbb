/**
 * Every page as people meet it: in both languages, both themes, on a desktop and on a phone of
 * 360 px. Each says its name, fits its screen, breaks no rule of axe and says nothing wrong.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import {
  alertOf,
  DESKTOP,
  dashboardOfFile,
  NO_BROWSER,
  PHONE,
  quiet,
} from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'

const PAGES = ['/', '/floor/1', '/alerts', '/admin/thresholds', '/system']
/** Each pair of language, theme and size is met once. */
const MANNERS = [
  { lang: 'it', theme: 'light', viewport: DESKTOP },
  { lang: 'en', theme: 'dark', viewport: DESKTOP },
  { lang: 'it', theme: 'dark', viewport: PHONE },
  { lang: 'en', theme: 'light', viewport: PHONE },
]
const NAMES: Readonly<Record<string, readonly string[]>> = {
  it: ['Adesso', 'Piano', 'Allarmi', 'Soglie', 'Sistema'],
  en: ['Now', 'Floor', 'Alerts', 'Thresholds', 'System'],
}

const dashboard = await dashboardOfFile()
await dashboard?.send([1, 2, 3].map((floor) => quiet(floor)))
await dashboard?.raise(alertOf(2, 3, 'pages'))

for (const { lang, theme, viewport } of MANNERS) {
  for (const [at, path] of PAGES.entries()) {
    const name = `${path} in ${lang}, ${theme}, ${viewport.width} px`
    test(`${name}: fits, speaks its language, and axe finds nothing`, {
      skip: NO_BROWSER,
    }, async () => {
      assert.ok(dashboard)
      const page = await dashboard.open(`${path}?lang=${lang}&theme=${theme}`, { viewport })
      await page.getByRole('link', { name: NAMES[lang]?.[at] ?? '', exact: true }).waitFor()
      await settled(page)
      assert.equal(await page.evaluate('document.documentElement.lang'), lang)
      const width = Number(await page.evaluate('document.documentElement.scrollWidth'))
      assert.ok(width <= viewport.width, `it is ${width} px wide`)
      assert.deepEqual(await violationsOf(page), [])
      await page.close()
    })
  }
}

/** No panel is loading any more. */
async function settled(page: Page): Promise<void> {
  await eventually('all panels are there', async () => {
    const states = await page
      .locator('[data-state]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-state')))
    return states.length > 0 && !states.includes('loading')
  })
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string }[]
}

async function violationsOf(page: Page): Promise<readonly string[]> {
  /** Through the debugger and not as a script of the page, which its policy forbids. */
  await page.evaluate(axe.source)
  const run = `axe.run(document, ${JSON.stringify({ runOnly: RULES })})`
  const { violations } = (await page.evaluate(run)) as { violations: readonly Violation[] }
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
  )
}
