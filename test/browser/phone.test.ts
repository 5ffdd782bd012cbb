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
  openListed,
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

/** Of one moment: between two looks what stands above may grow. */
function linesOf(values: Locator): Promise<readonly Line[]> {
  return values.evaluateAll((all) =>
    all.map((one) => {
      const [value, word, card] = [
        one.querySelector('b'),
        one.querySelector('.over-word'),
        one.closest('[data-floor]'),
      ].map((part) => part?.getBoundingClientRect().toJSON() as Box | undefined)
      return { value, word, card }
    }),
  )
}

interface Line {
  readonly value: Box | undefined
  readonly word: Box | undefined
  readonly card: Box | undefined
}

test(
  'one toast at a time on a phone; what comes meanwhile is counted in the next',
  options,
  async () => {
    const page = await openListed(stack(), '/?lang=en', { viewport: PHONE })
    const toasts = page.locator('.mantine-Notification-root')
    const first = toasts.filter({ hasText: 'Floor 1' })
    await page.locator('[data-connection="live"]').waitFor()
    for (const [at, name] of ['first', 'second', 'third'].entries()) {
      await stack().raise(alertOf(at + 1, 1, name))
      /** What is pointed at stays, however long the next ones take. */
      await first.hover()
      await page.locator(`[data-unread="${at + 1}"]`).waitFor()
      assert.equal(await toasts.count(), 1)
      assert.equal(await first.count(), 1)
    }
    await toasts.getByRole('button', { name: 'Close' }).click()
    await first.waitFor({ state: 'detached' })
    await toasts.filter({ hasText: '2 new alerts' }).waitFor()
    assert.equal(await toasts.count(), 1)
    await page.close()
  },
)

for (const [nth, language] of (['en', 'it'] as const).entries()) {
  for (const [at, width] of WIDTHS.entries()) {
    /** Each has one reading: of more, the energy is judged by the time between them. */
    const floors = [1, 2].map((one) => 2 * (WIDTHS.length * nth + at) + one)
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
      await stack().send(floors.map((floor) => quiet(floor, { ...OVER, delta_kwh: 0.15 })))
      const page = await stack().open(`/?lang=${language}`, { viewport })
      const red = page.locator(`[data-floor="${floors[1]}"] [data-over="true"] dd`)
      await red.nth(3).waitFor()
      assert.match((await red.first().textContent()) ?? '', new RegExp(over))
      const lines = await linesOf(red)
      assert.equal(lines.length, 4)
      for (const [at, { value, word, card }] of lines.entries()) {
        assert.ok(value && word && card)
        assert.ok(word.top < value.bottom && word.bottom > value.top, `beside value ${at}`)
        assert.ok(word.right <= card.right, `value ${at} stays in its card`)
      }
      await page.close()
    })
  }
}
