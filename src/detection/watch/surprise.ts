/**
 * Short-term surprise: spikes, steps, zeros. A least-squares model says what comes next; how far
 * off that is usual at this hour says how much to make of a difference.
 *
 * It expects two things at once, one from the readings as they were and one from readings whose
 * surprises were cut, and believes whichever came closer: so the way back from a spike is no
 * second surprise, and neither is what follows a step.
 */
import { FEATURES, featuresOf, type Witnesses } from './forecast.ts'
import { type Judgement, judge, type Terms } from './judgement.ts'
import { type LeastSquares, learn, predict, startLeastSquares } from './least-squares.ts'
import { EMPTY_SCALES, learnScale, type Scales, scaleOf } from './scale.ts'
import { EMPTY_TAIL, type Tail } from './tail.ts'
import { follow, startTrack, type Track } from './track.ts'

export interface Surprise {
  readonly actual: Track
  readonly clean: Track
  readonly model: LeastSquares | null
  /** Mean square of the first differences: the unit that the model starts with. */
  readonly power: number
  readonly readings: number
  readonly scales: Scales
  readonly up: Tail
  readonly down: Tail
}

export interface Moment {
  readonly timeMs: number
  readonly value: number
  readonly stepMs: number
  /** Cell of the hour of the week, see scale.ts. */
  readonly cell: number
  /** Deviations narrower than this have no meaning. */
  readonly scaleMin: number
  /** Steps that habits would bring now, see habits.ts. */
  readonly habitualSteps: readonly number[]
  readonly terms: Terms
}

export interface SurpriseStep {
  readonly surprise: Surprise
  readonly judgement: Judgement | undefined
  /** What was read, or what was expected where it alarmed. */
  readonly kept: number
  /** From the reading before, where it alarmed or was a habit; else 0. */
  readonly step: number
}

/** Readings before the model starts. */
const READINGS_FIRST = 24
/** The model remembers so many days, and never fewer readings than it can learn from. */
const MEMORY_DAYS = 42
const MEMORY_READINGS_MIN = 500
/** Residuals teach the model up to so many deviations, and the clean track up to so many. */
const MODEL_CLIP = 4
const TRACK_CLIP = 3
const HOUR_MS = 3_600_000
/** So fast a meter has shown hundreds of residuals in each half day. */
const FAST_STEP_MS = 90_000

export function startSurprise(value: number): Surprise {
  const track = startTrack(value)
  const start = { actual: track, clean: track, model: null, power: 0, readings: 0 }
  return { ...start, scales: EMPTY_SCALES, up: EMPTY_TAIL, down: EMPTY_TAIL }
}

/** After a gap nothing is expected; the tracks begin anew. */
export function afterGap(surprise: Surprise, value: number): SurpriseStep {
  const track = startTrack(value)
  const next = { ...surprise, actual: track, clean: track }
  return { surprise: next, judgement: undefined, kept: value, step: 0 }
}

export function stepSurprise(before: Surprise, moment: Moment, seen: Witnesses): SurpriseStep {
  if (!before.model) return firstReadings(before, moment.value)
  const model = before.model
  const features = [featuresOf(before.actual, seen), featuresOf(before.clean, seen)] as const
  const fromActual = moment.value - before.actual.last[0] - predict(model, features[0])
  const fromClean = moment.value - before.clean.last[0] - predict(model, features[1])
  const isActual = Math.abs(fromActual) <= Math.abs(fromClean)
  const residual = isActual ? fromActual : fromClean
  const scale = Math.max(scaleOf(before.scales, moment.cell), moment.scaleMin)
  const fromHabit = residualOfHabit(before, moment)
  if (Math.abs(fromHabit) < Math.abs(residual)) {
    return stepHabit(before, moment, fromHabit, fromClean, scale)
  }
  const judged = judgeResidual(before, moment, residual, scale)
  const alarmed = judged.judgement?.finding !== undefined
  const cut = alarmed ? 0 : clip(fromClean, TRACK_CLIP * scale)
  const kept = moment.value - fromClean + cut
  const surprise = {
    ...judged.surprise,
    actual: follow(before.actual, moment.value),
    clean: follow(before.clean, kept),
    readings: before.readings + 1,
  }
  const step = moment.value - before.actual.last[0]
  if (alarmed) return { surprise, judgement: judged.judgement, kept, step }
  const teaching = features[isActual ? 0 : 1]
  const learned = taught(surprise, model, teaching, residual, scale, moment)
  return { surprise: learned, judgement: judged.judgement, kept, step: 0 }
}

/** From the habit that comes nearest. */
function residualOfHabit({ actual }: Surprise, { value, habitualSteps }: Moment): number {
  let nearest = Number.POSITIVE_INFINITY
  for (const step of habitualSteps) {
    const residual = value - actual.last[0] - step
    if (Math.abs(residual) < Math.abs(nearest)) nearest = residual
  }
  return nearest
}

/**
 * The step of a habit is believed as it is. The model, which did not foresee it, learns nothing,
 * and the clean track goes on as was expected. A sharp way back may surprise until it is a habit.
 */
function stepHabit(
  before: Surprise,
  moment: Moment,
  residual: number,
  fromClean: number,
  scale: number,
): SurpriseStep {
  const { value } = moment
  const { surprise, judgement } = judgeResidual(before, moment, residual, scale)
  const expected = value - fromClean
  const [actual, clean] = [follow(before.actual, value), follow(before.clean, expected)]
  const next = { ...surprise, actual, clean, readings: before.readings + 1 }
  const isAlarmed = judgement?.finding !== undefined
  const difference = value - before.actual.last[0]
  const isStep = isAlarmed || Math.abs(residual) < Math.abs(difference)
  const kept = isAlarmed ? expected : value
  return { surprise: next, judgement, kept, step: isStep ? difference : 0 }
}

function firstReadings(before: Surprise, value: number): SurpriseStep {
  const difference = value - before.actual.last[0]
  const readings = before.readings + 1
  const power = before.power + difference * difference
  const isEnough = readings >= READINGS_FIRST && power > 0
  const track = follow(before.actual, value)
  const tracks = { ...before, readings, actual: track, clean: track }
  if (!isEnough)
    return { surprise: { ...tracks, power }, judgement: undefined, kept: value, step: 0 }
  const unit = (4 * power) / readings
  const surprise = { ...tracks, power: unit, model: startLeastSquares(FEATURES, unit) }
  return { surprise, judgement: undefined, kept: value, step: 0 }
}

function judgeResidual(before: Surprise, moment: Moment, residual: number, scale: number) {
  if (scale <= 0) return { surprise: before, judgement: undefined }
  const direction = residual > 0 ? 'up' : 'down'
  const judgement = judge(before[direction], {
    channel: 'surprise',
    direction,
    timeMs: moment.timeMs,
    value: moment.value,
    expected: moment.value - residual,
    scale,
    statistic: Math.abs(residual) / scale,
    terms: moment.terms,
    isSteady: moment.stepMs <= FAST_STEP_MS,
    isPaused: false,
  })
  return { surprise: { ...before, [direction]: judgement.tail }, judgement }
}

function taught(
  surprise: Surprise,
  model: LeastSquares,
  features: readonly number[],
  residual: number,
  scale: number,
  { cell, stepMs }: Moment,
): Surprise {
  const memory = Math.max(MEMORY_READINGS_MIN, (MEMORY_DAYS * 24 * HOUR_MS) / stepMs)
  const cut = scale > 0 ? clip(residual, MODEL_CLIP * scale) : residual
  return {
    ...surprise,
    model: learn(model, features, cut, memory, surprise.power),
    scales: learnScale(surprise.scales, cell, residual, HOUR_MS / stepMs),
  }
}

function clip(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value))
}
