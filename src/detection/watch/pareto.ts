/**
 * The generalised Pareto distribution of excesses over a level, fitted by probability-weighted
 * moments (Hosking and Wallis 1987), which stay sound for few values. The shape is drawn towards
 * one that is usual: with a dozen excesses the data say little about it, and extrapolation rests on
 * it more than on anything else.
 */
export interface ParetoFit {
  /** The level that excesses are counted from. */
  readonly level: number
  readonly scale: number
  readonly shape: number
  /** Part of all values that lies over the level. */
  readonly part: number
}

const SHAPE_USUAL = 0
/** The usual shape weighs as much as so many excesses. */
const SHAPE_WEIGHT = 40
const SHAPE_MIN = 0
const SHAPE_MAX = 0.6
/** Narrower excesses than this part of the level are taken as that wide. */
const SCALE_PART_MIN = 0.02

/** `sorted` rising; the `count` largest are the excesses. */
export function fitExcesses(sorted: ArrayLike<number>, count: number): ParetoFit {
  const above = Math.min(count, sorted.length - 1)
  const level = sorted[sorted.length - 1 - above] ?? 0
  let sum = 0
  let weighted = 0
  for (let rank = 0; rank < above; rank += 1) {
    const excess = (sorted[sorted.length - above + rank] ?? level) - level
    sum += excess
    weighted += excess * ((above - rank - 0.65) / above)
  }
  const mean = sum / above
  const shape = shapeOf(mean, weighted / above, above)
  const scale = Math.max(mean * (1 - shape), Math.abs(level) * SCALE_PART_MIN, 1e-9)
  return { level, scale, shape, part: above / sorted.length }
}

function shapeOf(mean: number, weighted: number, count: number): number {
  const spread = mean - 2 * weighted
  const found = spread > 0 ? 2 - mean / spread : SHAPE_MAX
  const bounded = Math.min(SHAPE_MAX, Math.max(SHAPE_MIN, found))
  return (bounded * count + SHAPE_USUAL * SHAPE_WEIGHT) / (count + SHAPE_WEIGHT)
}

/** Part of all values that reaches `value`; 1 below the level, where nothing is rare. */
export function survivalOf({ level, scale, shape, part }: ParetoFit, value: number): number {
  if (value <= level) return 1
  const excess = (value - level) / scale
  if (Math.abs(shape) < 1e-6) return part * Math.exp(-excess)
  const base = 1 + shape * excess
  return base <= 0 ? 0 : part * base ** (-1 / shape)
}

/** The value that this part of all values reaches. */
export function quantileOf({ level, scale, shape, part }: ParetoFit, survival: number): number {
  const times = Math.max(1, part / survival)
  if (Math.abs(shape) < 1e-6) return level + scale * Math.log(times)
  return level + (scale * (times ** shape - 1)) / shape
}
