/**
 * What a shard says to people: each state in a sentence that tells what it means and what to do,
 * once and not with every request that meets it.
 */
import type { Clock } from '../../ports/clock.ts'
import type { FactLevel, Trace } from '../../ports/trace.ts'
import { wallOf } from '../hybrid-clock.ts'
import type { RingDocument } from '../ring/document.ts'
import { Seldom } from './seldom.ts'

export class ShardVoice {
  private readonly trace: Trace
  private readonly clock: Clock
  private readonly shard: string
  private readonly seldom = new Seldom()

  constructor(trace: Trace, clock: Clock, shard: string) {
    this.trace = trace
    this.clock = clock
    this.shard = shard
  }

  ring({ cluster, version, shards }: RingDocument, partitions: number): void {
    const fact = { kind: 'shard.ring', shard: this.shard, cluster, version }
    this.trace.note('info', { ...fact, shards: shards.length, partitions })
  }

  emptied(partitions: number): void {
    if (partitions === 0) return
    const sentence =
      `Rows of ${partitions} partitions were removed: this shard has not held them all the time, ` +
      'and gets them anew from the others.'
    this.say('info', 'shard.emptied', sentence)
  }

  full(): void {
    const sentence =
      'The disk has no room: this shard is read-only and the others go on. Make room; it goes on ' +
      'by itself then.'
    this.say('warn', 'shard.full', sentence)
  }

  hasRoom(): void {
    this.say('info', 'shard.has-room', 'The disk has room again; writes go on.')
  }

  broken(sentence: string): void {
    this.say('error', 'shard.broken', sentence)
  }

  badRequest(reason: string): void {
    if (this.isNews('bad request')) this.say('warn', 'shard.bad-request', reason)
  }

  damaged(key: string): void {
    const sentence =
      `The value of ${JSON.stringify(key)} on this disk is not what was written. The other ` +
      'replicas answer for it; writing the key again mends it here.'
    if (this.isNews(sentence)) this.say('error', 'shard.damaged', sentence)
  }

  /** `reason` names the key. */
  damagedInScan(reason: string): void {
    const sentence = `A scan was not answered: ${reason}. The other replicas answer it.`
    if (this.isNews(sentence)) this.say('error', 'shard.damaged', sentence)
  }

  clockAhead(writer: string, time: number): void {
    if (!this.isNews(`clock of ${writer}`)) return
    const aheadMs = wallOf(time) - this.clock.wallMs()
    const sentence =
      `A coordinator's clock is ${Math.round(aheadMs)} ms ahead of this shard's, so its writes ` +
      'are refused here. Set the clocks right (NTP).'
    this.say('warn', 'shard.clock-ahead', sentence)
  }

  private isNews(about: string): boolean {
    return this.seldom.allows(about, this.clock.monotonicMs())
  }

  private say(level: FactLevel, kind: string, sentence: string): void {
    this.trace.note(level, { kind, shard: this.shard, sentence })
  }
}
