/**
 * What the keeper of the ring says to people: each thing once, and not with every look at the
 * shards.
 */
import type { FactLevel, Trace } from '../../ports/trace.ts'
import type { RingDocument } from '../ring/document.ts'
import type { RingView } from './ring-view.ts'

export class RingVoice {
  private readonly trace: Trace
  private readonly said = new Map<string, string>()

  constructor(trace: Trace) {
    this.trace = trace
  }

  /** While partitions move there are many rings; people are told of shards that come and go. */
  ring({ ring, replicas }: RingView, former: RingDocument | null): void {
    const { cluster, version, shards } = ring
    const level = former && idsOf(former) === idsOf(ring) ? 'debug' : 'info'
    const fact = { kind: 'store.ring', cluster, version, shards: shards.length, replicas }
    this.trace.note(level, fact)
    if (replicas === 2) this.once('warn', 'two replicas', TWO_REPLICAS_SENTENCE)
  }

  once(level: FactLevel, about: string, sentence: string): void {
    if (this.said.get(about) === sentence) return
    this.said.set(about, sentence)
    this.trace.note(level, { kind: 'store.ring-notice', about, sentence })
  }

  /** What the keeper has done by itself, or could not do. */
  report(what: string, outcome: { readonly kind: string; readonly reason?: string }): void {
    if (outcome.kind === 'decided') this.once('info', what, what)
    if (outcome.kind === 'unreachable')
      this.once('warn', what, `Not so: ${what}. ${outcome.reason}`)
  }
}

function idsOf({ cluster, shards }: RingDocument): string {
  return [cluster, ...shards.map(({ id }) => id)].join()
}

const TWO_REPLICAS_SENTENCE =
  'With two replicas of each key both must answer: reads and writes stop while one shard is ' +
  'down. A third shard lifts this.'
