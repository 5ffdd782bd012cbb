/**
 * The pictures of the README: each page in both themes, and two of a phone, taken from the real
 * stack with a past of eight days. Run it when the look has changed:
 *
 *   node scripts/screenshots.ts              into docs/screenshots
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readingsOfDays } from '../test/support/building-days.ts'
import { type Dashboard, DESKTOP, PHONE, startDashboard } from '../test/support/dashboard.ts'
import { eventually } from '../test/support/eventually.ts'
import { ROOT_DIR } from '../test/support/process.ts'

const FOLDER = join(ROOT_DIR, 'docs/screenshots')
const PAGES: Readonly<Record<string, string>> = {
  now: '/?range=6h',
  floor: '/floor/2?range=24h',
  alerts: '/alerts?range=6h',
  thresholds: '/admin/thresholds?range=6h',
  system: '/system?range=6h',
}
const FLOORS = 3
const DAYS = 8
const STEP_MS = 120_000
const RECORDS_PER_APPEND = 500
const DRAWN_MS = 5_000

async function giveAPast(dashboard: Dashboard): Promise<void> {
  const endMs = Date.now() - 1_000
  const all = [...readingsOfDays({ floors: FLOORS, days: DAYS, stepMs: STEP_MS, endMs })]
  for (let at = 0; at < all.length; at += RECORDS_PER_APPEND) {
    await dashboard.send(all.slice(at, at + RECORDS_PER_APPEND))
  }
  await eventually('the past is stored', () => isStored(dashboard, all.at(-1)), 120_000)
  const last = all.at(-2)
  await dashboard.send([{ ...last, timestamp: new Date().toISOString(), sensore2_kw: 12.6 }])
}

async function isStored(dashboard: Dashboard, newest: object | undefined): Promise<boolean> {
  const answer = await fetch(`${dashboard.coordinatorUrl}/key/energy:p${FLOORS}:latest`)
  const { value } = (await answer.json()) as { value?: { timestamp: string } }
  return newest !== undefined && 'timestamp' in newest && value?.timestamp === newest.timestamp
}

async function take(dashboard: Dashboard, name: string, path: string, isPhone: boolean) {
  const page = await dashboard.open(path, { viewport: isPhone ? PHONE : DESKTOP })
  await page.locator('.panel').first().waitFor()
  const isAlerts = name.startsWith('alerts')
  if (isAlerts) await page.locator('.alert-rows button').first().click()
  await page.waitForLoadState('networkidle', { timeout: DRAWN_MS }).catch(() => {})
  await eventually(
    'every panel is drawn',
    async () => (await page.locator('[data-state="loading"]').count()) === 0,
  )
  await sleep(DRAWN_MS)
  await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: !isPhone })
  await page.close()
}

async function main(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true })
  const dashboard = await startDashboard()
  try {
    await giveAPast(dashboard)
    for (const theme of ['light', 'dark']) {
      for (const [name, path] of Object.entries(PAGES)) {
        await take(dashboard, `${name}-${theme}`, `${path}&lang=en&theme=${theme}`, false)
      }
      await take(dashboard, `phone-${theme}`, `/?range=6h&lang=it&theme=${theme}`, true)
    }
  } finally {
    await dashboard.stop()
  }
}

await main()
