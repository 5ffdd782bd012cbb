import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../test/support/manual-clock.ts'
import { pipelineReport } from './pipeline-report.ts'
import { PipelineTally, RATE_WINDOW_MS } from './pipeline-tally.ts'

test('a rate is the mean of the last minute, or of the time there was', async () => {
  const clock = manualClock()
  const tally = new PipelineTally(clock)
  await clock.advance(10_000)
  tally.note('debug', { kind: 'ingestion.batch-stored', readings: 50 })
  assert.equal(tally.of('ingestion').ratePerSecond, 5)
  await clock.advance(50_000)
  tally.note('debug', { kind: 'ingestion.batch-stored', readings: 70 })
  assert.equal(tally.of('ingestion').ratePerSecond, 2)
  await clock.advance(RATE_WINDOW_MS - 1_000)
  assert.equal(tally.of('ingestion').ratePerSecond, 70 / 60)
  await clock.advance(1_000)
  assert.equal(tally.of('ingestion').ratePerSecond, 0)
})

test('each stage has its own work, and what goes wrong in it', () => {
  const tally = new PipelineTally(manualClock())
  tally.note('debug', { kind: 'simulator.tick', readings: 1 })
  tally.note('debug', { kind: 'detection.batch-judged', judged: 2 })
  tally.note('warn', { kind: 'detection.batch-fenced' })
  tally.note('debug', { kind: 'archive.batch-stored', alerts: 3 })
  tally.note('error', { kind: 'archive.refused' })
  tally.note('debug', { kind: 'live.readings', readings: 4 })
  tally.note('info', { kind: 'live.ready' })
  tally.note('error', { kind: 'shard.broken' })
  const all = (['simulator', 'ingestion', 'detection', 'archive', 'live'] as const).map((stage) => {
    const { ratePerSecond, errors } = tally.of(stage)
    return [ratePerSecond, errors]
  })
  assert.deepEqual(all, [
    [1, 0],
    [0, 0],
    [2, 1],
    [3, 1],
    [4, 0],
  ])
})

const OPTIONS = {
  stages: ['simulator', 'ingestion', 'detection', 'archive'],
  readingsTopic: 'readings',
  ingestionGroup: 'ours',
} as const

test('what waits for a stage is asked of the log, in its own group', async () => {
  const asked: string[] = []
  const lag = async (topic: string, group: string) => {
    asked.push(`${topic} ${group}`)
    return [3, 4].map((records, partition) => ({ partition, records }))
  }
  const clock = manualClock()
  const report = pipelineReport({ clock, log: { lag }, tally: new PipelineTally(clock) }, OPTIONS)
  const told = await report()
  assert.deepEqual(
    told.map(({ stage, lag: waiting }) => [stage, waiting]),
    [
      ['simulator', null],
      ['ingestion', 7],
      ['detection', 7],
      ['archive', 7],
    ],
  )
  assert.deepEqual(asked, [
    'readings ours',
    'readings energyguard-detector',
    'energyguard.alerts energyguard-alert-archive',
  ])
})

test('a log that refuses or is silent leaves unknown what waits, and holds nobody up', async () => {
  const clock = manualClock()
  const tally = new PipelineTally(clock)
  const refusing = { lag: () => Promise.reject(new Error('away')) }
  const silent = { lag: () => new Promise<never>(() => {}) }
  const lags = async (log: typeof refusing | typeof silent) => {
    const asked = pipelineReport({ clock, log, tally }, OPTIONS)()
    await clock.advance(1_000)
    return (await asked).map(({ lag }) => lag)
  }
  assert.deepEqual(await lags(refusing), [null, null, null, null])
  assert.deepEqual(await lags(silent), [null, null, null, null])
})
