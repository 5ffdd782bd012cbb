/**
 * The generalised Pareto distribution of excesses over a level, fitted in one of two manners.
 *
 * `moments`: probability-weighted moments (Hosking and Wallis 1987). Efficient, for statistics with
 * thousands of values behind them, whose tails differ from meter to meter.
 * `quantiles`: through the values that half and an eighth of the excesses pass, a relative of
 * Pickands' estimator (1975) with a closed form. An anomaly then counts as one more large value,
 * whatever its size; for slow statistics, where one episode fills a part of all half days.
 *
 * The shape is drawn towards one that is usual: a dozen excesses say little about it, and the rate
 * of rare values rests on it more than on anything else. Usual is an exponential tail, and a
 * lighter one where each value is the mean of many readings: such means are nearly normal.
 *
 * A light tail that is followed far enough ends, and nothing could come from beyond its end: a few
 * weeks never say that. So a tail is light only as far as it has been seen, to where one of its
 * excesses lies, and goes on from there as an exponential one of the width that it has there.
 */
export const FIT_MANNERS = ['moments', 'quantiles'] as const
export type FitManner = (typeof FIT_MANNERS)[number]

export interface Fitting {
  readonly fit: FitManner
  /** The values are means of many readings. */
  readonly isSteady: boolean
}

export interface ParetoFit {
  /** The level that excesses are counted from. */
  readonly level: number
  readonly scale: number
  readonly shape: number
  /** Part of all values that lies over the level. */
  readonly part: number
  /** How many values that are. */
  readonly count: number
}

/** The usual shape and how many excesses it weighs as much as; where the shape of the data ends. */
interface ShapePrior {
  readonly usual: number
  readonly weight: number
  readonly min: number
  readonly max: number
}

const PRIORS: Readonly<Record<FitManner, ShapePrior>> = {
  moments: { usual: 0, weight: 20, min: -0.2, max: 0.6 },
  quantiles: { usual: 0, weight: 60, min: -0.1, max: 0.25 },
}
/** Normal tails over the range that matters here are about as light as this. */
const STEADY_PRIOR: ShapePrior = { usual: -0.15, weight: 60, min: -0.25, max: 0.25 }

const SHAPE_NONE = 1e-6
/** Narrower excesses than this part of the level are taken as that wide. */
const SCALE_PART_MIN = 0.02
const SCALE_MIN = 1e-9

/** `sorted` rising; the `count` largest are the excesses. */
export function fitExcesses(
  sorted: ArrayLike<number>,
  count: number,
  { fit, isSteady }: Fitting,
): ParetoFit {
  const above = Math.min(count, sorted.length - 1)
  const level = sorted[sorted.length - 1 - above] ?? 0
  const prior = isSteady && fit === 'quantiles' ? STEADY_PRIOR : PRIORS[fit]
  const find = fit === 'moments' ? byMoments : byQuantiles
  const found = find(sorted, above, level, prior)
  const scale = Math.max(found.scale, Math.abs(level) * SCALE_PART_MIN, SCALE_MIN)
  return { level, scale, shape: found.shape, part: above / sorted.length, count: above }
}

interface Found {
  readonly scale: number
  readonly shape: number
}

function byMoments(
  sorted: ArrayLike<number>,
  above: number,
  level: number,
  prior: ShapePrior,
): Found {
  let sum = 0
  let weighted = 0
  for (let rank = 0; rank < above; rank += 1) {
    const excess = (sorted[sorted.length - above + rank] ?? level) - level
    sum += excess
    weighted += excess * ((above - rank - 0.65) / above)
  }
  const mean = sum / above
  const spread = mean - (2 * weighted) / above
  const shape = drawn(prior, spread > 0 ? 2 - mean / spread : Infinity, above)
  return { shape, scale: mean * (1 - shape) }
}

/** With y = 2^shape the quotient of the two quantiles is y^2 + y + 1. */
function byQuantiles(
  sorted: ArrayLike<number>,
  above: number,
  level: number,
  prior: ShapePrior,
): Found {
  const half = quantileAt(sorted, above, 1 / 2) - level
  const eighth = quantileAt(sorted, above, 1 / 8) - level
  const quotient = half > 0 ? eighth / half : Number.POSITIVE_INFINITY
  const found = Math.log2((Math.sqrt(Math.max(1, 4 * quotient - 3)) - 1) / 2)
  const shape = drawn(prior, found, above)
  const scale = isExponential(shape) ? half / Math.LN2 : (half * shape) / (2 ** shape - 1)
  return { shape, scale }
}

function drawn({ usual, weight, min, max }: ShapePrior, shape: number, count: number): number {
  const bounded = Math.min(max, Math.max(min, shape))
  return (bounded * count + usual * weight) / (count + weight)
}

/** The value that this part of the `above` largest lies over, between two ranks as a line. */
function quantileAt(sorted: ArrayLike<number>, above: number, part: number): number {
  const place = sorted.length - 0.5 - above * part
  const rank = Math.min(sorted.length - 1, Math.floor(place))
  const low = sorted[rank] ?? 0
  const high = sorted[Math.min(sorted.length - 1, rank + 1)] ?? low
  return low + (high - low) * (place - rank)
}

function isExponential(shape: number): boolean {
  return Math.abs(shape) < SHAPE_NONE
}

/** Part of all values that reaches `value`; 1 below the level, where nothing is rare. */
export function survivalOf(fit: ParetoFit, value: number): number {
  if (value <= fit.level) return 1
  return fit.part * Math.exp(-rarityOf(fit, (value - fit.level) / fit.scale))
}

/** The value that this part of all values reaches. */
export function quantileOf(fit: ParetoFit, survival: number): number {
  return fit.level + fit.scale * excessOf(fit, Math.log(Math.max(1, fit.part / survival)))
}

/** How rare an excess is among excesses, as minus the logarithm of the part that reaches it. */
function rarityOf({ shape, count }: ParetoFit, excess: number): number {
  const seen = Math.log(count)
  const edge = shape < 0 ? growth(shape, seen) : Number.POSITIVE_INFINITY
  if (excess > edge) return seen + (excess - edge) / Math.exp(shape * seen)
  return isExponential(shape) ? excess : Math.log1p(shape * excess) / shape
}

/** The inverse. */
function excessOf({ shape, count }: ParetoFit, rarity: number): number {
  const seen = Math.log(count)
  if (shape >= 0 || rarity <= seen) return growth(shape, rarity)
  return growth(shape, seen) + (rarity - seen) * Math.exp(shape * seen)
}

/** The excess that is as rare, were the tail to go on as it is. */
function growth(shape: number, rarity: number): number {
  return isExponential(shape) ? rarity : Math.expm1(shape * rarity) / shape
}
