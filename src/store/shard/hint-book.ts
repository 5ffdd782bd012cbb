/**
 * Which shards miss rows that stand here, as far as it can be said row by row. A hint is a pointer;
 * whoever delivers it reads the row that stands then. A shard that is away for long would gather
 * hints without end: beyond a limit its partitions are only marked as dirty, to be compared whole
 * once it is back, and no more is kept of them.
 */
import { EngineError, type Hint, type KeyValueEngine } from '../../ports/key-value-engine.ts'
import { isCount, isFields, isListOf } from '../wire-guard.ts'

const DIRTY = 'dirty-partitions'

/** Of a dirty partition: has whoever delivers been told since something was last left out? */
type WasTold = boolean

export class HintBook {
  private readonly engine: KeyValueEngine
  private readonly perTargetMax: number
  private readonly dirty: Map<string, Map<number, WasTold>>
  private isDirtySaved = true
  /** How many were admitted to the present group, for each target. */
  private readonly admitted = new Map<string, number>()

  /** Throws EngineError. */
  constructor(engine: KeyValueEngine, perTargetMax: number) {
    this.engine = engine
    this.perTargetMax = perTargetMax
    this.dirty = readDirty(engine)
  }

  /** Those of the targets for which a hint is to be kept; the partition is dirty for the others. */
  admit(partition: number, targets: readonly string[]): readonly string[] {
    return targets.filter((target) => {
      if (this.dirty.get(target)?.has(partition) || this.isFull(target)) {
        this.markDirty(target, partition)
        return false
      }
      this.admitted.set(target, this.admittedFor(target) + 1)
      return true
    })
  }

  /** All of a group has been admitted and is written next. Throws as the engine does. */
  completeGroup(): void {
    this.admitted.clear()
    this.save()
  }

  /** For how many rows hints stand, by target; a dirty partition counts as one. */
  countsByTarget(): Readonly<Record<string, number>> {
    const targets = new Set([...this.engine.hintCounts().keys(), ...this.dirty.keys()])
    return Object.fromEntries([...targets].sort().map((target) => [target, this.countOf(target)]))
  }

  countOf(target: string): number {
    return (this.engine.hintCounts().get(target) ?? 0) + (this.dirty.get(target)?.size ?? 0)
  }

  hints(target: string, limit: number): readonly Hint[] {
    return this.engine.hints(target, limit)
  }

  /** For whoever repairs them whole from now on. */
  dirtyFor(target: string): readonly number[] {
    const dirty = this.dirty.get(target)
    if (!dirty) return []
    for (const partition of dirty.keys()) dirty.set(partition, true)
    return [...dirty.keys()].sort((a, b) => a - b)
  }

  /** Forgets hints. */
  drop(hints: readonly Hint[]): void {
    if (hints.length > 0) this.engine.dropHints(hints)
  }

  /** Takes the mark away, unless a row was left out since the mark was told: it is missed yet. */
  clean(target: string, partitions: readonly number[]): void {
    const dirty = this.dirty.get(target)
    for (const partition of partitions) if (dirty?.get(partition)) this.unmark(target, partition)
    this.save()
  }

  /** Nothing of these partitions is missed from here any more. Their hints go with their rows. */
  forget(partitions: readonly number[]): void {
    for (const target of [...this.dirty.keys()]) {
      for (const partition of partitions) this.unmark(target, partition)
    }
    this.save()
  }

  /** Forgets up to so many hints for shards that are none any more; true = there may be others. */
  forgetLeavers(isMember: (shardId: string) => boolean, limit: number): boolean {
    for (const target of [...this.dirty.keys()]) {
      if (isMember(target)) continue
      this.dirty.delete(target)
      this.isDirtySaved = false
    }
    this.save()
    const leaver = [...this.engine.hintCounts().keys()].find((target) => !isMember(target))
    if (leaver === undefined) return false
    this.drop(this.engine.hints(leaver, limit))
    return true
  }

  private save(): void {
    if (this.isDirtySaved) return
    const entries = [...this.dirty].map(([target, dirty]) => [target, [...dirty.keys()]])
    this.engine.setMeta(DIRTY, JSON.stringify(Object.fromEntries(entries)))
    this.isDirtySaved = true
  }

  private admittedFor(target: string): number {
    return this.admitted.get(target) ?? 0
  }

  private isFull(target: string): boolean {
    const standing = this.engine.hintCounts().get(target) ?? 0
    return standing + this.admittedFor(target) >= this.perTargetMax
  }

  private markDirty(target: string, partition: number): void {
    const dirty = this.dirty.get(target) ?? new Map<number, WasTold>()
    this.dirty.set(target, dirty)
    if (!dirty.has(partition)) this.isDirtySaved = false
    dirty.set(partition, false)
  }

  private unmark(target: string, partition: number): void {
    const dirty = this.dirty.get(target)
    if (!dirty?.delete(partition)) return
    if (dirty.size === 0) this.dirty.delete(target)
    this.isDirtySaved = false
  }
}

function readDirty(engine: KeyValueEngine): Map<string, Map<number, WasTold>> {
  const text = engine.getMeta(DIRTY)
  const marks: unknown = text === undefined ? {} : JSON.parse(text)
  if (!isFields(marks) || !Object.values(marks).every((list) => isListOf(list, isCount))) {
    throw new EngineError('broken', `${DIRTY} in this database is unreadable`)
  }
  const entries = Object.entries(marks as Readonly<Record<string, readonly number[]>>)
  return new Map(
    entries.map(([target, partitions]) => [
      target,
      new Map(partitions.map((partition) => [partition, false])),
    ]),
  )
}
