import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../adapters/seeded-random.ts'
import type { Reading } from '../model/reading.ts'
import { checkReading } from '../model/reading.ts'
import {
  type AnomalyLabel,
  DRIFT_STEPS_MAX,
  startBuilding,
  tick,
  usualKw,
} from './simulated-building.ts'
import { BUILDING_DEFAULTS, type BuildingOptions } from './simulator-options.ts'

/** Wednesday, noon in Rome. */
const WEDNESDAY_MS = Date.UTC(2026, 0, 7, 11)
const QUIET: Partial<BuildingOptions> = {
  ...{ noiseKwStd: 0, noiseAStd: 0, noiseVStd: 0, baselineJitterStd: 0 },
  ...{ anomalyRate: 0, kwhSpikeProb: 0, shiftProb: 0, driftStepKw: 0, driftStepV: 0 },
}

/** So short a time passes that the hour of the day stays what it is. */
const STEADY: Partial<BuildingOptions> = {
  ...{ intervalSeconds: 0.001, timeZone: 'Etc/GMT-2', baseKw: [20, 20, 20] },
}

interface Step {
  readonly readings: readonly Reading[]
  readonly labels: readonly AnomalyLabel[]
}

function run(
  ticks: number,
  some: Partial<BuildingOptions> = {},
  startMs = WEDNESDAY_MS,
  seed = 42,
) {
  const options = { ...BUILDING_DEFAULTS, ...some }
  let state = startBuilding(options, seededRandom(seed))
  const steps: Step[] = []
  for (let n = 0; n < ticks; n += 1) {
    const step = tick(state, startMs + n * options.intervalSeconds * 1000)
    state = step.state
    steps.push(step)
  }
  return { steps, state }
}

const near = (actual: number | undefined, expected: number, tolerance = 0.001) =>
  assert.ok(
    Math.abs((actual ?? Number.NaN) - expected) <= tolerance,
    `${actual} is not ${expected}`,
  )
const floorOf = (steps: readonly Step[], i: number) => steps.map((s) => s.readings[i] as Reading)
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

test('power follows the hour and the weekday by the formula', () => {
  for (const hour of [0, 6.5, 7, 13, 19, 23.75]) {
    const wave = 1 + 0.75 * Math.sin(((hour - 7) * Math.PI) / 12)
    near(usualKw(6, hour, false), 6 * wave * 1.02, 1e-9)
    near(usualKw(6, hour, true), 6 * wave * 0.88, 1e-9)
  }
  assert.equal(usualKw(-1, 12, false), 0)
})

test('without noise each floor has exactly its usual power, in the local time of the site', () => {
  const noon = 1 + 0.75 * Math.sin((5 * Math.PI) / 12)
  const { steps } = run(1, QUIET)
  assert.deepEqual(
    steps[0]?.readings.map((reading) => reading.piano),
    [1, 2, 3],
  )
  for (const [i, base] of [6.0, 6.6, 7.2].entries()) {
    near(floorOf(steps, i)[0]?.sensore2_kw, base * noon * 1.02)
  }
  for (const [day, factor] of [
    [9, 1.02],
    [10, 0.88],
    [11, 0.88],
    [12, 1.02],
  ] as const) {
    const { steps: ofDay } = run(1, QUIET, Date.UTC(2026, 0, day, 11))
    near(floorOf(ofDay, 0)[0]?.sensore2_kw, 6 * noon * factor)
  }
  const inUtc = run(1, { ...QUIET, timeZone: 'UTC' })
  near(floorOf(inUtc.steps, 0)[0]?.sensore2_kw, usualKw(6, 11, false))
})

test('current is power times the amperes of a kW, voltage is the base', () => {
  const [reading] = floorOf(run(1, QUIET).steps, 1)
  near(reading?.sensore3_corrente, (reading?.sensore2_kw ?? 0) * 2.8)
  assert.equal(reading?.sensore3_tensione, 227)
})

test('counters start at 900, 730 and 560 and grow by the energy of each tick', () => {
  const { steps } = run(40)
  for (const [i, start] of [900, 730, 560].entries()) {
    let counter = start
    for (const reading of floorOf(steps, i)) {
      const energy = ((reading.sensore2_kw ?? 0) * 30) / 3600
      near(reading.delta_kwh, energy * (reading.delta_kwh_multiplier ?? 1), 1e-6)
      counter += reading.delta_kwh ?? 0
      near(reading.sensore1_kwh, counter, 1e-5)
    }
  }
})

test('energy is power over the interval, so a faster pace has less of it', () => {
  const [slow] = floorOf(run(1, QUIET).steps, 0)
  const [fast] = floorOf(run(1, { ...QUIET, intervalSeconds: 5 }).steps, 0)
  near(fast?.delta_kwh, (slow?.delta_kwh ?? 0) / 6, 1e-6)
})

test('each noise has the deviation it was given', () => {
  const noisy = (some: Partial<BuildingOptions>) =>
    floorOf(run(3_000, { ...QUIET, ...STEADY, ...some }).steps, 0)
  const deviation = (values: readonly number[]) =>
    Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)))
  const volts = noisy({ noiseVStd: 4.5 }).map((one) => one.sensore3_tensione ?? 0)
  near(mean(volts), 227, 0.4)
  near(deviation(volts), 4.5, 0.3)
  near(deviation(noisy({ noiseKwStd: 1.4 }).map((one) => one.sensore2_kw ?? 0)), 1.4, 0.1)
  near(deviation(noisy({ noiseAStd: 0.45 }).map((one) => one.sensore3_corrente ?? 0)), 0.45, 0.03)
  const jitter = noisy({ baselineJitterStd: 0.35 }).map((one) => one.sensore2_kw ?? 0)
  near(deviation(jitter), 0.35 * usualKw(1, 13, false), 0.03)
})

test('whatever the noise, nothing is below zero', () => {
  const { steps } = run(300, { baseKw: [0, 0, 0], noiseKwStd: 9, noiseAStd: 9, noiseVStd: 400 })
  for (const { sensore2_kw, sensore3_corrente, sensore3_tensione } of floorOf(steps, 0)) {
    assert.ok(Math.min(sensore2_kw ?? -1, sensore3_corrente ?? -1, sensore3_tensione ?? -1) >= 0)
  }
})

test('drift steps every 8 ticks for power and every 16 for voltage, and stays bounded', () => {
  const driftOnly = { ...QUIET, driftStepV: 0.7, driftStepKw: 0.16, baseKw: [5, 5, 5] as const }
  const { steps, state } = run(2_000, { ...driftOnly, intervalSeconds: 0.001 })
  const changes = (values: readonly number[]) =>
    values.flatMap((value, n) => (n > 0 && Math.abs(value - (values[n - 1] ?? 0)) > 0.1 ? [n] : []))
  const [kw, volts] = [
    floorOf(steps, 0).map((one) => one.sensore2_kw ?? 0),
    floorOf(steps, 0).map((one) => one.sensore3_tensione ?? 0),
  ]
  assert.ok(changes(kw).every((n) => n % 8 === 0))
  assert.ok(changes(volts).every((n) => n % 16 === 0))
  assert.equal(changes(kw).length, Math.floor(1_999 / 8))
  assert.ok(Math.max(...volts) <= 227 + DRIFT_STEPS_MAX * 0.7 + 0.001)
  assert.ok(state.floors.every((floor) => Math.abs(floor.driftKwSteps) <= DRIFT_STEPS_MAX))
})

test('a shift multiplies the power for a while, and its label says until when', () => {
  const { steps } = run(200, { ...QUIET, shiftProb: 0.07, timeZone: 'UTC', baseKw: [6, 6, 6] })
  const labels = steps.flatMap((step) => step.labels).filter((label) => label.piano === 1)
  assert.ok(labels.length > 1)
  for (const label of labels) {
    assert.deepEqual([label.kind, label.factor], ['shift', 0.55])
    const lastsMs = Date.parse(label.until ?? '') - Date.parse(label.timestamp)
    assert.ok(lastsMs >= 160_000 && lastsMs <= 340_000)
  }
  for (const reading of floorOf(steps, 0)) {
    const inShift = labels.some(
      (label) => reading.timestamp >= label.timestamp && reading.timestamp < (label.until ?? ''),
    )
    const [, hour = '', minute = '', second = ''] =
      /T(\d\d):(\d\d):(\d\d)/.exec(reading.timestamp) ?? []
    const clock = Number(hour) + Number(minute) / 60 + Number(second) / 3600
    near(reading.sensore2_kw, usualKw(6, clock, false) * (inShift ? 0.55 : 1))
  }
})

test('a shift that follows another at once has a label of its own', () => {
  const { steps } = run(100, { ...QUIET, shiftProb: 1 })
  const labels = steps.flatMap((step) => step.labels).filter((label) => label.piano === 1)
  for (const { timestamp } of floorOf(steps, 0)) {
    const own = labels.filter((one) => one.timestamp <= timestamp && timestamp < (one.until ?? ''))
    assert.equal(own.length, 1, timestamp)
  }
})

test('outliers go through the sequence in turn, each labelled, each as strong as told', () => {
  const { steps } = run(8, { ...QUIET, anomalyRate: 1, timeZone: 'UTC', intervalSeconds: 1 })
  const kinds = steps.map((step) => step.labels.find((label) => label.piano === 2)?.kind)
  assert.deepEqual(kinds, ['kw', 'kw', 'a', 'v', 'kw', 'dkwh', 'v', 'a'])
  const strengths = steps.flatMap((step) => step.labels.filter((label) => label.piano === 2))
  assert.deepEqual(
    strengths.map(({ factor, bump }) => factor ?? `+${bump}`),
    [3, 3, 1.8, '+35', 3, 2.8, '+35', 1.8],
  )
  const usual = usualKw(6.6, 11, false)
  const [kw, , amp, volt, , energy] = floorOf(steps, 1)
  near(kw?.sensore2_kw, usual * 3, 0.01)
  near(kw?.sensore3_corrente, usual * 2.8 * (1 + 2 * 0.05), 0.01)
  near(amp?.sensore3_corrente, usual * 2.8 * 1.8, 0.05)
  near(amp?.sensore2_kw, usual, 0.01)
  near(volt?.sensore3_tensione, 227 + 35)
  assert.equal(energy?.delta_kwh_multiplier, 2.8)
  near(energy?.delta_kwh, ((energy?.sensore2_kw ?? 0) / 3600) * 2.8, 1e-6)
})

test('energy spikes come with their probability, noted in the reading and labelled', () => {
  const { steps } = run(2_000, { ...QUIET, kwhSpikeProb: 0.18 })
  const spikes = floorOf(steps, 2).filter((reading) => reading.delta_kwh_multiplier === 2.8)
  near(spikes.length / 2_000, 0.18, 0.03)
  const labelled = steps.flatMap((step) => step.labels).filter((label) => label.piano === 3)
  assert.deepEqual(
    labelled.map((label) => label.timestamp),
    spikes.map((reading) => reading.timestamp),
  )
})

test('anomalies come with their rate, for each floor and tick', () => {
  const { steps } = run(3_000, { ...QUIET, anomalyRate: 0.15 })
  for (const piano of [1, 2, 3]) {
    const labels = steps.flatMap((step) => step.labels).filter((label) => label.piano === piano)
    near(labels.length / 3_000, 0.15, 0.025)
  }
})

test('a building told to behave has no labels', () => {
  const quiet = { anomalyRate: 0, kwhSpikeProb: 0, shiftProb: 0 }
  assert.deepEqual(
    run(500, quiet).steps.flatMap((step) => step.labels),
    [],
  )
})

test('the same seed and start give the same stream, byte for byte; another seed does not', () => {
  const stream = (seed: number) => JSON.stringify(run(300, {}, WEDNESDAY_MS, seed).steps)
  assert.equal(stream(42), stream(42))
  assert.notEqual(stream(42), stream(43))
})

test('every reading passes the check that ingestion makes', () => {
  for (const step of run(500).steps) {
    for (const reading of step.readings) {
      const check = checkReading(JSON.stringify(reading), WEDNESDAY_MS + 24 * 3_600_000)
      assert.equal(check.kind, 'accepted', JSON.stringify(reading))
    }
  }
})

test('by default, with a reading every 5 s, a limit is passed within a minute at any hour', () => {
  const overLimit = (reading: Reading) =>
    (reading.sensore2_kw ?? 0) > 11 ||
    (reading.sensore3_corrente ?? 0) > 15 ||
    (reading.sensore3_tensione ?? 0) > 232 ||
    (reading.delta_kwh ?? 0) * 6 > 0.08
  for (let hour = 0; hour < 24; hour += 1) {
    for (let seed = 0; seed < 20; seed += 1) {
      const startMs = WEDNESDAY_MS + hour * 3_600_000
      const { steps } = run(12, { intervalSeconds: 5 }, startMs, seed)
      assert.ok(
        steps.some((step) => step.readings.some(overLimit)),
        `seed ${seed}, hour ${hour}`,
      )
    }
  }
})
