/**
 * The states of every panel, each brought about for real: nothing has come yet, there is nothing,
 * the coordinator fails, it refuses, the connection is cut, and all is well again.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  alertOf,
  type Dashboard,
  dashboardOfFile,
  NO_BROWSER,
  quiet,
} from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'
import { DRAWN_MS_MAX, panelStates, type Trouble, troubled } from '../support/panels.ts'

const options = { skip: NO_BROWSER }
const METRICS = ['Power (kW)', 'Current (A)', 'Voltage (V)', 'Energy per reading (kWh)']

/** All panels of each page. */
const PANELS: Readonly<Record<string, readonly string[]>> = {
  '/': ['The building now', 'Floors', 'Trend', 'Active alerts', 'Totals'],
  '/floor/1': [...METRICS, 'Usual power by weekday and half hour'],
  '/alerts': ['Alerts', 'Why', 'Around the moment'],
  '/admin/thresholds': ['Default for all floors', 'Floor 1', 'Log in'],
  '/system': ['Pipeline', 'Store', 'Copies', 'Shards'],
}

/** A form and no data: it is never old. */
const FORMS = { 'Log in': 'ready' }
/** Parts of what has not come. */
const PARTS = { 'Around the moment': 'none', 'Floor 1': 'none', 'Log in': 'none' }
/** What a panel does in place of what all others do. */
const OTHERWISE: Readonly<Record<Trouble | 'stale', Readonly<Record<string, string>>>> = {
  loading: PARTS,
  error: PARTS,
  denied: PARTS,
  empty: {
    ...PARTS,
    ...FORMS,
    /** There is always a default, and copies that nobody tells of are said to be so. */
    'Default for all floors': 'ready',
    Copies: 'ready',
  },
  stale: FORMS,
}

const dashboard = await dashboardOfFile()
let chosen = 'none'

/** As an alert it would be active for some minutes, and this for as long as these tests run. */
function openIncident(floor: number): object {
  const incident = { id: `${floor}:kw:silent:1`, cause: 'silent', phase: 'opened' }
  const event = { tipo: 'meter_silent_kw', valore: 300, threshold: 300 }
  const eventi = [{ ...event, incident: { ...incident, severity: 'warning' } }]
  return { ...alertOf(floor, 1, ''), eventi }
}

/** A floor with readings, and an alert that is chosen on its page. */
async function fill({ send, raise, coordinatorUrl }: Dashboard): Promise<void> {
  /** So far apart that the newer one is not late while these tests run. */
  const before = { timestamp: new Date(Date.now() - 10 * 60_000).toISOString() }
  await send([quiet(1, before), quiet(1)])
  await raise(openIncident(1))
  await eventually(
    'the floor is known',
    async () => (await fetch(`${coordinatorUrl}/key/energy:p1:latest`)).ok,
  )
  const answer = await fetch(`${coordinatorUrl}/notifications`)
  const { items } = (await answer.json()) as { items: readonly { id: string }[] }
  chosen = encodeURIComponent(items[0]?.id ?? '')
}

function stack(): Dashboard {
  assert.ok(dashboard)
  return dashboard
}

/** All five pages at once, before a coordinator that is in this trouble. */
async function openAll(trouble?: Trouble): Promise<ReadonlyMap<string, Page>> {
  const prepare = async (page: Page) => {
    if (trouble) await troubled(page, trouble)
  }
  const opened = Object.keys(PANELS).map(async (path): Promise<[string, Page]> => {
    const alert = path === '/alerts' ? `&alert=${chosen}` : ''
    return [path, await stack().open(`${path}?lang=en${alert}`, { prepare })]
  })
  return new Map(await Promise.all(opened))
}

async function allAre(
  pages: ReadonlyMap<string, Page>,
  state: string,
  otherwise: Readonly<Record<string, string>> = {},
): Promise<void> {
  const checks = [...pages].map(async ([path, page]) => {
    const wanted = Object.fromEntries(
      (PANELS[path] ?? []).map((name) => [name, otherwise[name] ?? state]),
    )
    const isThere = ([, one]: readonly [string, string]) => one !== 'none'
    const expected = Object.fromEntries(Object.entries(wanted).filter(isThere))
    let last: unknown
    const isSo = async () => {
      last = await panelStates(page)
      assert.deepEqual(last, expected)
      return true
    }
    await eventually(`${path} is ${state}`, isSo, DRAWN_MS_MAX).catch(() =>
      assert.deepEqual(last, expected, path),
    )
  })
  await Promise.all(checks)
}

const closeAll = (pages: ReadonlyMap<string, Page>) =>
  Promise.all([...pages.values()].map((page) => page.close()))

const inState = (page: Page, state: string) => page.locator(`main [data-state="${state}"]`)

test('before the first reading, each panel says why, or what to do', options, async () => {
  const pages = await openAll('empty')
  await allAre(pages, 'empty', OTHERWISE.empty)
  for (const page of pages.values()) {
    for (const panel of await page.locator('.panel[data-state="empty"]').all()) {
      const text = (await panel.locator('.blank').textContent()) ?? ''
      assert.match(text, /\w+ \w+ .*\./, 'a sentence')
    }
  }
  await closeAll(pages)
})

test(
  'while nothing has come, each panel is a skeleton and says that it loads',
  options,
  async () => {
    await fill(stack())
    const pages = await openAll('loading')
    await allAre(pages, 'loading', OTHERWISE.loading)
    for (const page of pages.values()) {
      for (const panel of await page.locator('.panel[data-state="loading"]').all()) {
        await panel.locator('.mantine-Skeleton-root').waitFor()
        assert.equal(await panel.getByRole('status').textContent(), 'Loading…')
      }
    }
    await closeAll(pages)
  },
)

test('what fails says so in words, and comes back when it is tried again', options, async () => {
  const pages = await openAll('error')
  await allAre(pages, 'error', OTHERWISE.error)
  for (const page of pages.values()) {
    for (const panel of await page.locator('.panel[data-state="error"]').all()) {
      assert.match((await panel.getByRole('alert').textContent()) ?? '', /cannot answer now/)
    }
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await eventually(
      'every panel has been tried again',
      async () => {
        const [button] = await inState(page, 'error')
          .getByRole('button', { name: 'Try again' })
          .all()
        await button?.click({ timeout: 1_000 }).catch(() => {})
        return (await inState(page, 'error').count()) === 0
      },
      DRAWN_MS_MAX,
    )
  }
  await allAre(pages, 'ready')
  await closeAll(pages)
})

test('what is refused says what is needed', options, async () => {
  const pages = await openAll('denied')
  await allAre(pages, 'denied', OTHERWISE.denied)
  for (const page of pages.values()) {
    for (const panel of await page.locator('.panel[data-state="denied"]').all()) {
      await panel.getByText('An administrator’s log-in is needed').waitFor()
    }
  }
  await closeAll(pages)
})

test('cut off, each panel keeps what it has and says how old it is', options, async () => {
  const pages = await openAll()
  await allAre(pages, 'ready')
  stack().door.shut()
  await allAre(pages, 'stale', OTHERWISE.stale)
  for (const page of pages.values()) {
    for (const panel of await page.locator('.panel[data-state="stale"]').all()) {
      assert.match((await panel.locator('.pill').first().textContent()) ?? '', /as of \d+ .* ago/)
    }
  }
  stack().door.open()
  await allAre(pages, 'ready')
  await closeAll(pages)
})

test('a panel that fails does not blank the page', options, async () => {
  const page = await stack().open('/system?lang=en', {
    prepare: async (one) => {
      await one.route('**/api/v1/system', (route) => route.fulfill({ status: 500, json: {} }))
    },
  })
  const expected = { Pipeline: 'error', Copies: 'error', Store: 'ready', Shards: 'ready' }
  await eventually('the others stand', async () => {
    assert.deepEqual(await panelStates(page), expected)
    return true
  })
  await page.close()
})
