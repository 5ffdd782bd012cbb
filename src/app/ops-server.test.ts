import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prometheusMetrics } from '../adapters/prometheus-metrics.ts'
import { openOpsServer } from './ops-server.ts'

const ANY_PORT = { host: '127.0.0.1', port: 0 }

test('a stage tells whether it lives, whether it is ready, and its figures', async () => {
  let waitsFor: string | undefined = 'the store has 2 of 3 shards'
  const metrics = prometheusMetrics([])
  metrics.trace.note('info', { kind: 'ingestion.batch-stored' })
  const server = await openOpsServer(ANY_PORT, metrics, () => waitsFor)
  const ask = async (path: string) => {
    const response = await fetch(server.url + path)
    return [response.status, await response.text()] as const
  }
  assert.deepEqual(await ask('/livez'), [200, '{"status":"ok"}'])
  assert.deepEqual(await ask('/readyz'), [503, '{"detail":"the store has 2 of 3 shards"}'])
  waitsFor = undefined
  assert.deepEqual(await ask('/readyz'), [200, '{"status":"ok"}'])
  const [, text] = await ask('/metrics')
  assert.match(text, /energyguard_facts_total\{kind="ingestion.batch-stored",level="info"\} 1/)
  assert.equal((await ask('/else'))[0], 404)
  await server.close()
})

test('a taken port is an error that names the port and the setting', async () => {
  const metrics = prometheusMetrics([])
  const first = await openOpsServer(ANY_PORT, metrics, () => undefined)
  const port = Number(new URL(first.url).port)
  const second = openOpsServer({ ...ANY_PORT, port }, metrics, () => undefined)
  await assert.rejects(second, new RegExp(`Port ${port} is taken.*--ops-port`))
  await first.close()
})
