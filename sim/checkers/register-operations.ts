/**
 * What the attempts at one conditional document come to as operations on a register: what each of
 * them needs to find there, and what it leaves. Pure; the search for an order stands beside it.
 *
 * Attempts of one request count as one change, which took place before the first of them was
 * acknowledged; an attempt that was refused comes before that. Etags are opaque, and each belongs
 * to one text: it is learned from the answer to the write, or from whoever read the text. An etag
 * whose text nobody saw must be that of some write whose etag nobody saw.
 */
import { type ConditionalEntry, type Moment, OPEN } from '../history.ts'

/** What stands in the register: null = nothing, else a text, or an etag whose text nobody saw. */
export type Held = string | null

export type Need =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'is'; readonly held: Held }
  | { readonly kind: 'is-not'; readonly held: Held }
  /** Nothing can have made the store answer so. */
  | { readonly kind: 'impossible' }

export interface Operation {
  readonly entry: ConditionalEntry
  readonly start: Moment
  readonly end: Moment
  readonly need: Need
  /** Undefined = what stood there. */
  readonly leaves: Held | undefined
  /** It leaves a text whose etag nobody saw, so it may be that of an etag without a text. */
  readonly isNameless: boolean
  /** The change of the same request: once it has taken effect no attempt is refused any more. */
  readonly before: Operation | null
}

export interface RegisterOperations {
  /** Answered: each of them took place between its start and its end. In the order of starts. */
  readonly closed: readonly Operation[]
  /** In doubt: each of them takes place at some time after its start, or never. */
  readonly open: readonly Operation[]
  /** What makes it needless to look for an order. */
  readonly contradictions: readonly string[]
}

export function registerOperations(entries: readonly ConditionalEntry[]): RegisterOperations {
  const etags = new Etags(entries)
  const operations = [...groupBy(entries, requestOf).values()].flatMap((attempts) =>
    operationsOf(attempts, etags),
  )
  operations.sort((a, b) => a.start - b.start)
  return {
    closed: operations.filter(({ end }) => end !== OPEN),
    open: operations.filter(({ end }) => end === OPEN),
    contradictions: etags.contradictions,
  }
}

function requestOf({ id, requestId }: ConditionalEntry): string {
  return requestId === null ? `alone ${id}` : `request ${requestId}`
}

export function groupBy<T>(entries: readonly T[], nameOf: (entry: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const entry of entries) {
    const group = groups.get(nameOf(entry))
    if (group) group.push(entry)
    else groups.set(nameOf(entry), [entry])
  }
  return groups
}

/** Reads and changes that may have taken place, and refusals; what certainly failed is nothing. */
function operationsOf(attempts: readonly ConditionalEntry[], etags: Etags): Operation[] {
  const reads = attempts.filter(({ kind, outcome }) => kind === 'read' && outcome === 'done')
  const changes = attempts.filter(
    ({ kind, outcome }) => kind !== 'read' && outcome !== 'mismatch' && outcome !== 'failed',
  )
  const change = changeOf(changes, etags)
  const refused = attempts.filter(({ outcome }) => outcome === 'mismatch')
  return [
    ...(change ? [change] : []),
    ...reads.map((entry) => observation(entry, { kind: 'is', held: heldText(entry.seenText) })),
    ...refused.map((entry) => ({
      ...observation(entry, refusalNeed(entry, etags)),
      before: change,
    })),
  ]
}

function observation(entry: ConditionalEntry, need: Need): Operation {
  const { start, end } = entry
  return { entry, start, end, need, leaves: undefined, isNameless: false, before: null }
}

function changeOf(attempts: readonly ConditionalEntry[], etags: Etags): Operation | null {
  const done = attempts.filter(({ outcome }) => outcome === 'done')
  const entry = done[0] ?? attempts[0]
  if (!entry) return null
  return {
    entry,
    start: Math.min(...attempts.map(({ start }) => start)),
    end: Math.min(OPEN, ...done.map(({ end }) => end)),
    need: changeNeed(entry, etags),
    leaves: heldText(entry.text),
    isNameless: entry.text !== null && !etags.isKnown(entry.text),
    before: null,
  }
}

function changeNeed({ kind, expectedEtag }: ConditionalEntry, etags: Etags): Need {
  if (kind === 'create') return { kind: 'is', held: null }
  if (expectedEtag === null) return { kind: 'nothing' }
  return { kind: 'is', held: etags.held(expectedEtag) }
}

/** A refusal tells that what the change needed was not there, and perhaps what was. */
function refusalNeed(entry: ConditionalEntry, etags: Etags): Need {
  const wanted = changeNeed(entry, etags)
  if (wanted.kind !== 'is') return { kind: 'impossible' }
  if (entry.seenEtag === null) return { kind: 'is-not', held: wanted.held }
  const held = etags.held(entry.seenEtag)
  return held === wanted.held ? { kind: 'impossible' } : { kind: 'is', held }
}

const heldText = (text: string | null): Held => (text === null ? null : `text ${text}`)

/** Which etag belongs to which text. */
class Etags {
  readonly contradictions: string[] = []
  private readonly etagOf = new Map<string, string>()
  private readonly textOf = new Map<string, string>()

  constructor(entries: readonly ConditionalEntry[]) {
    for (const { kind, outcome, text, seenText, seenEtag } of entries) {
      const told = kind === 'read' ? seenText : text
      if (outcome === 'done' && told !== null && seenEtag !== null) this.learn(told, seenEtag)
    }
  }

  isKnown(text: string): boolean {
    return this.etagOf.has(text)
  }

  held(etag: string): Held {
    const text = this.textOf.get(etag)
    return text === undefined ? `etag ${etag}` : heldText(text)
  }

  private learn(text: string, etag: string): void {
    const knownEtag = this.etagOf.get(text) ?? etag
    const knownText = this.textOf.get(etag) ?? text
    if (knownEtag !== etag) {
      this.contradictions.push(`${text} has two etags, ${knownEtag} and ${etag}: it was put twice`)
    }
    if (knownText !== text) {
      this.contradictions.push(`the etag ${etag} is that of two texts, ${knownText} and ${text}`)
    }
    this.etagOf.set(text, knownEtag)
    this.textOf.set(etag, knownText)
  }
}
