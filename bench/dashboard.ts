/**
 * What the dashboard costs the browser: twenty floors that send once a second, an hour of them
 * behind, the first page open. The time of the main thread for each second of readings, by the
 * thread's own clock, so that neighbours on the machine do not count; and tasks that were long
 * enough for a person to feel, which are by the wall clock, and so they do.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { CDPSession, Page } from 'playwright-core'
import { readingsOfDays } from '../test/support/building-days.ts'
import { type Dashboard, NO_BROWSER, startDashboard } from '../test/support/dashboard.ts'
import { eventually } from '../test/support/eventually.ts'
import { type Bench, goal, ms, type Table, whole } from './support/report.ts'

const FLOORS = 20
const TICK_MS = 1_000
const HOUR_DAYS = 1 / 24
const TICKS = 30
const RECORDS_PER_APPEND = 2_000
const SETTLE_MS = 5_000
const GOAL_UPDATE_MS = 10
const LONG_TASK_MS = 50
const STORED_MS_MAX = 300_000

export const dashboardBench: Bench = {
  name: 'dashboard',
  async run({ say }) {
    if (NO_BROWSER)
      return { title: `dashboard: left out, ${NO_BROWSER}`, head: [], rows: [], notes: [] }
    const dashboard = await startDashboard()
    try {
      say(`an hour of ${FLOORS} floors`)
      await giveAnHour(dashboard)
      say(`${TICKS} seconds of readings`)
      return await measure(dashboard)
    } finally {
      await dashboard.stop()
    }
  },
}

async function giveAnHour(dashboard: Dashboard): Promise<void> {
  const hour = { floors: FLOORS, days: HOUR_DAYS, stepMs: TICK_MS, endMs: Date.now() }
  const all = [...readingsOfDays(hour)]
  for (let at = 0; at < all.length; at += RECORDS_PER_APPEND) {
    await dashboard.send(all.slice(at, at + RECORDS_PER_APPEND))
  }
  const newest = all.at(-1)
  const timestamp = newest && 'timestamp' in newest ? newest.timestamp : ''
  const latest = `${dashboard.coordinatorUrl}/key/energy:p${FLOORS}:latest`
  await eventually(
    'the hour is stored',
    async () => (await (await fetch(latest)).text()).includes(String(timestamp)),
    STORED_MS_MAX,
  )
}

async function measure(dashboard: Dashboard): Promise<Table> {
  const page = await dashboard.open('/?lang=en')
  await page.locator('figure.chart').waitFor({ timeout: STORED_MS_MAX })
  await sleep(SETTLE_MS)
  await page.evaluate(COUNT_LONG_TASKS)
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const spent: number[] = []
  for (let tick = 0; tick < TICKS; tick += 1) {
    const before = await taskSeconds(session)
    const endMs = Date.now()
    await dashboard.send([...readingsOfDays({ floors: FLOORS, days: 0, stepMs: TICK_MS, endMs })])
    await sleep(TICK_MS)
    spent.push(((await taskSeconds(session)) - before) * 1_000)
  }
  const longTasks = await longTasksOf(page)
  await page.close()
  return tableOf(spent, longTasks)
}

const COUNT_LONG_TASKS = `
  globalThis.longTasks = []
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) globalThis.longTasks.push(duration)
  }).observe({ type: 'longtask' })
`

async function longTasksOf(page: Page): Promise<readonly number[]> {
  return (await page.evaluate('globalThis.longTasks')) as readonly number[]
}

async function taskSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0
}

function tableOf(spent: readonly number[], longTasks: readonly number[]): Table {
  const sorted = [...spent].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  const longest = longTasks.reduce((a, b) => Math.max(a, b), 0)
  return {
    title: `dashboard: ${FLOORS} floors, a reading a second each, an hour of history`,
    head: ['main thread', 'p50', 'p90', 'max', ''],
    rows: [
      [
        'ms an update',
        ms(at(0.5)),
        ms(at(0.9)),
        ms(at(1)),
        goal(`under ${GOAL_UPDATE_MS} ms`, at(0.5) < GOAL_UPDATE_MS),
      ],
      [
        `tasks over ${LONG_TASK_MS} ms`,
        whole(longTasks.length),
        '',
        ms(longest),
        goal('none', longTasks.length === 0),
      ],
    ],
    notes: [`An update is all that ${FLOORS} readings cause in a second, drawing included.`],
  }
}
