/**
 * Recursive least squares with forgetting: coefficients that follow a meter reading by reading, at
 * the cost of one small matrix. Each residual is clipped before it teaches (Huber 1964), so that
 * one wild value cannot turn the coefficients.
 */
export interface LeastSquares {
  readonly weights: readonly number[]
  /** Inverse of the features' second moments, row after row. */
  readonly inverse: readonly number[]
}

/** `power`: usual square of a feature; it sets how fast the first readings teach. */
export function startLeastSquares(size: number, power: number): LeastSquares {
  const inverse = new Array<number>(size * size).fill(0)
  for (let i = 0; i < size; i += 1) inverse[i * size + i] = 1 / (power * RIDGE)
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
  const size = features.length
  const { inverse } = model
  const forget = 1 - 1 / memory
  const turned = new Array<number>(size)
  let gain = forget
  for (let i = 0; i < size; i += 1) {
    let sum = 0
    for (let j = 0; j < size; j += 1) sum += (inverse[i * size + j] ?? 0) * (features[j] ?? 0)
    turned[i] = sum
    gain += sum * (features[i] ?? 0)
  }
  const weights = model.weights.map((weight, i) => weight + ((turned[i] ?? 0) * residual) / gain)
  return { weights, inverse: shrunk(inverse, turned, gain, forget, power) }
}

function shrunk(
  inverse: readonly number[],
  turned: readonly number[],
  gain: number,
  forget: number,
  power: number,
): readonly number[] {
  const size = turned.length
  const next = new Array<number>(size * size)
  let trace = 0
  for (let i = 0; i < size; i += 1) {
    const row = (turned[i] ?? 0) / gain
    for (let j = 0; j <= i; j += 1) {
      const value = ((inverse[i * size + j] ?? 0) - row * (turned[j] ?? 0)) / forget
      next[i * size + j] = value
      next[j * size + i] = value
      if (i === j) trace += value
    }
  }
  return trace * power > TRACE_GROWTH_MAX ? inverse : next
}
