/**
 * Entries of the conditional lane made by hand, for tests that tell a history as a list of short
 * sentences. The etag of a text is made from the text unless it is told otherwise.
 */
import { type ConditionalEntry, OPEN } from '../history.ts'

type Details = Partial<ConditionalEntry> & { readonly ifMatch?: string }

let ids = 0

export const etagOf = (text: string) => `"${text}"`

function entry(more: Details, start: number, end: number | undefined): ConditionalEntry {
  ids += 1
  const { ifMatch, ...others } = more
  const outcome: ConditionalEntry['outcome'] = end === undefined ? 'unknown' : 'done'
  return {
    ...{ id: ids, key: 'k', use: 'register', via: 'co1', kind: 'put', requestId: null, text: null },
    ...{ expectedEtag: ifMatch === undefined ? null : etagOf(ifMatch) },
    ...{ start, end: end ?? OPEN, outcome, seenText: null, seenEtag: null },
    ...others,
  }
}

/** Without an end it is in doubt. `ifMatch` names the text whose etag it needs. */
export function put(text: string, start: number, end?: number, more: Details = {}) {
  const seenEtag = end === undefined ? null : etagOf(text)
  return entry({ kind: 'put', text, seenEtag, ...more }, start, end)
}

export function create(text: string, start: number, end?: number, more: Details = {}) {
  return put(text, start, end, { kind: 'create', ...more })
}

export function remove(start: number, end?: number, more: Details = {}) {
  return entry({ kind: 'delete', ...more }, start, end)
}

export function read(seenText: string | null, start: number, end: number, more: Details = {}) {
  const seenEtag = seenText === null ? null : etagOf(seenText)
  return entry({ kind: 'read', seenText, seenEtag, ...more }, start, end)
}

/** The same, but refused; `saw` is the text whose etag the answer told. */
export function refused(attempt: ConditionalEntry, saw: string | null = null): ConditionalEntry {
  const seenEtag = saw === null ? null : etagOf(saw)
  return { ...attempt, outcome: 'mismatch', seenEtag }
}

export function failed(attempt: ConditionalEntry): ConditionalEntry {
  return { ...attempt, outcome: 'failed', end: OPEN, seenEtag: null }
}
