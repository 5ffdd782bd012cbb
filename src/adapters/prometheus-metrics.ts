/**
 * Facts as Prometheus metrics. One table says which fact moves which metric; the stages know
 * nothing of it. Names carry the prefix `energyguard_` and base units (seconds, bytes).
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Fact, Trace } from '../ports/trace.ts'
import { METRIC_RULES, type MetricRule } from './metric-rules.ts'

export interface Metrics {
  /** Moves the metrics. */
  readonly trace: Trace
  readonly contentType: string
  /** The text that `/metrics` answers. */
  text(): Promise<string>
  /** A value that is asked for when someone looks. */
  gauge(name: string, help: string, value: () => number): void
}

const PREFIX = 'energyguard_'

export function prometheusMetrics(rules: readonly MetricRule[] = METRIC_RULES): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: PREFIX })
  const facts = new Counter({
    name: `${PREFIX}facts_total`,
    help: 'What happened, by kind and level.',
    labelNames: ['kind', 'level'],
    registers: [registry],
  })
  const moves = new Map<string, ((fact: Fact) => void)[]>()
  for (const rule of rules) {
    moves.set(rule.fact, [...(moves.get(rule.fact) ?? []), moveOf(rule, registry)])
  }
  return {
    trace: {
      note(level, fact) {
        facts.inc({ kind: fact.kind, level })
        for (const move of moves.get(fact.kind) ?? []) move(fact)
      },
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
    gauge(name, help, value) {
      const collect = function collect(this: Gauge) {
        this.set(value())
      }
      new Gauge({ name: PREFIX + name, help, registers: [registry], collect })
    },
  }
}

function moveOf(rule: MetricRule, registry: Registry): (fact: Fact) => void {
  const labelNames = [...(rule.labels ?? [])]
  const options = { name: PREFIX + rule.name, help: rule.help, labelNames, registers: [registry] }
  const amount = (fact: Fact) =>
    (rule.amount ? Number(fact[rule.amount] ?? 0) : 1) * (rule.scale ?? 1)
  if (rule.type === 'histogram') {
    const metric = new Histogram({ ...options, buckets: [...SECONDS_BUCKETS] })
    return (fact) => metric.observe(labelsOf(labelNames, fact), amount(fact))
  }
  if (rule.type === 'gauge') {
    const metric = new Gauge(options)
    return (fact) => metric.set(labelsOf(labelNames, fact), amount(fact))
  }
  const metric = new Counter(options)
  return (fact) => metric.inc(labelsOf(labelNames, fact), Math.max(0, amount(fact)))
}

const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

function labelsOf(names: readonly string[], fact: Fact): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, String(fact[name] ?? '')]))
}

/** Hands every fact to several listeners. */
export function joinTraces(traces: readonly Trace[]): Trace {
  return {
    note(level, fact) {
      for (const trace of traces) trace.note(level, fact)
    },
  }
}
