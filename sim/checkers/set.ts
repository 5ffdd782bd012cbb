/**
 * Documents to which each change adds one element of its own: a read that began after an addition
 * was acknowledged shows the element, no read shows one that nobody can have added by then, and
 * none shows an element twice. Pure, and quite apart from the search for an order: it sees a lost
 * update even where etags are wrong.
 */
import { authorOf, elementsOf } from '../conditional-documents.ts'
import { type ConditionalEntry, type Moment, OPEN } from '../history.ts'
import { groupBy } from './register-operations.ts'
import type { Violation } from './violation.ts'

interface Addition {
  /** OPEN = each attempt was refused or has certainly failed. */
  readonly start: Moment
  /** OPEN = none of its attempts was acknowledged. */
  readonly end: Moment
}

export function checkSets(entries: readonly ConditionalEntry[]): readonly Violation[] {
  const ofSets = entries.filter(({ use }) => use === 'set')
  return [...groupBy(ofSets, ({ key }) => key).values()].flatMap((ofKey) => {
    const additions = additionsIn(ofKey)
    const reads = ofKey.filter(({ kind, outcome }) => kind === 'read' && outcome === 'done')
    return reads.flatMap((read) => judge(read, additions))
  })
}

function additionsIn(entries: readonly ConditionalEntry[]): ReadonlyMap<string, Addition> {
  const attempts = groupBy(
    entries.filter(({ text }) => text !== null),
    ({ text }) => authorOf(text ?? ''),
  )
  return new Map([...attempts].map(([element, of]) => [element, additionOf(of)]))
}

function additionOf(attempts: readonly ConditionalEntry[]): Addition {
  const possible = attempts.filter(({ outcome }) => outcome !== 'failed' && outcome !== 'mismatch')
  const done = attempts.filter(({ outcome }) => outcome === 'done')
  return {
    start: Math.min(OPEN, ...possible.map(({ start }) => start)),
    end: Math.min(OPEN, ...done.map(({ end }) => end)),
  }
}

function judge(
  read: ConditionalEntry,
  additions: ReadonlyMap<string, Addition>,
): readonly Violation[] {
  const elements = read.seenText === null ? [] : elementsOf(read.seenText)
  const shown = new Set(elements)
  const lost = [...additions].filter(([name, { end }]) => end < read.start && !shown.has(name))
  const alien = [...shown].filter((name) => (additions.get(name)?.start ?? OPEN) > read.end)
  const repeated = [...shown].filter((name) => elements.filter((one) => one === name).length > 1)
  return [
    ...violation(
      read,
      'lacks what was acknowledged',
      lost.map(([name]) => name),
    ),
    ...violation(read, 'shows what nobody can have added', alien),
    ...violation(read, 'shows twice', repeated),
  ]
}

function violation(
  { id, key, via }: ConditionalEntry,
  what: string,
  elements: readonly string[],
): readonly Violation[] {
  if (elements.length === 0) return []
  return [{ promise: 'S22', sentence: `read ${id} of ${key} via ${via} ${what}: ${elements}` }]
}
