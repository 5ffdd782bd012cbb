/**
 * The deployment of compose.yaml without a container engine: every service's own command runs as a
 * plain process, in the order of the file, on a real broker, and does its work. Then everything is
 * stopped and comes up once more on the same data, which is what most people do to a deployment;
 * this time with the watch in place of the original rule.
 */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { readComposeFile } from '../support/compose-file.ts'
import { placeFor, secretOf, urlOf } from '../support/compose-place.ts'
import { type Place, planOf } from '../support/compose-plan.ts'
import { type ComposeProcesses, composeProcesses } from '../support/compose-processes.ts'
import { eventually } from '../support/eventually.ts'
import { ownKafka } from '../support/shared-kafka.ts'

const file = readComposeFile()
const readingAnswer = z.object({ value: z.object({ piano: z.literal(1), timestamp: z.string() }) })
const ringAnswer = z.object({
  total_nodes: z.literal(3),
  replication_factor: z.literal(3),
  nodes: z.array(z.string()),
})
const thresholdsAnswer = z.object({ default: z.object({ kw_max: z.number() }) })
const { bootstrap: broker, skip } = await ownKafka()
/** For plans that nobody starts. */
const NO_BROKER = '127.0.0.1:9'

test('every service starts by its own command, works, stops, comes up again', {
  skip,
}, async (t) => {
  const place = await placeFor(file, broker)

  const first = await bringUp(t, place)
  const timestamp = await readingArrives(place)
  await loginGivesTheToken(place)
  await bothCoordinatorsShowTheSame(place)
  const secret = secretOf(place, 'admin_pass')
  await aReadingIsJudged(first)
  await everythingStops(first)

  const watching = readComposeFile({ DETECTION_RULE: 'watch' })
  const second = await bringUp(t, place, watching)
  await theWatchKnowsWhatTheLogKnows(second)
  assert.equal(secretOf(place, 'admin_pass'), secret, 'the secrets are kept')
  await readingArrives(place, `/key/energy:p1:${timestamp}`)
  await bothCoordinatorsShowTheSame(place)
  await everythingStops(second)
  assert.deepEqual(straysIn(place), [], 'nothing is written outside of the volumes')
})

test('the jobs that come first make the secrets and a folder for each shard', async (t) => {
  const place = await placeFor(file, NO_BROKER)
  const jobs = planOf(file, place).filter(({ name }) => ['secrets', 'folders'].includes(name))
  const processes = composeProcesses(jobs, place.folder)
  t.after(() => processes.kill())
  await processes.start()
  assert.deepEqual(readdirSync(join(place.folder, 'data')).sort(), ['kv1', 'kv2', 'kv3'])
  assert.match(processes.output('secrets'), /^made .*admin_token$/m)
  assert.ok(secretOf(place, 'admin_pass').length > 0)
})

test('no name that only containers know is left in the commands', async () => {
  const place = await placeFor(file, NO_BROKER)
  for (const { name, command, environment } of planOf(file, place)) {
    for (const word of [...command, ...Object.values(environment)]) {
      assert.doesNotMatch(word, /^\/(data|secrets|app)\b|\b(kv\d|coordinator|kafka):\d/, name)
    }
  }
})

async function bringUp(t: TestContext, place: Place, chosen = file): Promise<ComposeProcesses> {
  const processes = composeProcesses(planOf(chosen, place), place.folder)
  t.after(() => processes.kill())
  await processes.start()
  return processes
}

/** And committed: what nobody had judged yet, the watch need not read once more. */
async function aReadingIsJudged(processes: ComposeProcesses): Promise<void> {
  const [, url] = processes.said('anomaly_detector', /ready at (\S+)/) ?? []
  await eventually('the detector has judged a reading', async () => {
    const metrics = await (await fetch(`${url}/metrics`)).text()
    return /^energyguard_detection_readings_total\S* [1-9]/m.test(metrics)
  })
}

/** It reads what was sent before it was chosen. */
async function theWatchKnowsWhatTheLogKnows(processes: ComposeProcesses): Promise<void> {
  const isRead = () => processes.said('anomaly_detector', /detection\.readings-read-again/)
  await eventually('the watch has read the readings before it', isRead, 60_000)
}

/** The reading's own timestamp. */
async function readingArrives(place: Place, path = '/key/energy:p1:latest'): Promise<string> {
  const url = `${urlOf(place, 'coordinator:8000')}${path}`
  const answer = await eventually(`a reading under ${path}`, () => getJson(url), 60_000)
  return readingAnswer.parse(answer).value.timestamp
}

async function loginGivesTheToken(place: Place): Promise<void> {
  const logIn = (password: string) =>
    fetch(`${urlOf(place, 'login:7000')}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password }),
    })
  assert.equal((await logIn('admin')).status, 401, 'the well-known password is not taken')
  const answer = await logIn(secretOf(place, 'admin_pass'))
  assert.equal(answer.status, 200)
  assert.deepEqual(await answer.json(), { token: secretOf(place, 'admin_token') })
}

async function bothCoordinatorsShowTheSame(place: Place): Promise<void> {
  const urls = [urlOf(place, 'coordinator:8000'), urlOf(place, 'webapp:3000')]
  const [ring, other] = await Promise.all(
    urls.map(async (url) => ringAnswer.parse(await getJson(`${url}/sharding/info`))),
  )
  assert.deepEqual(ring, other)
  const thresholds = { default: { kw_max: 12 }, per_floor: {} }
  const answer = await fetch(`${urls[0]}/admin/thresholds`, {
    method: 'PUT',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${secretOf(place, 'admin_token')}`,
    },
    body: JSON.stringify(thresholds),
  })
  assert.equal(answer.status, 200)
  await eventually('the other coordinator shows the new threshold', async () => {
    const shown = thresholdsAnswer.parse(await getJson(`${urls[1]}/admin/thresholds`))
    return shown.default.kw_max === 12
  })
}

async function everythingStops(processes: ComposeProcesses): Promise<void> {
  const exits = await processes.stop()
  const wrong = Object.entries(exits).filter(([, code]) => code !== 0)
  assert.deepEqual(
    wrong.map(([name, code]) => `${name} ended with ${code}: ${processes.output(name)}`),
    [],
  )
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url)
  assert.equal(response.status, 200, url)
  return response.json()
}

/** What a process wrote into its working folder, which belongs to root in the image. */
function straysIn({ folder }: Place): readonly string[] {
  const names = readdirSync(join(folder, 'working'), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.includes('/'))
}
