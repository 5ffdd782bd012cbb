/**
 * The service `webapp` of compose.yaml by its own command: the dashboard on a port of its own,
 * which shows and changes what the coordinator beside it does. Without a broker, since a dashboard
 * must come up where the log is away.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { readComposeFile } from '../support/compose-file.ts'
import { placeFor, secretOf, urlOf } from '../support/compose-place.ts'
import { type Place, planOf } from '../support/compose-plan.ts'
import { composeProcesses } from '../support/compose-processes.ts'
import { eventually } from '../support/eventually.ts'
import { ROOT_DIR } from '../support/process.ts'
import { wireClient } from '../support/wire-client.ts'

const SERVICES = ['secrets', 'folders', 'kv1', 'kv2', 'kv3', 'coordinator', 'login', 'webapp']
const NO_BROKER = '127.0.0.1:9'
const opened = { headers: { accept: 'text/html' } }

test('the service webapp serves the dashboard and all that it asks for', async (t) => {
  /** As the image has it from its own stage. */
  execFileSync(process.execPath, [join(ROOT_DIR, 'scripts/build-webapp.ts')], { stdio: 'ignore' })
  const file = readComposeFile()
  const place = await placeFor(file, NO_BROKER)
  const plan = planOf(file, place)
    .filter(({ name }) => SERVICES.includes(name))
    .map((one) => ({ ...one, waitsFor: one.waitsFor.filter((name) => SERVICES.includes(name)) }))
  const processes = composeProcesses(plan, place.folder)
  t.after(() => processes.kill())
  await processes.start()
  await pagesAreServed(place)
  await theLoginTakesThePage(place)
  await bothShowTheSame(place)
})

async function pagesAreServed(place: Place): Promise<void> {
  const client = wireClient(urlOf(place, 'webapp:3000'))
  for (const path of ['/', '/alerts', '/floor/2', '/admin/thresholds', '/system']) {
    const { status, text, headers } = await client.get(path, opened)
    assert.equal(status, 200, path)
    assert.match(String(headers['content-security-policy']), /script-src 'self';/)
    const [, script = ''] = /<script type="module"[^>]* src="([^"]+)"/.exec(text) ?? []
    const { status: loaded, headers: facts } = await client.get(script)
    assert.deepEqual([loaded, facts['content-type']], [200, 'text/javascript; charset=utf-8'])
    assert.match(String(facts['cache-control']), /immutable/)
  }
}

/** The page asks its own port first, is told that there is none, and goes to the login's. */
async function theLoginTakesThePage(place: Place): Promise<void> {
  const page = urlOf(place, 'webapp:3000')
  const body = { username: 'admin', password: secretOf(place, 'admin_pass') }
  const headers = { origin: page }
  assert.equal((await wireClient(page).post('/login', body, { headers })).status, 404)
  const login = wireClient(urlOf(place, 'login:7000'))
  const answer = await login.post('/login', body, { headers })
  assert.equal(answer.headers['access-control-allow-origin'], page)
  assert.deepEqual(answer.body, { token: secretOf(place, 'admin_token') })
}

async function bothShowTheSame(place: Place): Promise<void> {
  const [webapp, coordinator] = ['webapp:3000', 'coordinator:8000'].map((endpoint) =>
    wireClient(urlOf(place, endpoint)),
  )
  assert.ok(webapp && coordinator)
  await eventually('both go by the ring of all three shards', async () => {
    const infos = [await webapp.get('/sharding/info'), await coordinator.get('/sharding/info')]
    return infos.every(({ body }) => body.total_nodes === 3 && body.reachable === true)
  })
  const authorization = `Bearer ${secretOf(place, 'admin_token')}`
  const wanted = { default: { kw_max: 12.5 }, per_floor: {} }
  const headers = { authorization }
  assert.equal((await webapp.put('/admin/thresholds', wanted)).status, 401)
  const saved = await webapp.put('/admin/thresholds', wanted, { headers })
  assert.equal(saved.status, 200, saved.text)
  await eventually('the coordinator goes by what was saved at the dashboard', async () => {
    const { body } = await coordinator.get('/admin/thresholds')
    return (body.default as { kw_max: number }).kw_max === 12.5
  })
}
