/**
 * The rules that somebody would try first, for the benchmark of detection: each is a score and a
 * limit of one fixed size for all meters.
 */
import { Backtest } from '../../src/detection/incidents/backtest.ts'
import { ORIGINAL_LIMITS, originalRule, type SeriesRule } from '../../src/detection/series-rule.ts'
import { learnSlot, startProfile, usualOf } from '../../src/detection/watch/profile.ts'
import { cellOf, EMPTY_SCALES, learnScale, scaleOf } from '../../src/detection/watch/scale.ts'

export const RULE_NAMES = ['watch', 'original', 'original, both ways', 'median'] as const
export type RuleName = (typeof RULE_NAMES)[number]

export const RULE_TEXTS: Readonly<Record<RuleName, string>> = {
  watch: 'watch',
  original: 'original: mean + 1.6 std of a half hour',
  'original, both ways': 'the same, 3 std, both ways',
  median: 'median and MAD of a slot, level, z > 5',
}

export interface BenchRule extends SeriesRule {
  /** What it would take to save it; 0 = it is not saved. */
  stateBytes(): number
}

const HOUR_MS = 3_600_000
const THURSDAY_MS = 3 * 24 * HOUR_MS
const SLOTS_PER_DAY = 24
/** What the page of the data says of the rule. */
const DEVIATIONS = 5
const LEVEL_HALF_LIFE_HOURS = 48
const LEVEL_CLIP = 3
/** A median absolute deviation of a normal value, in mean absolute deviations. */
const MAD_PER_MEAN = 0.845
const WARM_READINGS = 14 * 24

export function ruleOf(name: RuleName, budgetPerMonth: number): BenchRule {
  const both = { ...ORIGINAL_LIMITS, sigmas: 3, isBothWays: true }
  const made: Readonly<Record<RuleName, () => BenchRule>> = {
    watch: () => watched(budgetPerMonth),
    original: () => ({ ...originalRule('UTC'), stateBytes: () => 0 }),
    'original, both ways': () => ({ ...originalRule('UTC', both), stateBytes: () => 0 }),
    median: () => ({ ...medianRule(), stateBytes: () => 0 }),
  }
  return made[name]()
}

/** Through the incidents, as people would be told. */
function watched(budgetPerMonth: number): BenchRule {
  const options = { budgetPerMonth, timeZone: 'UTC', holidays: new Set<number>() }
  const backtest = new Backtest({ floor: 1, metric: 'kw' }, options)
  return {
    step: (timeMs, value) => backtest.take(timeMs, value),
    stateBytes: () => JSON.stringify(backtest.state() ?? null).length,
  }
}

/** Median of the slot over eight weeks, pooled deviation, a level that follows within two days. */
function medianRule(): SeriesRule {
  let profile = startProfile(SLOTS_PER_DAY)
  let scales = EMPTY_SCALES
  let level = 0
  let readings = 0
  let newestMs = 0
  return {
    step(timeMs, value) {
      const slot = Math.floor((timeMs + THURSDAY_MS) / HOUR_MS) % (7 * SLOTS_PER_DAY)
      const hours = readings > 0 ? Math.min(24, (timeMs - newestMs) / HOUR_MS) : 1
      newestMs = timeMs
      readings += hours
      const usual = usualOf(profile, slot) ?? value
      const deviation = value - usual - level
      const cell = cellOf(slot * 60)
      const scale = scaleOf(scales, cell)
      const score = scale > 0 ? Math.abs(deviation) / (scale * MAD_PER_MEAN * 1.4826) : 0
      const isAlert = readings > WARM_READINGS && score > DEVIATIONS
      if (!isAlert) {
        const clipped = Math.max(-LEVEL_CLIP * scale, Math.min(LEVEL_CLIP * scale, deviation))
        level += (1 - 0.5 ** (hours / LEVEL_HALF_LIFE_HOURS)) * clipped
        scales = learnScale(scales, cell, deviation, 1 / Math.max(hours, 0.01))
        profile = learnSlot(profile, slot, value)
      }
      return { score, isAlert }
    },
  }
}
