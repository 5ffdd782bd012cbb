/**
 * Panels as a person meets them: which a page has, in which state each is, and a coordinator that
 * keeps silent, has no system behind it, fails or refuses, in place of the real one.
 */
import type { Page, Route } from 'playwright-core'
import { eventually } from './eventually.ts'

export type Trouble = 'loading' | 'empty' | 'error' | 'denied'

/** Five pages at once on a machine that has other things to do. */
export const DRAWN_MS_MAX = 60_000

/** No panel of the page is loading any more, and one is there. */
export async function settled(page: Page): Promise<void> {
  const isSettled = async () => {
    const states = Object.values(await panelStates(page))
    return states.length > 0 && !states.includes('loading')
  }
  await eventually('all panels are there', isSettled, DRAWN_MS_MAX)
}

/** By the panel's name; those that count are named by what they count. */
export async function panelStates(page: Page): Promise<Readonly<Record<string, string>>> {
  const pairs = await page.locator('main [data-state]').evaluateAll((all) =>
    all.map((one): [string, string] => {
      const heading = one.querySelector('h2')?.textContent
      const name = heading ?? one.getAttribute('aria-label') ?? ''
      return [name, one.getAttribute('data-state') ?? '']
    }),
  )
  return Object.fromEntries(pairs.map(([name, state]) => [nameOf(name), state]))
}

function nameOf(title: string): string {
  return title.replace(/^\d+ alerts?$/, 'Alerts').replace(/^Total of .*/, 'Totals')
}

/** A building without floors is empty by itself; these make a system without stages and shards. */
const NOTHING: readonly (readonly [RegExp, object])[] = [
  [/\/api\/v1\/system/, { pipeline: [] }],
  [/\/sharding\/info/, { nodes: [], total_nodes: 0, replication_factor: 3 }],
]

/** Every question that the page asks meets the trouble; the page itself and its files do not. */
export async function troubled(page: Page, trouble: Trouble): Promise<void> {
  if (trouble === 'loading') await waitForEver(page)
  await page.route('**/*', (route) =>
    route.request().resourceType() === 'fetch' ? answers[trouble](route) : route.continue(),
  )
}

/** Who looks may be slow, and what is not answered would be given up meanwhile. */
async function waitForEver(page: Page): Promise<void> {
  await page.clock.setFixedTime(Date.now())
  await page.addInitScript('AbortSignal.timeout = () => new AbortController().signal')
}

const answers: Readonly<Record<Trouble, (route: Route) => Promise<void>>> = {
  loading: () => new Promise<void>(() => {}),
  error: (route) => route.fulfill({ status: 503, json: { detail: 'no quorum' } }),
  denied: (route) => route.fulfill({ status: 403, json: { detail: 'not you' } }),
  empty: async (route) => {
    const url = route.request().url()
    const nothing = NOTHING.find(([path]) => path.test(url))
    return nothing ? route.fulfill({ json: nothing[1] }) : route.continue()
  },
}
