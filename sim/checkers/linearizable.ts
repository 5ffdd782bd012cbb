/**
 * Is there an order of the operations on a conditional document, each at one moment between its
 * start and its end, in which a single register would have given the answers that were given? The
 * search of Wing and Gong with the memory of Lowe: place one operation after another, and never go
 * twice to where the same ones are placed and the register holds the same. Keys are judged apart.
 *
 * A naive search drowns in what is in doubt, which may take place at any time or never. Here such
 * an operation is placed only where the next answer could not have been given otherwise: placed
 * earlier it would be overwritten unseen, and as it never ends it can always wait. For the same
 * reason an observation that fits is placed at once, and of equal operations in doubt the oldest
 * is taken.
 */
import { must } from '../../src/model/must.ts'
import { type ConditionalEntry, OPEN } from '../history.ts'
import { OpenOperations, type Used, type Way } from './open-operations.ts'
import { groupBy, type Held, type Operation, registerOperations } from './register-operations.ts'
import type { Violation } from './violation.ts'

/** What is found after so many steps in vain is that the history is too intricate to be judged. */
const STEPS_MAX = 500_000

export function checkLinearizable(
  entries: readonly ConditionalEntry[],
  stepsMax = STEPS_MAX,
): readonly Violation[] {
  return [...groupBy(entries, ({ key }) => key)].flatMap(([key, ofKey]) => {
    if (!stuckAt(ofKey, stepsMax)) return []
    const shortest = shortestBeginning(ofKey, stepsMax)
    return [{ promise: 'S22', sentence: `${key}: ${must(stuckAt(shortest, stepsMax))}` }]
  })
}

/** The first answer that cannot be explained any more is the last one of the shortest beginning. */
function shortestBeginning(
  entries: readonly ConditionalEntry[],
  stepsMax: number,
): readonly ConditionalEntry[] {
  const ends = entries.map(({ end }) => end).filter((end) => end !== OPEN)
  ends.sort((a, b) => a - b)
  let [wrong, right] = [ends.length - 1, -1]
  while (wrong - right > 1) {
    const middle = (wrong + right) >> 1
    if (stuckAt(beginningOf(entries, must(ends[middle])), stepsMax)) wrong = middle
    else right = middle
  }
  return beginningOf(entries, must(ends[wrong]))
}

/** What has not ended by then is as if it never did. */
function beginningOf(
  entries: readonly ConditionalEntry[],
  moment: number,
): readonly ConditionalEntry[] {
  return entries
    .filter(({ start }) => start <= moment)
    .map((entry) => {
      if (entry.end <= moment || entry.outcome === 'failed') return entry
      return { ...entry, end: OPEN, outcome: 'unknown', seenText: null, seenEtag: null }
    })
}

/** A place in the search: these are placed, and the register holds this. */
interface Place {
  /** All closed operations before this one are placed, and of the later ones these. */
  readonly first: number
  readonly later: readonly number[]
  readonly used: Used
  readonly held: Held
}

/** Undefined = there is an order; otherwise how far the search came. */
function stuckAt(entries: readonly ConditionalEntry[], stepsMax: number): string | undefined {
  const { closed, open, contradictions } = registerOperations(entries)
  if (contradictions[0] !== undefined) return contradictions[0]
  const search = new Search(closed, new OpenOperations(open, closed))
  return search.run(stepsMax)
}

class Search {
  private readonly closed: readonly Operation[]
  private readonly open: OpenOperations
  /** Changes after which no attempt of the same request is refused any more. */
  private readonly barring: ReadonlySet<Operation | null>
  private readonly visited = new Set<string>()

  constructor(closed: readonly Operation[], open: OpenOperations) {
    this.closed = closed
    this.open = open
    this.barring = new Set(closed.map(({ before }) => before))
  }

  run(stepsMax: number): string | undefined {
    let furthest: Place = { first: 0, later: [], used: new Set(), held: null }
    const toVisit = [furthest]
    for (let place = toVisit.pop(); place; place = toVisit.pop()) {
      if (this.visited.size > stepsMax) return `too intricate to be judged in ${stepsMax} steps`
      if (placedIn(place) > placedIn(furthest)) furthest = place
      if (placedIn(place) === this.closed.length) return undefined
      for (const next of this.nextPlaces(place).reverse()) {
        const name = nameOf(next)
        if (this.visited.has(name)) continue
        this.visited.add(name)
        toVisit.push(next)
      }
    }
    return this.explain(furthest)
  }

  private nextPlaces(place: Place): Place[] {
    const { candidates, beforeEnd } = this.candidatesAt(place)
    for (const index of candidates) {
      const operation = must(this.closed[index])
      if (operation.leaves !== undefined || !fits(operation, place.held)) continue
      if (!isBarred(operation, place)) return [this.placed(place, index, place)]
    }
    return candidates.flatMap((index) => this.placesAfter(place, index, beforeEnd))
  }

  /** With what is in doubt taking place just before, if the operation does not fit without. */
  private placesAfter(place: Place, index: number, beforeEnd: number): Place[] {
    const operation = must(this.closed[index])
    const ways: readonly Way[] = fits(operation, place.held)
      ? [place]
      : this.open.waysTo(operation.need, place, beforeEnd)
    return ways
      .filter((way) => !isBarred(operation, way))
      .flatMap((way) => {
        const from = { ...place, ...way }
        return this.open
          .leavings(operation, from)
          .map((leaving) => this.placed(from, index, leaving))
      })
  }

  /** Those that may come next, since none that is left had ended before they began. */
  private candidatesAt({ first, later }: Place): { candidates: number[]; beforeEnd: number } {
    const candidates: number[] = []
    let beforeEnd = OPEN
    for (let index = first; index < this.closed.length; index += 1) {
      const { start, end } = must(this.closed[index])
      if (start > beforeEnd) break
      if (later.includes(index)) continue
      candidates.push(index)
      beforeEnd = Math.min(beforeEnd, end)
    }
    const endOf = (index: number) => must(this.closed[index]).end
    return { candidates: candidates.sort((a, b) => endOf(a) - endOf(b)), beforeEnd }
  }

  private placed(place: Place, index: number, { used, held }: Way): Place {
    const operation = must(this.closed[index])
    const later = new Set([...place.later, index])
    let { first } = place
    while (later.delete(first)) first += 1
    const isBarring = this.barring.has(operation)
    return {
      first,
      later: [...later].sort((a, b) => a - b),
      used: isBarring ? new Set([...used, operation]) : used,
      held,
    }
  }

  private explain(place: Place): string {
    const { candidates } = this.candidatesAt(place)
    const stuck = candidates.map((index) => tell(must(this.closed[index]).entry))
    const holds = place.held === null ? 'nothing' : place.held
    return (
      `after ${placedIn(place)} operations in order it holds ${holds}, ` +
      `and none of these can come next: ${stuck.join('; ')}`
    )
  }
}

function isBarred({ before }: Operation, { used }: Way): boolean {
  return before !== null && used.has(before)
}

function nameOf({ first, later, used, held }: Place): string {
  const names = [...used].map((one) => (one instanceof Object ? one.entry.id : one)).sort()
  return `${first} ${later} ${names} ${held}`
}

const placedIn = ({ first, later }: Place) => first + later.length

function fits({ need }: Operation, held: Held): boolean {
  if (need.kind === 'nothing') return true
  if (need.kind === 'impossible') return false
  return (need.held === held) === (need.kind === 'is')
}

function tell(entry: ConditionalEntry): string {
  const { id, kind, via, expectedEtag, text, outcome, seenText, seenEtag, start, end } = entry
  const what = text === null ? kind : `${kind} ${text}`
  const condition = expectedEtag === null ? '' : ` if ${expectedEtag}`
  const seen = kind === 'read' ? `found ${seenText ?? 'nothing'}` : outcome
  return `${id} ${what}${condition} via ${via} ${seen} (${seenEtag}) in ${start}..${end}`
}
