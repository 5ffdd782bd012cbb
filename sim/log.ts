/**
 * The log of a run: topics in memory that never lose a record, one active member of the group as
 * in the log of one file, and a lease that a member loses when it crashes or sleeps too long. Then
 * another takes over from the last commit, and what the former one still commits is refused.
 *
 * It can be out of reach, and a commit can be lost on its way there or on its way back.
 */
import { must } from '../src/model/must.ts'
import type { Clock } from '../src/ports/clock.ts'
import {
  type GroupEvent,
  type Log,
  LogError,
  type LogRecord,
  type NewRecord,
  type Position,
} from '../src/ports/log.ts'
import type { Random } from '../src/ports/random.ts'
import { START_WALL_MS } from './clock.ts'
import type { Kernel, Life } from './kernel.ts'

const PARTITIONS = 2
const LEASE_MS = 3_000
const POLL_MS = 40
const BATCH_RECORDS_MAX = 8

interface Member {
  readonly name: string
  readonly life: Life
  readonly clock: Clock
}

export class SimLog {
  readonly committed: number[] = new Array<number>(PARTITIONS).fill(0)
  isAway = false
  /** Of each commit. */
  lostCommitChance = 0
  onAppend: (topic: string, record: LogRecord) => void = () => {}
  onCommit: (partition: number, records: readonly LogRecord[]) => void = () => {}
  private readonly kernel: Kernel
  private readonly random: Random
  private readonly topics = new Map<string, LogRecord[][]>()
  private generation = 0
  private leaseUntilMs = 0

  constructor(kernel: Kernel, random: Random) {
    this.kernel = kernel
    this.random = random
  }

  isDrained(topic: string): boolean {
    return this.parts(topic).every((records, p) => records.length === this.committed[p])
  }

  /** As one process sees it. */
  face(name: string, life: Life, clock: Clock): Log {
    const member = { name, life, clock }
    return {
      declare: async () => {},
      append: async (topic, records) => this.append(topic, records),
      consume: (topic, _group, signal) => this.consume(member, topic, signal),
      follow: () => {
        throw new Error('nobody follows this log')
      },
      generation: async () => 'one',
      ends: async (topic) =>
        this.parts(topic).map(({ length }, partition) => ({ partition, first: 0, next: length })),
      lag: async (topic) =>
        this.parts(topic).map(({ length }, partition) => {
          return { partition, records: length - must(this.committed[partition]) }
        }),
      close: async () => {},
    }
  }

  append(topic: string, records: readonly NewRecord[]): readonly Position[] {
    this.mustReach()
    return records.map((record) => {
      const partition = Number.parseInt(record.key ?? '0', 10) % PARTITIONS || 0
      const part = must(this.parts(topic)[partition])
      const offset = part.length
      const stored = { ...record, partition, offset, appendedMs: START_WALL_MS + this.kernel.nowMs }
      part.push(stored)
      this.onAppend(topic, stored)
      return { partition, offset }
    })
  }

  private async *consume(
    member: Member,
    topic: string,
    signal: AbortSignal,
  ): AsyncGenerator<GroupEvent> {
    while (!signal.aborted) {
      await member.clock.sleep(POLL_MS + this.random.below(POLL_MS))
      if (this.isAway || this.kernel.nowMs < this.leaseUntilMs) continue
      this.generation += 1
      yield* this.own(member, topic, this.generation, signal)
    }
  }

  /** For as long as the lease is kept. */
  private async *own(
    member: Member,
    topic: string,
    generation: number,
    signal: AbortSignal,
  ): AsyncGenerator<GroupEvent> {
    this.leaseUntilMs = this.kernel.nowMs + LEASE_MS
    void this.renew(member, generation)
    const next = [...this.committed]
    for (const [partition, nextOffset] of next.entries()) {
      yield { kind: 'assigned', partition, nextOffset }
    }
    while (!signal.aborted && this.generation === generation) {
      for (const [partition, part] of this.parts(topic).entries()) {
        const from = must(next[partition])
        const records = part.slice(from, from + 1 + this.random.below(BATCH_RECORDS_MAX))
        if (records.length === 0 || this.isAway || this.generation !== generation) continue
        next[partition] = from + records.length
        const commit = async () => this.commit(generation, partition, records)
        yield { kind: 'batch', batch: { partition, records, commit } }
      }
      await member.clock.sleep(POLL_MS)
    }
    for (const partition of next.keys()) yield { kind: 'revoked', partition }
  }

  private async renew(member: Member, generation: number): Promise<void> {
    while (this.generation === generation) {
      if (!this.isAway) this.leaseUntilMs = this.kernel.nowMs + LEASE_MS
      await member.clock.sleep(LEASE_MS / 4)
    }
  }

  private commit(
    generation: number,
    partition: number,
    records: readonly LogRecord[],
  ): 'committed' | 'fenced' {
    this.mustReach()
    if (this.generation !== generation) return 'fenced'
    const isLost = this.random.chance(this.lostCommitChance)
    if (isLost && this.random.chance(0.5)) throw unavailable()
    this.committed[partition] = must(records.at(-1)).offset + 1
    this.onCommit(partition, records)
    if (isLost) throw unavailable()
    return 'committed'
  }

  private mustReach(): void {
    if (this.isAway) throw unavailable()
  }

  private parts(topic: string): LogRecord[][] {
    const known = this.topics.get(topic) ?? Array.from({ length: PARTITIONS }, () => [])
    this.topics.set(topic, known)
    return known
  }
}

const unavailable = () => new LogError('unavailable', 'The log does not answer.', 'Wait.')
