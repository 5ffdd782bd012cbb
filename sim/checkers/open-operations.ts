/**
 * The operations in doubt, and how some of them, one after another, bring the register to what an
 * answer needs. Only ways without detours: one that comes by the same value twice, or passes what
 * it is to reach, can be had with fewer operations, and what is not used can be used later.
 *
 * Operations that need and leave the same are equal, as none of them ever ends, so the oldest one
 * that is left stands for all. Equal in this way are deletions, and writes whose text nobody saw.
 */
import { assert } from '../../src/model/must.ts'
import type { Moment } from '../history.ts'
import { groupBy, type Held, type Need, type Operation } from './register-operations.ts'

/** What has taken effect for good: operations, and etags without a text that a write has taken. */
export type Used = ReadonlySet<Operation | Held>

export interface Way {
  readonly used: Used
  readonly held: Held
}

export class OpenOperations {
  private readonly named = new Map<Held, Operation>()
  private readonly deletions: readonly (readonly Operation[])[]
  private readonly nameless: readonly (readonly Operation[])[]
  /** Each is the etag of a write whose etag was not told. */
  private readonly etagsWithoutText: readonly Held[]

  constructor(open: readonly Operation[], closed: readonly Operation[]) {
    const barring = new Set(closed.map(({ before }) => before))
    const equalsOf = (operations: readonly Operation[]) => [
      ...groupBy(operations, (one) => {
        return barring.has(one) ? `alone ${one.entry.id}` : JSON.stringify(one.need)
      }).values(),
    ]
    this.deletions = equalsOf(open.filter(({ leaves }) => leaves === null))
    this.nameless = equalsOf(open.filter(({ isNameless }) => isNameless))
    for (const one of open) {
      if (one.leaves !== null && one.leaves !== undefined && !one.isNameless) {
        assert(!this.named.has(one.leaves), 'texts are unique')
        this.named.set(one.leaves, one)
      }
    }
    this.etagsWithoutText = [...new Set([...open, ...closed].flatMap(etagNeeded))]
  }

  /** By operations that begin before `beforeEnd`, from what does not satisfy the need. */
  waysTo(need: Need, from: Way, beforeEnd: Moment): readonly Way[] {
    if (need.kind === 'is') return this.waysToHold(need.held, from, beforeEnd, new Set())
    if (need.kind !== 'is-not') return []
    // One step away is enough: what would come after it can come later.
    return this.atHand(from, beforeEnd)
      .filter((operation) => isReady(operation, from.held))
      .flatMap((operation) => this.taken(operation, from))
      .filter(({ held }) => held !== need.held)
  }

  /** What an operation can leave: a write whose etag was not told may have any that is free. */
  leavings({ leaves, isNameless }: Operation, { used, held }: Way): readonly Way[] {
    if (leaves === undefined) return [{ used, held }]
    if (!isNameless) return [{ used, held: leaves }]
    const free = this.etagsWithoutText.filter((etag) => !used.has(etag))
    return [
      { used, held: leaves },
      ...free.map((etag) => ({ used: new Set([...used, etag]), held: etag })),
    ]
  }

  private waysToHold(
    target: Held,
    from: Way,
    beforeEnd: Moment,
    passed: ReadonlySet<Held>,
  ): readonly Way[] {
    const further = new Set([...passed, target])
    return this.bringing(target, from, beforeEnd).flatMap((last) => {
      const { need } = last
      if (isReady(last, from.held)) return this.taken(last, from, target)
      if (need.kind !== 'is' || further.has(need.held)) return []
      return this.waysToHold(need.held, from, beforeEnd, further).flatMap((way) =>
        this.taken(last, way, target),
      )
    })
  }

  private bringing(target: Held, from: Way, beforeEnd: Moment): readonly Operation[] {
    const named = this.named.get(target)
    const ones = named ? [[named]] : target === null ? this.deletions : this.namelessFor(target)
    return oldestOf(ones, from, beforeEnd)
  }

  private namelessFor(target: Held): readonly (readonly Operation[])[] {
    return this.etagsWithoutText.includes(target) ? this.nameless : []
  }

  private atHand(from: Way, beforeEnd: Moment): readonly Operation[] {
    const named = [...this.named.values()].map((one) => [one])
    return oldestOf([...named, ...this.deletions, ...this.nameless], from, beforeEnd)
  }

  /** The operation takes effect; with a target only as what is to be reached. */
  private taken(operation: Operation, way: Way, target?: Held): readonly Way[] {
    const used = new Set([...way.used, operation])
    const all = this.leavings(operation, { used, held: way.held })
    return target === undefined ? all : all.filter(({ held }) => held === target)
  }
}

function oldestOf(
  equals: readonly (readonly Operation[])[],
  { used }: Way,
  beforeEnd: Moment,
): readonly Operation[] {
  return equals.flatMap((operations) => {
    const oldest = operations.find((one) => !used.has(one))
    return oldest && oldest.start <= beforeEnd ? [oldest] : []
  })
}

function isReady({ need }: Operation, held: Held): boolean {
  return need.kind === 'nothing' || (need.kind === 'is' && need.held === held)
}

function etagNeeded({ need }: Operation): readonly Held[] {
  const isWithoutText = need.kind === 'is' && need.held !== null && need.held.startsWith('etag ')
  return isWithoutText ? [need.held] : []
}
