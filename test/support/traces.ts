/**
 * Traces for tests: one that keeps the facts to be looked at, one that drops them.
 */
import type { Fact, FactLevel, Trace } from '../../src/ports/trace.ts'

export const silentTrace: Trace = { note: () => {} }

export interface RecordingTrace extends Trace {
  readonly facts: (Fact & { level: FactLevel })[]
  count(kind: string): number
}

export function recordingTrace(): RecordingTrace {
  const facts: (Fact & { level: FactLevel })[] = []
  return {
    facts,
    note: (level, fact) => void facts.push({ ...fact, level }),
    count: (kind) => facts.filter((fact) => fact.kind === kind).length,
  }
}
