/**
 * Recursive least squares with forgetting: coefficients that follow a meter reading by reading, at
 * the cost of one small matrix. Each residual is clipped before it teaches (Huber 1964), so that
 * one wild value cannot turn the coefficients.
 */
export interface LeastSquares {
  readonly weights: readonly number[]
  /** Inverse of the features' second moments: the lower triangle, row after row. */
  readonly inverse: readonly number[]
}

/** `power`: usual square of a feature; it sets how fast the first readings teach. */
export function startLeastSquares(size: number, power: number): LeastSquares {
  const inverse: number[] = []
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) inverse.push(i === j ? 1 / (power * RIDGE) : 0)
  }
  return { weights: new Array<number>(size).fill(0), inverse }
}

/** The first weights are held to 0 with the weight of so many readings. */
const RIDGE = 10
/** The trace may not grow without bound while nothing excites a feature. */
const TRACE_GROWTH_MAX = 1e4

export function predict({ weights }: LeastSquares, features: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < weights.length; i += 1) sum += (weights[i] ?? 0) * (features[i] ?? 0)
  return sum
}

/** `residual`: what was seen less what was predicted, clipped. `memory`: readings remembered. */
export function learn(
  model: LeastSquares,
  features: readonly number[],
  residual: number,
  memory: number,
  power: number,
): LeastSquares {
  const { inverse } = model
  const forget = 1 - 1 / memory
  const turned = turnedBy(inverse, features)
  let gain = forget
  for (let i = 0; i < features.length; i += 1) gain += (turned[i] ?? 0) * (features[i] ?? 0)
  const weights = model.weights.map((weight, i) => weight + ((turned[i] ?? 0) * residual) / gain)
  return { weights, inverse: shrunk(inverse, turned, gain, forget, power) }
}

/** The inverse times the features. */
function turnedBy(inverse: readonly number[], features: readonly number[]): Float64Array {
  const turned = new Float64Array(features.length)
  let at = 0
  for (let i = 0; i < features.length; i += 1) {
    const feature = features[i] ?? 0
    let sum = 0
    for (let j = 0; j < i; j += 1, at += 1) {
      const entry = inverse[at] ?? 0
      sum += entry * (features[j] ?? 0)
      turned[j] = (turned[j] ?? 0) + entry * feature
    }
    turned[i] = sum + (inverse[at] ?? 0) * feature
    at += 1
  }
  return turned
}

function shrunk(
  inverse: readonly number[],
  turned: Float64Array,
  gain: number,
  forget: number,
  power: number,
): readonly number[] {
  const next = inverse.slice()
  let trace = 0
  let at = 0
  for (let i = 0; i < turned.length; i += 1) {
    const row = (turned[i] ?? 0) / gain
    for (let j = 0; j <= i; j += 1, at += 1) {
      next[at] = ((next[at] ?? 0) - row * (turned[j] ?? 0)) / forget
    }
    trace += next[at - 1] ?? 0
  }
  return trace * power > TRACE_GROWTH_MAX ? inverse : next
}
