/**
 * The pictures of the README and of docs/dashboard.md: each page in both themes, and two of a
 * phone, taken from the real stack with eight days of a building behind it, in which one floor has
 * just begun to draw too much. It is always the same time of day in them, since the browser stands
 * where it is now mid-afternoon. Run it when the look has changed:
 *
 *   node scripts/screenshots.ts                     into docs/screenshots
 *   node scripts/screenshots.ts --every=FOLDER      all pages in all manners, to look at
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Page, Request } from 'playwright-core'
import { type Dashboard, type DESKTOP, PHONE, startDashboard } from '../test/support/dashboard.ts'
import { eventually } from '../test/support/eventually.ts'
import { LivedInBuilding } from '../test/support/lived-in-building.ts'
import { ROOT_DIR } from '../test/support/process.ts'

const PAGES: Readonly<Record<string, string>> = {
  now: '/?range=6h',
  floor: '/floor/2?range=24h',
  alerts: '/alerts?range=6h',
  thresholds: '/admin/thresholds?range=6h',
  system: '/system?range=6h',
}
const THEMES = ['light', 'dark'] as const
const SIZES = { desktop: { width: 1200, height: 840 }, phone: PHONE }
const HOUR_SHOWN = 15
const RECORDS_PER_APPEND = 500
const STORED_MS_MAX = 180_000
const LOOK_AGAIN_MS = 700
/** Few alerts for one thing that stays wrong, and always one that is active. */
const COOLDOWN_SECONDS = 240

/** Where it is mid-afternoon now; the sign in these names is turned round. */
function zoneOfAfternoon(nowMs: number): string {
  const ahead = ((HOUR_SHOWN - new Date(nowMs).getUTCHours() + 35) % 24) - 11
  return ahead > 0 ? `Etc/GMT-${ahead}` : `Etc/GMT+${-ahead}`
}

async function giveAPast(dashboard: Dashboard, building: LivedInBuilding): Promise<void> {
  const all = building.past()
  for (let at = 0; at < all.length; at += RECORDS_PER_APPEND) {
    await dashboard.send(all.slice(at, at + RECORDS_PER_APPEND))
  }
  const newest = new Date(building.newestMs()).toISOString()
  const latest = `${dashboard.coordinatorUrl}/key/energy:p3:latest`
  await eventually(
    'the past is stored',
    async () => (await (await fetch(latest)).text()).includes(newest),
    STORED_MS_MAX,
  )
}

interface Picture {
  readonly path: string
  readonly lang: 'it' | 'en'
  readonly theme: (typeof THEMES)[number]
  readonly size: keyof typeof SIZES
  readonly isWhole: boolean
  readonly file: string
}

async function take(dashboard: Dashboard, building: LivedInBuilding, picture: Picture) {
  const { path, lang, theme, size, isWhole, file } = picture
  await dashboard.send(building.upTo(Date.now()))
  const page = await dashboard.open(`${path}&lang=${lang}&theme=${theme}`, {
    viewport: SIZES[size],
    timezoneId: process.env.TZ ?? 'UTC',
    prepare: countAsking,
  })
  await page.locator('[data-state]').first().waitFor()
  await use(page, path)
  await eventually(
    'every panel is drawn',
    async () => (await page.locator('[data-state="loading"]').count()) === 0,
  )
  if (isWhole) await page.setViewportSize(await wholeSize(page, SIZES[size]))
  writeFileSync(file, await stillOf(page, isWhole))
  await page.close()
}

/** What a page is for: why the newest alert was raised, what a new threshold would have done. */
async function use(page: Page, path: string): Promise<void> {
  if (path.startsWith('/alerts')) await page.locator('.alert-rows button').first().click()
  if (!path.startsWith('/admin')) return
  await page.locator('input[name="username"]').fill('admin')
  await page.locator('input[name="password"]').fill('admin')
  await page.locator('form.login button[type="submit"]').click()
  const floor = page.locator('.panel', { has: page.getByRole('heading', { name: /\w+ 2$/ }) })
  await floor.getByRole('switch').focus()
  await page.keyboard.press('Space')
  await page.locator('[data-field="2.kw_max"]').fill('9')
  await floor.locator('.preview', { hasText: /\d/ }).waitFor()
  await floor.getByRole('heading').click()
}

/** So tall that nothing that sticks to an edge lies over something else. */
async function wholeSize(page: Page, { width, height }: typeof DESKTOP): Promise<typeof DESKTOP> {
  const needed = Number(await page.evaluate('document.documentElement.scrollHeight'))
  return { width, height: Math.max(height, needed) }
}

/** Questions that have no answer yet, but for the stream. */
const asking = new WeakMap<Page, Set<Request>>()

async function countAsking(page: Page): Promise<void> {
  const open = new Set<Request>()
  asking.set(page, open)
  const isQuestion = (one: Request) =>
    one.resourceType() === 'fetch' && !/live$|stream$/.test(one.url())
  page.on('request', (one) => isQuestion(one) && open.add(one))
  page.on('requestfinished', (one) => open.delete(one))
  page.on('requestfailed', (one) => open.delete(one))
}

/** Bands come after lines: drawn is what has asked all its questions and looks the same twice. */
async function stillOf(page: Page, fullPage: boolean): Promise<Buffer> {
  let before = await page.screenshot({ fullPage })
  for (let looks = 0; looks < 40; looks += 1) {
    await sleep(LOOK_AGAIN_MS)
    const now = await page.screenshot({ fullPage })
    if (now.equals(before) && looks > 1 && asking.get(page)?.size === 0) return now
    before = now
  }
  return before
}

/** For the front page: English on a desktop, Italian on a phone. */
function* published(folder: string): Generator<Picture> {
  for (const theme of THEMES) {
    for (const [name, path] of Object.entries(PAGES)) {
      const file = join(folder, `${name}-${theme}.png`)
      yield { path, lang: 'en', theme, size: 'desktop', isWhole: true, file }
    }
    const file = join(folder, `phone-${theme}.png`)
    yield { path: PAGES.now ?? '/', lang: 'it', theme, size: 'phone', isWhole: false, file }
  }
}

function* every(folder: string): Generator<Picture> {
  for (const [name, path] of Object.entries(PAGES)) {
    for (const theme of THEMES) {
      for (const lang of ['it', 'en'] as const) {
        for (const size of ['desktop', 'phone'] as const) {
          const file = join(folder, `${name}-${lang}-${theme}-${size}.png`)
          yield { path, lang, theme, size, isWhole: true, file }
        }
      }
    }
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { every: { type: 'string' } } })
  const folder = values.every ?? join(ROOT_DIR, 'docs/screenshots')
  mkdirSync(folder, { recursive: true })
  process.env.TZ = zoneOfAfternoon(Date.now())
  const dashboard = await startDashboard({
    SITE_TIMEZONE: process.env.TZ,
    EDGE_COOLDOWN_SECS: String(COOLDOWN_SECONDS),
  })
  try {
    const building = new LivedInBuilding(Date.now())
    await giveAPast(dashboard, building)
    const pictures = values.every === undefined ? published(folder) : every(folder)
    for (const picture of pictures) await take(dashboard, building, picture)
  } finally {
    await dashboard.stop()
  }
}

await main()
