/**
 * A pause holds: minutes later, after everything that is asked now and then has been asked and the
 * connection has been made anew, the page shows the moment at which it was paused.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { dashboardOfFile, NO_BROWSER, quiet } from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'

/** Longer than a stretch of history serves. */
const PAUSE_MS = 720_000
const STEP_MS = 60_000
/** In which what is asked in a step of the clock is answered. */
const ANSWER_MS = 1_500
/** The span of a chart ends at a round moment, and so does the day that energy is told of. */
const ROUND_MS = new Map([
  ['kw', 60_000],
  ['delta_kwh', 300_000],
])

const dashboard = await dashboardOfFile()

test('in a pause of minutes neither readings nor spans of charts move on', {
  skip: NO_BROWSER,
}, async () => {
  assert.ok(dashboard)
  const { send, open } = dashboard
  await send([1, 2, 3].map((floor) => quiet(floor)))
  const page = await open('/?lang=en', { prepare: (one) => one.clock.install() })
  await page.locator('[data-floor="3"]').waitFor()
  await page.locator('figure.chart').waitFor()
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.locator('[data-connection="paused"]').waitFor()
  const pausedMs = Number(await page.evaluate('Date.now()'))
  /** Metrics of which history of after the pause was asked for. */
  let movedOn: readonly string[] = []
  let documents = 0
  page.on('response', (answer) => {
    const { pathname, searchParams } = new URL(answer.url())
    if (pathname === '/batch') documents += 1
    if (pathname !== '/api/v1/readings') return
    const metric = searchParams.get('metric') ?? ''
    const endMs = Date.parse(searchParams.get('to') ?? '')
    if (endMs > pausedMs + (ROUND_MS.get(metric) ?? 0)) movedOn = [...movedOn, metric]
  })
  await send([1, 2, 3].map((floor) => quiet(floor, { sensore2_kw: 7.77 })))
  for (let goneMs = 0; goneMs < PAUSE_MS; goneMs += STEP_MS) {
    await page.clock.fastForward(STEP_MS)
    await sleep(ANSWER_MS)
  }
  await eventually('the newest readings were asked for', () => documents > 0)
  await page.locator('[data-connection="paused"]').waitFor()
  assert.equal(await page.locator('[data-floor]', { hasText: '7.77' }).count(), 0)
  assert.deepEqual(movedOn, [], 'no history of after the pause is asked for')
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.locator('[data-floor="1"]', { hasText: '7.77' }).waitFor()
  await eventually('charts and energies go on', () =>
    [...ROUND_MS.keys()].every((metric) => movedOn.includes(metric)),
  )
  await page.close()
})
