/**
 * On the narrowest phones, measured: every action can be seen and touched without pushing a box
 * aside, and what belongs together stands on one line, in both languages.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator } from 'playwright-core'
import {
  alertOf,
  type Dashboard,
  dashboardOfFile,
  NO_BROWSER,
  PHONE,
  quiet,
} from '../support/dashboard.ts'

const dashboard = await dashboardOfFile()
const options = { skip: NO_BROWSER }
const WIDTHS = [320, 360] as const
const WORDS = { en: ['Remove', 'over'], it: ['Rimuovi', 'oltre'] } as const
const TARGET_PX_MIN = 44
const OVER = { sensore2_kw: 114.5, sensore3_corrente: 148.25, sensore3_tensione: 240.1 }

function stack(): Dashboard {
  assert.ok(dashboard)
  return dashboard
}

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

function boxesOf(parts: Locator): Promise<readonly Box[]> {
  return parts.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON() as Box))
}

test(
  'one toast at a time on a phone; what comes meanwhile is counted in the next',
  options,
  async () => {
    const page = await stack().open('/?lang=en', { viewport: PHONE })
    const toasts = page.locator('.mantine-Notification-root')
    await page.locator('[data-connection="live"]').waitFor()
    for (const [at, name] of ['first', 'second', 'third'].entries()) {
      await stack().raise(alertOf(at + 1, 1, name))
      await page.locator(`[data-unread="${at + 1}"]`).waitFor()
      await toasts.filter({ hasText: 'Floor 1' }).waitFor()
      assert.equal(await toasts.count(), 1)
    }
    await toasts.getByRole('button', { name: 'Close' }).click()
    await toasts.filter({ hasText: '2 new alerts' }).waitFor()
    assert.equal(await toasts.count(), 1)
    await page.close()
  },
)

for (const language of ['en', 'it'] as const) {
  for (const width of WIDTHS) {
    const viewport = { width, height: 740 }
    const [remove, over] = WORDS[language]

    test(`a shard can be let go on ${width} px, ${language}`, options, async () => {
      const page = await stack().open(`/system?lang=${language}`, { viewport })
      const buttons = page.getByRole('button', { name: remove })
      await buttons.nth(2).waitFor()
      for (const { left, right, top, bottom } of await boxesOf(buttons)) {
        assert.ok(left >= 0 && right <= width, `from ${left} to ${right}`)
        assert.ok(bottom - top >= TARGET_PX_MIN, `${bottom - top} px high`)
      }
      const [hidden] = await page
        .locator('.shards')
        .evaluateAll((all) =>
          all.map((box) => [
            box.scrollWidth - box.clientWidth,
            box.scrollHeight - box.clientHeight,
          ]),
        )
      assert.deepEqual(hidden, [0, 0], 'nothing is pushed aside')
      await buttons.last().click()
      await page.getByRole('button', { name: /Really remove|Rimuovere davvero/ }).waitFor()
      await page.close()
    })

    test(`a red value and its word share a line on ${width} px, ${language}`, options, async () => {
      await stack().send([1, 2].map((floor) => quiet(floor, { ...OVER, delta_kwh: 0.15 })))
      const page = await stack().open(`/?lang=${language}`, { viewport })
      const red = page.locator('[data-floor="2"] [data-over="true"] dd')
      await red.nth(3).waitFor()
      assert.match((await red.first().textContent()) ?? '', new RegExp(over))
      const [values, words, cards] = await Promise.all(
        [red.locator('b'), red.locator('.over-word'), page.locator('[data-floor="2"]')].map(
          boxesOf,
        ),
      )
      assert.equal(words?.length, 4)
      for (const [at, word] of (words ?? []).entries()) {
        const value = values?.[at]
        assert.ok(value && cards?.[0])
        assert.ok(word.top < value.bottom && word.bottom > value.top, `beside value ${at}`)
        assert.ok(word.right <= cards[0].right, `value ${at} stays in its card`)
      }
      await page.close()
    })
  }
}
