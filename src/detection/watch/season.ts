/**
 * Against what is usual at this weekday and time, on three time scales: the bin itself, the last
 * hours, and the level of the last days. A slow level follows the weather, within bounds.
 *
 * What alarms is not learned. When the level itself has changed, that is an alarm of its own which
 * asks for confirmation: until then the profile stays as it was and only the level follows, so
 * that the detector neither takes a fault for normal nor goes blind beside it.
 */
import { type Judgement, judge, type Terms } from './judgement.ts'
import { learnSlot, type Profile, shifted, startProfile, usualOf } from './profile.ts'
import { EMPTY_SCALES, learnScale, type Scales, scaleOf } from './scale.ts'
import { EMPTY_TAIL, type Tail, withoutResting } from './tail.ts'

const TAILS = ['seasonUp', 'seasonDown', 'hoursUp', 'hoursDown', 'levelUp', 'levelDown'] as const
type TailName = (typeof TAILS)[number]

export interface Season {
  readonly profile: Profile
  readonly scales: Scales
  /** How far the last days lie from the profile. */
  readonly level: number
  /** Mean deviation of the last hours, in usual deviations. */
  readonly hours: number
  readonly tails: Readonly<Record<TailName, Tail>>
  /** A changed level that nobody has confirmed yet. */
  readonly shift: Shift | null
  /** Hours that bins have alarmed without a break. */
  readonly alarmedHours: number
}

interface Shift {
  readonly sinceMs: number
  /** The largest that the level has been since. */
  readonly level: number
  /** The level before. */
  readonly before: number
  /** Hours for which bins have lain nearer to the level before. */
  readonly backHours: number
}

export interface Bin {
  readonly timeMs: number
  readonly mean: number
  readonly slot: number
  readonly cell: number
  readonly hoursLong: number
  readonly scaleMin: number
  /** Another channel found an anomaly in it. */
  readonly isAlarmed: boolean
  /** It is the mean of many readings. */
  readonly isSteady: boolean
  readonly terms: Terms
}

export interface SeasonStep {
  readonly season: Season
  readonly judgements: readonly Judgement[]
}

/** Half-life of the level. */
const LEVEL_HOURS = 48
/** A bin moves the level by at most so many usual deviations, and less when it alarmed. */
const LEVEL_CLIP = 3
const LEVEL_CLIP_ALARMED = 1
const HOURS_MEMORY = 5
/** Bins that alarm for so long are a changed level. */
const SHIFT_AFTER_HOURS = 24
/** A shift is over when bins have been back for so long. */
const BACK_HOURS = 3
/** Tails of bins do not learn for so long after a change of level. */
const PAUSE_MS = 14 * 86_400_000

export function startSeason(slotsPerDay: number): Season {
  const tails = Object.fromEntries(TAILS.map((name) => [name, EMPTY_TAIL])) as Season['tails']
  const start = { profile: startProfile(slotsPerDay), scales: EMPTY_SCALES, tails }
  return { ...start, level: 0, hours: 0, shift: null, alarmedHours: 0 }
}

/**
 * The level has changed for good, somebody says: it becomes the profile. The level alone follows a
 * large change for weeks; what it still lacks is how far the last hours lie from it.
 */
export function confirmShift(season: Season): Season {
  const { profile, level, hours, scales } = season
  const changed = shifted(profile, level + hours * scales.pooled)
  return { ...season, profile: changed, level: 0, hours: 0, shift: null, alarmedHours: 0 }
}

export function stepSeason(before: Season, bin: Bin): SeasonStep {
  const usual = usualOf(before.profile, bin.slot)
  if (usual === undefined) {
    return { season: learned(before, bin, 0, bin.isAlarmed), judgements: [] }
  }
  const isBack = isNearerToBefore(before, bin.mean - usual)
  const reference = isBack && before.shift ? before.shift.before : before.level
  const deviation = bin.mean - usual - reference
  const scale = Math.max(scaleOf(before.scales, bin.cell), bin.scaleMin)
  if (scale <= 0) return { season: learned(before, bin, deviation, bin.isAlarmed), judgements: [] }
  const weight = 1 - Math.exp(-bin.hoursLong / HOURS_MEMORY)
  const hours = before.hours + (deviation / scale - before.hours) * weight
  const judged = judgeAll({ ...before, hours }, bin, usual + reference, scale)
  const isAlarmed = judged.judgements.some(({ finding }) => finding)
  const alarmedHours = isAlarmed ? before.alarmedHours + bin.hoursLong : 0
  const counted = { ...judged.season, alarmedHours }
  const season = learned(counted, bin, deviation, isAlarmed || bin.isAlarmed)
  const { judgements } = judged
  return { season: withShift(season, bin, judgements, isBack), judgements }
}

function judgeAll(season: Season, bin: Bin, expected: number, scale: number): SeasonStep {
  const { timeMs, mean: value, isSteady, terms } = bin
  const { level, hours } = season
  const questions = [
    { channel: 'season', off: (value - expected) / scale, expected },
    { channel: 'hours', off: hours, expected: value - hours * scale },
    { channel: 'level', off: level / scale, expected: value - level },
  ] as const
  // A changed level that waits for confirmation has been told.
  const open = season.shift ? questions.slice(0, 2) : questions
  const about = { timeMs, value, scale, terms, isSteady, isPaused: isPaused(season, timeMs) }
  const tails = { ...season.tails }
  const judgements = open.map(({ channel, off, expected }) => {
    const direction = off > 0 ? 'up' : 'down'
    const name: TailName = off > 0 ? `${channel}Up` : `${channel}Down`
    const statistic = Math.abs(off)
    const judgement = judge(tails[name], { ...about, channel, direction, expected, statistic })
    tails[name] = judgement.tail
    return judgement
  })
  return { season: { ...season, tails }, judgements }
}

/** While a change of level is fresh nobody knows what is usual; tails would learn the change. */
function isPaused({ shift }: Season, timeMs: number): boolean {
  return shift !== null && timeMs - shift.sinceMs < PAUSE_MS
}

/** Opens a shift when the level says so or bins have alarmed for a day. */
function withShift(
  season: Season,
  bin: Bin,
  judgements: readonly Judgement[],
  isBack: boolean,
): Season {
  const { shift, level, alarmedHours } = season
  if (shift) return followed(season, shift, isBack ? shift.backHours + bin.hoursLong : 0)
  const isFound = judgements.some(({ finding }) => finding?.channel === 'level')
  if (!isFound && alarmedHours < SHIFT_AFTER_HOURS) return season
  const sinceMs = bin.timeMs - alarmedHours * 3_600_000
  const tails = unlearned(season.tails)
  return { ...season, tails, shift: { sinceMs, level, before: isFound ? 0 : level, backHours: 0 } }
}

/**
 * The days that led to a change of level were taken for usual. Tails of the level itself keep
 * them: they say how far it moves with the weather.
 */
function unlearned(tails: Season['tails']): Season['tails'] {
  const { seasonUp, seasonDown, hoursUp, hoursDown } = tails
  return {
    ...tails,
    seasonUp: withoutResting(seasonUp),
    seasonDown: withoutResting(seasonDown),
    hoursUp: withoutResting(hoursUp),
    hoursDown: withoutResting(hoursDown),
  }
}

/** A shift goes on, or is over: then things are as if it had never been. */
function followed(season: Season, shift: Shift, backHours: number): Season {
  if (backHours >= BACK_HOURS) return { ...season, level: shift.before, shift: null, hours: 0 }
  return { ...season, shift: { ...shift, level: larger(shift.level, season.level), backHours } }
}

function isNearerToBefore({ shift, level }: Season, deviation: number): boolean {
  return shift !== null && Math.abs(deviation - shift.before) < Math.abs(deviation - level)
}

export function larger(one: number, other: number): number {
  return Math.abs(other) > Math.abs(one) ? other : one
}

function learned(season: Season, bin: Bin, deviation: number, isAlarmed: boolean): Season {
  const scale = scaleOf(season.scales, bin.cell)
  const step = 1 - 0.5 ** (bin.hoursLong / LEVEL_HOURS)
  const isOutside = isAlarmed && !season.shift
  const clip = (isOutside ? LEVEL_CLIP_ALARMED : LEVEL_CLIP) * scale
  const limit = scale > 0 ? clip : Math.abs(deviation)
  const level = season.level + step * Math.max(-limit, Math.min(limit, deviation))
  if (season.shift || isAlarmed) return { ...season, level }
  return {
    ...season,
    level,
    scales: learnScale(season.scales, bin.cell, deviation, 1 / bin.hoursLong),
    profile: learnSlot(season.profile, bin.slot, bin.mean),
  }
}
