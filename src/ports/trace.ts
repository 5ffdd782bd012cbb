/**
 * One typed stream of facts: the structured log, the metrics and later the simulator's evidence are
 * all made from it. A stage notes what happened; who listens decides what to print or count.
 */
export type FactLevel = 'debug' | 'info' | 'warn' | 'error'

/** `kind` is a dotted name, area first (`ingestion.batch-stored`); the rest are plain values. */
export interface Fact {
  readonly kind: string
  readonly [field: string]: string | number | boolean | null | undefined
}

export interface Trace {
  note(level: FactLevel, fact: Fact): void
}
