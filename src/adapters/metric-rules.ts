/**
 * Which fact moves which metric. A fact that stands in no rule is still counted in `facts_total`.
 */
export interface MetricRule {
  /** Kind of the fact. */
  readonly fact: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** Without the prefix. */
  readonly name: string
  readonly help: string
  /** The field that says by how much; absent = 1. */
  readonly amount?: string
  /** From the field's unit to the metric's: 0.001 for ms to seconds. */
  readonly scale?: number
  /** Fields that become labels; few values each. */
  readonly labels?: readonly string[]
}

export const METRIC_RULES: readonly MetricRule[] = []
