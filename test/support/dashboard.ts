/**
 * The whole stack with a browser before it: `energyguard up` without meters of its own, the
 * dashboard as `npm start` builds it, and Debian's Chromium. A test sends readings into the log as
 * a meter does, and alerts as a detector does.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { topicDeclarations } from '../../src/app/topics.ts'
import { READINGS_TOPIC } from '../../src/model/topics.ts'
import { type Door, openDoor } from './dashboard-door.ts'
import { openDescribed } from './log-description.ts'
import { ROOT_DIR, startRole } from './process.ts'

const CHROMIUM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
export const CHROMIUM = CHROMIUM_PATHS.find((path) => existsSync(path))
/** What a test says that was not run. */
export const NO_BROWSER = CHROMIUM ? false : 'there is no Chromium: apt-get install chromium'

export const DESKTOP = { width: 1360, height: 900 }
export const PHONE = { width: 360, height: 740 }

/** For whatever is waited for in a page, on a machine that has other things to do. */
const ANSWER_MS_MAX = 60_000

export interface Dashboard {
  readonly url: string
  readonly coordinatorUrl: string
  readonly door: Door
  stop(): Promise<void>
  /** As a meter: this floor, now, with these sensors. */
  send(readings: readonly object[]): Promise<void>
  /** As a detector. */
  raise(alert: object): Promise<void>
  /** A path, or a whole address. */
  open(address: string, options?: OpenOptions): Promise<Page>
}

export interface OpenOptions {
  readonly viewport?: typeof DESKTOP
  readonly timezoneId?: string
  /** Before the page is loaded, for routes. */
  readonly prepare?: (page: Page) => Promise<void>
}

/** Ends with the file; undefined where there is no browser. */
export async function dashboardOfFile(): Promise<Dashboard | undefined> {
  if (NO_BROWSER) return undefined
  const dashboard = await startDashboard()
  after(() => dashboard.stop())
  return dashboard
}

type Environment = Readonly<Record<string, string>>

/** Each page that is opened must say nothing wrong. */
export async function startDashboard(settings: Environment = {}): Promise<Dashboard> {
  execFileSync(process.execPath, [join(ROOT_DIR, 'scripts/build-webapp.ts')], { stdio: 'ignore' })
  const flags = ['--port', '0', '--login-ports', '0', '--no-simulate']
  const env = { EDGE_COOLDOWN_SECS: '1', NOTIFY_BUFFER_SIZE: '1000', ...settings }
  const up = await startRole(['up', ...flags], { env })
  const loginUrl = /login\s+(http\S+\d)/.exec(up.stdout())?.[1] ?? ''
  const folder = join(ROOT_DIR, 'webapp/dist')
  const door = await openDoor({ coordinatorUrl: up.address, loginUrl, folder })
  const path = join(up.dataDir, 'log.db')
  const log = await openDescribed({ kind: 'sqlite', options: { path } })
  await log.declare(topicDeclarations())
  const browser = await chromium.launch({
    ...(CHROMIUM ? { executablePath: CHROMIUM } : {}),
    args: ['--no-sandbox'],
    timeout: ANSWER_MS_MAX,
  })
  return {
    async stop() {
      await browser.close()
      door.close()
      await log.close()
      await up.stop()
    },
    url: door.url,
    coordinatorUrl: up.address,
    door,
    async send(readings) {
      const records = readings.map((reading) => recordOf(reading))
      await log.append(READINGS_TOPIC, records)
    },
    raise: (alert) => raise(up.address, alert),
    open: (address, options) => openPage(browser, new URL(address, door.url).href, options),
  }
}

function recordOf(reading: object) {
  const whole = { timestamp: new Date().toISOString(), ...reading }
  const key = 'piano' in whole ? String(whole.piano) : ''
  return { key, value: JSON.stringify(whole) }
}

async function raise(coordinatorUrl: string, alert: object): Promise<void> {
  const response = await fetch(`${coordinatorUrl}/internal/broadcast`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alert),
  })
  if (!response.ok) throw new Error(`broadcast: ${response.status} ${await response.text()}`)
}

async function openPage(browser: Browser, url: string, options: OpenOptions = {}): Promise<Page> {
  const { viewport = DESKTOP, timezoneId } = options
  const zone = timezoneId === undefined ? {} : { timezoneId }
  /** A popover that fades in has no contrast yet. */
  const still = { reducedMotion: 'reduce' } as const
  const page = await browser.newPage({ viewport, locale: 'en-GB', ...still, ...zone })
  /** Of the context, so that pages which this one opens are waited for as long. */
  page.context().setDefaultTimeout(ANSWER_MS_MAX)
  const wrong: string[] = []
  page.on('pageerror', ({ message }) => wrong.push(message))
  page.on('console', (said) => {
    if (/Content Security Policy/.test(said.text())) wrong.push(said.text())
  })
  page.on('close', () => {
    if (wrong.length > 0) throw new Error(`${url} said: ${wrong.join('; ')}`)
  })
  await options.prepare?.(page)
  await page.goto(url)
  return page
}

/**
 * Opened, and the list of alerts is read: what is raised from now on is news to the page. What the
 * first list has in it is none, and a request for it may wait behind others.
 */
export async function openListed(
  { open }: Dashboard,
  address: string,
  options: OpenOptions = {},
): Promise<Page> {
  const answers: Promise<unknown>[] = []
  const prepare = async (page: Page) => {
    await options.prepare?.(page)
    answers.push(page.waitForResponse('**/notifications?*'))
  }
  const page = await open(address, { ...options, prepare })
  await Promise.all(answers)
  return page
}

/** One reading of a quiet floor. */
export function quiet(floor: number, more: object = {}): object {
  return {
    piano: floor,
    sensore1_kwh: 900 + floor,
    sensore2_kw: 4 + floor / 10,
    sensore3_corrente: 9,
    sensore3_tensione: 225,
    delta_kwh: 0.001,
    ...more,
  }
}

/** An alert document with so many events, now or a while ago; a name keeps it apart from others. */
export function alertOf(floor: number, events: number, name: string, agoMs = 0): object {
  const nowMs = Date.now() - agoMs
  const eventi = Array.from({ length: events }, (_, n) => ({
    tipo: name === '' ? 'kw_over' : `kw_over_${name}_${n}`,
    metrica: 'kw',
    valore: 12 + n / 1000,
    threshold: 11,
    threshold_base: 11,
    descrizione: 'Potenza oltre il limite',
  }))
  const timestamp = new Date(nowMs).toISOString()
  return { piano: floor, timestamp: nowMs / 1000, eventi, raw: { ...quiet(floor), timestamp } }
}
