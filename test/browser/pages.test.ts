/**
 * Every page as people meet it: in both languages, both themes, on a desktop and on a phone of
 * 360 px. Each speaks its language, wears its theme, fits its screen, breaks no rule of axe and
 * says nothing wrong. People go from page to page by its links, and so does each of these tabs.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { violationsOf } from '../support/axe.ts'
import {
  alertOf,
  type Dashboard,
  DESKTOP,
  dashboardOfFile,
  NO_BROWSER,
  PHONE,
  quiet,
} from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'
import { settled } from '../support/panels.ts'

const NAMES = {
  it: ['Adesso', 'Piano', 'Allarmi', 'Soglie', 'Sistema'],
  en: ['Now', 'Floor', 'Alerts', 'Thresholds', 'System'],
} as const
const LANGUAGES = ['it', 'en'] as const
const THEMES = ['light', 'dark'] as const
/** As many as keep two processors busy. */
const TABS_MAX = 3

const manners = [DESKTOP, PHONE].flatMap((viewport) =>
  LANGUAGES.flatMap((lang) => THEMES.map((theme) => ({ viewport, lang, theme }))),
)

const dashboard = await dashboardOfFile()
await dashboard?.send([1, 2, 3].map((floor) => quiet(floor)))
await dashboard?.send([quiet(2, { sensore2_kw: 14 })])
await dashboard?.raise(alertOf(2, 3, 'pages'))
/** That of the detector too: its toast would cover one page or another. */
if (dashboard)
  await eventually('four alerts are there', async () => (await unread(dashboard)) === 4)

async function unread({ coordinatorUrl }: Dashboard): Promise<number> {
  const answer = await fetch(`${coordinatorUrl}/notifications/unread_count`)
  return ((await answer.json()) as { unread: number }).unread
}

describe('every page fits, speaks its language, and axe finds nothing', {
  skip: NO_BROWSER,
  concurrency: TABS_MAX,
}, () => {
  for (const { lang, theme, viewport } of manners) {
    test(`${lang}, ${theme}, ${viewport.width} px`, async (t) => {
      assert.ok(dashboard)
      const page = await dashboard.open(`/?lang=${lang}&theme=${theme}`, { viewport })
      for (const name of NAMES[lang]) {
        await t.test(name, async () => {
          await page.getByRole('link', { name, exact: true }).click()
          await isAt(page, name)
          await isWell(page, { lang, theme, widthPx: viewport.width })
        })
      }
      await t.test('an alert, and why', async () => {
        await page.getByRole('link', { name: NAMES[lang][2], exact: true }).click()
        await isAt(page, NAMES[lang][2])
        await page.locator('.alert-rows button').first().click()
        await page.locator('.detail figure.chart').waitFor()
        await isWell(page, { lang, theme, widthPx: viewport.width })
      })
      await t.test('the bell', async () => {
        await page.locator('.bell').click()
        await page.locator('.bell-list li').first().waitFor()
        await isWell(page, { lang, theme, widthPx: viewport.width })
      })
      await page.close()
    })
  }
})

test('a page speaks its language from its first word on', { skip: NO_BROWSER }, async () => {
  assert.ok(dashboard)
  const page = await dashboard.open('/?lang=it', { prepare: noteWords })
  await page.getByRole('link', { name: NAMES.it[0], exact: true }).waitFor()
  assert.deepEqual(await page.evaluate('[...new Set(window.labelsSeen)]'), ['Pagine'])
  await page.close()
})

/** What the links to the pages are called, also where it is put right before it can be seen. */
async function noteWords(page: Page): Promise<void> {
  await page.addInitScript(`
    window.labelsSeen = []
    const { setAttribute } = Element.prototype
    Element.prototype.setAttribute = function (name, value) {
      if (this.tagName === 'NAV' && name === 'aria-label') window.labelsSeen.push(value)
      return setAttribute.call(this, name, value)
    }
  `)
}

/** The first page answers a question in its heading; the others say their name. */
async function isAt(page: Page, name: string): Promise<void> {
  const isFirst = name === NAMES.it[0] || name === NAMES.en[0]
  const heading = page.getByRole('heading', { level: 1, name: new RegExp(`^${name}`) })
  await (isFirst ? page.locator('main .now') : heading).waitFor()
}

interface Manner {
  readonly lang: string
  readonly theme: string
  readonly widthPx: number
}

async function isWell(page: Page, { lang, theme, widthPx }: Manner): Promise<void> {
  await settled(page)
  const looks = await page.evaluate(`({
    lang: document.documentElement.lang,
    theme: document.documentElement.dataset.mantineColorScheme,
    widthPx: document.documentElement.scrollWidth,
  })`)
  assert.deepEqual(looks, { lang, theme, widthPx })
  assert.deepEqual(await violationsOf(page), [])
}
