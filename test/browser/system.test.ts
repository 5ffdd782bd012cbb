/**
 * The System page before a store at work, and while the ring changes: what has moved, why it waits,
 * and how a change is taken back. And the one connection that stays through all pages.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { type Dashboard, dashboardOfFile, NO_BROWSER, quiet } from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'

const dashboard = await dashboardOfFile()
const options = { skip: NO_BROWSER }
await dashboard?.send([1, 2, 3].map((floor) => quiet(floor)))

function stack(): Dashboard {
  assert.ok(dashboard)
  return dashboard
}

const KEYS_READ = 40

/**
 * Of no reads nobody can say how many were hits, and reads that come together are asked of as few
 * shards as can answer them: one by one each goes where its own key lies.
 */
async function readOneByOne(): Promise<void> {
  for (let n = 0; n < KEYS_READ; n += 1) await fetch(`${stack().coordinatorUrl}/key/note:${n}`)
}

test('the stages, the copies and the shards of a store at work', options, async () => {
  const page = await stack().open('/system?lang=en')
  await page.getByText('Every key can be read and written').waitFor()
  await page.locator('[data-care="here"]').waitFor()
  const shards = page.locator('.panel', { has: page.getByRole('heading', { name: 'Shards' }) })
  await eventually('three shards say how their memory does', async () => {
    await readOneByOne()
    const rows = await shards.locator('tbody tr').allTextContents()
    return rows.length === 3 && rows.every((row) => /up.*\d %/.test(row))
  })
  await page.close()
})

const CHANGE = {
  ...{ kind: 'add', partitions_left: 16, partitions_total: 64 },
  ...{ rows_moved: 12_345, bytes_moved: 2_345_678, waiting_for: 'shard kv4 does not answer' },
}

/** The coordinator's own answer, but with a change under way. */
async function changing(page: Page): Promise<void> {
  await page.route('**/sharding/info', async (route) => {
    const response = await route.fetch()
    const info = (await response.json()) as object
    await route.fulfill({ json: { ...info, rebalance: CHANGE } })
  })
}

test('a change tells how far it is and why it waits, and can be taken back', options, async () => {
  const page = await stack().open('/system?lang=en', { prepare: changing })
  await page.getByText('48 of 64 partitions moved').waitFor()
  await page.getByText('12,345 rows, 2.3 MB carried so far').waitFor()
  await page.getByText('It waits: shard kv4 does not answer').waitFor()
  const sent = page.waitForRequest('**/sharding/cancel')
  await page.getByRole('button', { name: 'Take the change back' }).click()
  assert.equal((await sent).method(), 'POST')
  await page.unrouteAll({ behavior: 'wait' })
  await page.close()
})

test('a shard that does not answer is refused, with the reason', options, async () => {
  const page = await stack().open('/system?lang=en')
  await page.getByLabel('Address of a shard').fill('http://127.0.0.1:9')
  await page.getByRole('button', { name: 'Add shard' }).click()
  await page.getByRole('alert').filter({ hasText: 'Refused' }).waitFor()
  await page.close()
})

test('one connection carries everything, whatever page is shown', options, async () => {
  const streams: string[] = []
  const isStream = /\/(api\/v1\/live|anomalies\/stream)$/
  const page = await stack().open('/?lang=en', {
    prepare: async (one) => {
      one.on('request', (request) => {
        if (isStream.test(new URL(request.url()).pathname)) streams.push(request.url())
      })
    },
  })
  for (const name of ['Alerts', 'Thresholds', 'System', 'Floor', 'Now']) {
    await page.getByRole('link', { name, exact: true }).click()
    await page.locator('[data-connection="live"]').waitFor()
  }
  await stack().send([quiet(2, { sensore2_kw: 14.5 })])
  /** Both at once: a toast goes after a while, whatever else is waited for. */
  await Promise.all([
    page.locator('[data-floor="2"] [data-metric="kw"][data-over="true"]').waitFor(),
    page.locator('.mantine-Notification-root').first().waitFor(),
  ])
  assert.deepEqual(
    streams.map((url) => new URL(url).pathname),
    ['/api/v1/live'],
  )
  await page.close()
})
