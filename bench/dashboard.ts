/**
 * What the dashboard costs the browser. An update is all that one reading of each floor causes: its
 * way through the stream, the drawing of whatever it changes, and the clocks of the page that tick
 * meanwhile. Each floor sends once a second, so an update is a second of the main thread's time,
 * and the goal is judged by the whole of it: a page may gather readings into fewer drawings, but
 * none of what it does is left out.
 *
 * Twenty floors with an hour of readings behind them are the measure, and no floor has an alarm:
 * how many there were is printed. Beside them stand a page at which nothing arrives, one with an
 * alarm each second too, a hundred floors, and a thousand alerts at once.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { type Days, readingsOfDays } from '../test/support/building-days.ts'
import { alertOf, type Dashboard, NO_BROWSER, startDashboard } from '../test/support/dashboard.ts'
import { eventually } from '../test/support/eventually.ts'
import { MainThread, type Spent } from './support/main-thread.ts'
import { quantilesOf } from './support/quantile.ts'
import { type Bench, goal, ms, type Table, whole } from './support/report.ts'

const FLOORS = 20
const MANY_FLOORS = 100
const TICK_MS = 1_000
/** A tenth of the readings, so that their hour is stored before patience ends. */
const MANY_TICK_MS = 10_000
const HOUR_DAYS = 1 / 24
const DAY_MS = 86_400_000
const WARM_TICKS = 10
const TICKS = 30
const RECORDS_PER_APPEND = 2_000
const SETTLE_MS = 3_000
const STORED_MS_MAX = 300_000
const ALARMED_FLOOR = 2
const ALERTS = 1_000
const BURST_MS = 3_000
const GOAL_UPDATE_MS = 10
const LONG_TASK_MS = 50

type Row = readonly string[]
/** How the readings of one second come: each floor at a moment of its own, or all together. */
type Manner = 'spread' | 'together' | 'alarmed' | 'none'

export const dashboardBench: Bench = {
  name: 'dashboard',
  async run({ say }) {
    if (NO_BROWSER)
      return { title: `dashboard: left out, ${NO_BROWSER}`, head: [], rows: [], notes: [] }
    const dashboard = await startDashboard()
    try {
      say(`an hour of ${FLOORS} floors`)
      await giveAnHour(dashboard, FLOORS, TICK_MS)
      say(`seconds of readings, ${TICKS} for each line`)
      const few = await measureFew(dashboard)
      say(`an hour of ${MANY_FLOORS} floors`)
      await giveAnHour(dashboard, MANY_FLOORS, MANY_TICK_MS)
      const many = await measureMany(dashboard)
      say(`${ALERTS} alerts`)
      return tableOf([...few, ...many, ...(await measureBurst(dashboard))])
    } finally {
      await dashboard.stop()
    }
  },
}

/** Up to now: meters do not stand still while the hour before is stored. */
async function giveAnHour(dashboard: Dashboard, floors: number, stepMs: number): Promise<void> {
  const endMs = Date.now()
  await give(dashboard, { floors, days: HOUR_DAYS, stepMs, endMs })
  const steps = Math.floor((Date.now() - endMs) / stepMs)
  if (steps === 0) return
  const days = ((steps - 1) * stepMs) / DAY_MS
  await give(dashboard, { floors, days, stepMs, endMs: endMs + steps * stepMs })
}

/** Ends when the newest is stored. */
async function give(dashboard: Dashboard, days: Days): Promise<void> {
  const all = [...readingsOfDays(days)]
  for (let at = 0; at < all.length; at += RECORDS_PER_APPEND) {
    await dashboard.send(all.slice(at, at + RECORDS_PER_APPEND))
  }
  const timestamp = all.at(-1)?.timestamp ?? ''
  const latest = `${dashboard.coordinatorUrl}/key/energy:p${days.floors}:latest`
  await eventually(
    'all of it is stored',
    async () => (await (await fetch(latest)).text()).includes(timestamp),
    STORED_MS_MAX,
  )
}

async function measureFew(dashboard: Dashboard): Promise<readonly Row[]> {
  const { page, thread } = await openNow(dashboard)
  const send = (manner: Manner) => () => sendFor(dashboard, FLOORS, manner)
  await sendTicks(dashboard, FLOORS, WARM_TICKS)
  const spread = await updates(thread, send('spread'))
  const together = await updates(thread, send('together'))
  await page.locator('figure.chart').first().scrollIntoViewIfNeeded()
  await sleep(SETTLE_MS)
  const inView = await updates(thread, send('together'))
  const before = (await thread.longTasks()).length
  const longest = await thread.longestDuring(() => sendTicks(dashboard, FLOORS, TICKS))
  const longTasks = (await thread.longTasks()).slice(before)
  const alarms = await alarmsOf(dashboard)
  const idle = await updates(thread, send('none'))
  const alarmed = await updates(thread, send('alarmed'))
  await page.close()
  return [
    updateRow(`${FLOORS} floors, each at its own moment`, spread),
    ['  for each drawing of it', ...quantileCells(spread.map(eachDrawing)), ''],
    updateRow(`${FLOORS} floors, all at once`, together),
    updateRow(`${FLOORS} floors, the chart in view`, inView),
    ['  of it script', ...quantileCells(inView.map(({ script }) => script)), ''],
    ['  of it style and layout', ...quantileCells(inView.map(({ layout }) => layout)), ''],
    ['no readings', ...quantileCells(idle.map(({ task }) => task)), ''],
    ['alarms until here', whole(alarms), '', '', goal('none', alarms === 0)],
    [
      'all at once, and an alarm each second',
      ...quantileCells(alarmed.map(({ task }) => task)),
      '',
    ],
    longestRow('longest task', longest.threadMs),
    [
      `tasks over ${LONG_TASK_MS} ms by the wall clock`,
      whole(longTasks.length),
      '',
      ms(longTasks.reduce((a, b) => Math.max(a, b), 0)),
      goal('none', longTasks.length === 0),
    ],
  ]
}

async function measureMany(dashboard: Dashboard): Promise<readonly Row[]> {
  const { page, thread } = await openNow(dashboard)
  await sendTicks(dashboard, MANY_FLOORS, WARM_TICKS)
  const spent = await updates(thread, () => sendFor(dashboard, MANY_FLOORS, 'together'))
  const longest = await thread.longestDuring(() => sendTicks(dashboard, MANY_FLOORS, TICKS))
  await page.close()
  return [
    updateRow(`${MANY_FLOORS} floors, all at once`, spent),
    longestRow(`${MANY_FLOORS} floors, longest task`, longest.threadMs),
  ]
}

async function measureBurst(dashboard: Dashboard): Promise<readonly Row[]> {
  const { page, thread } = await openNow(dashboard)
  let task = 0
  const longest = await thread.longestDuring(async () => {
    const spent = await thread.during(async () => {
      await dashboard.raise(alertOf(2, ALERTS, 'burst'))
      await sleep(BURST_MS)
    })
    task = spent.task
  })
  const unread = Number(await page.locator('[data-unread]').getAttribute('data-unread'))
  await page.close()
  if (unread < ALERTS) throw new Error(`the bell counts ${unread} of ${ALERTS} alerts`)
  return [
    [`${ALERTS} alerts at once, altogether`, ms(task), '', '', ''],
    longestRow(`${ALERTS} alerts, longest task`, longest.threadMs),
  ]
}

async function openNow(dashboard: Dashboard): Promise<{ page: Page; thread: MainThread }> {
  const page = await dashboard.open('/?lang=en')
  await page.locator('figure.chart').waitFor({ timeout: STORED_MS_MAX })
  await sleep(SETTLE_MS)
  return { page, thread: await MainThread.of(page) }
}

async function updates(thread: MainThread, send: () => Promise<void>): Promise<readonly Spent[]> {
  const spent: Spent[] = []
  for (let tick = 0; tick < TICKS; tick += 1) spent.push(await thread.during(send))
  return spent
}

async function sendTicks(dashboard: Dashboard, floors: number, ticks: number): Promise<void> {
  for (let tick = 0; tick < ticks; tick += 1) await sendFor(dashboard, floors, 'together')
}

/** One reading of each floor, within a second. */
async function sendFor(dashboard: Dashboard, floors: number, manner: Manner): Promise<void> {
  const startMs = Date.now()
  const left = (share: number) => Math.max(0, startMs + share * TICK_MS - Date.now())
  const now = () => [...readingsOfDays({ floors, days: 0, stepMs: TICK_MS, endMs: Date.now() })]
  if (manner === 'together' || manner === 'alarmed') await dashboard.send(now())
  if (manner === 'alarmed') await dashboard.raise(alertOf(ALARMED_FLOOR, 1, ''))
  for (let floor = 0; floor < floors && manner === 'spread'; floor += 1) {
    await dashboard.send(now().slice(floor, floor + 1))
    await sleep(left((floor + 1) / floors))
  }
  await sleep(left(1))
}

async function alarmsOf({ coordinatorUrl }: Dashboard): Promise<number> {
  const list = (await (await fetch(`${coordinatorUrl}/notifications`)).json()) as { total: number }
  return list.total
}

function eachDrawing({ task, drawings }: Spent): number {
  return task / Math.max(1, drawings)
}

function updateRow(name: string, spent: readonly Spent[]): Row {
  const tasks = spent.map(({ task }) => task)
  const isMet = quantilesOf(tasks).p50 < GOAL_UPDATE_MS
  return [name, ...quantileCells(tasks), goal(`under ${GOAL_UPDATE_MS} ms`, isMet)]
}

function longestRow(name: string, threadMs: number): Row {
  const isMet = threadMs <= LONG_TASK_MS
  return [name, '', '', ms(threadMs), goal(`at most ${LONG_TASK_MS} ms`, isMet)]
}

function quantileCells(values: readonly number[]): Row {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => ms(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN)
  return [at(0.5), at(0.9), at(1)]
}

function tableOf(rows: readonly Row[]): Table {
  return {
    title: 'dashboard: the main thread of a page with an hour of readings behind it',
    head: ['ms of its own time an update', 'p50', 'p90', 'max', ''],
    rows,
    notes: [
      'An update is all that one reading of each floor causes within a second, clocks included.',
      'By the clock of the thread, so that a busy machine does not count; only tasks over',
      `${LONG_TASK_MS} ms by the wall clock, as the browser has them, grow with its neighbours.`,
    ],
  }
}
