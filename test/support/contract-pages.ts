/**
 * The built dashboard in a browser before a coordinator that a test brings. A page that says
 * something wrong fails the test when it is closed.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import type { ContractOnly } from './contract-only.ts'
import { CHROMIUM, DESKTOP } from './dashboard.ts'
import { openDoor } from './dashboard-door.ts'
import { ROOT_DIR } from './process.ts'

/** A limit for a machine that is busy with other tests, and no measure of the page. */
const WAIT_MS_MAX = 90_000

export interface ContractPages {
  open(path: string): Promise<Page>
  close(): Promise<void>
}

export async function contractPages({ url }: ContractOnly): Promise<ContractPages> {
  execFileSync(process.execPath, [join(ROOT_DIR, 'scripts/build-webapp.ts')], { stdio: 'ignore' })
  const folder = join(ROOT_DIR, 'webapp/dist')
  const door = await openDoor({ coordinatorUrl: url, loginUrl: url, folder })
  const executable = CHROMIUM ? { executablePath: CHROMIUM } : {}
  const browser = await chromium.launch({
    ...executable,
    args: ['--no-sandbox'],
    timeout: WAIT_MS_MAX,
  })
  return {
    async open(path) {
      const page = await browser.newPage({ viewport: DESKTOP, locale: 'en-GB' })
      page.setDefaultTimeout(WAIT_MS_MAX)
      const wrong: string[] = []
      page.on('pageerror', ({ message }) => wrong.push(message))
      page.on('close', () => {
        if (wrong.length > 0) throw new Error(`${path} said: ${wrong.join('; ')}`)
      })
      await page.goto(door.url + path)
      return page
    },
    async close() {
      await browser.close()
      door.close()
    },
  }
}
