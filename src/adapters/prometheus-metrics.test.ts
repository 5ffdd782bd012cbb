import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MetricRule } from './metric-rules.ts'
import { prometheusMetrics } from './prometheus-metrics.ts'

const RULES: readonly MetricRule[] = [
  {
    fact: 'stage.stored',
    type: 'counter',
    name: 'stage_records_total',
    help: 'Records.',
    amount: 'records',
  },
  {
    fact: 'stage.stored',
    type: 'histogram',
    name: 'stage_store_seconds',
    help: 'Time.',
    amount: 'tookMs',
    scale: 0.001,
  },
  {
    fact: 'stage.lag',
    type: 'gauge',
    name: 'stage_lag_records',
    help: 'Lag.',
    amount: 'records',
    labels: ['partition'],
  },
]

test('facts move the metrics of their rules, in base units', async () => {
  const metrics = prometheusMetrics(RULES)
  metrics.trace.note('info', { kind: 'stage.stored', records: 3, tookMs: 20 })
  metrics.trace.note('info', { kind: 'stage.stored', records: 4, tookMs: 30 })
  metrics.trace.note('info', { kind: 'stage.lag', records: 9, partition: 2 })
  metrics.gauge('keys', 'Keys.', () => 12)
  const text = await metrics.text()
  assert.match(text, /^energyguard_stage_records_total 7$/m)
  assert.match(text, /^energyguard_stage_store_seconds_sum 0\.05$/m)
  assert.match(text, /^energyguard_stage_lag_records\{partition="2"\} 9$/m)
  assert.match(text, /^energyguard_keys 12$/m)
})

test('a fact without a rule is still counted', async () => {
  const metrics = prometheusMetrics([])
  metrics.trace.note('warn', { kind: 'stage.odd' })
  const text = await metrics.text()
  assert.match(text, /^energyguard_facts_total\{kind="stage\.odd",level="warn"\} 1$/m)
})
