/**
 * What stands in the row of a conditional key, and what a change makes of it. The row's text is an
 * envelope around the document: the document's etag, the document, and the requests that were
 * carried out last, so that a client which repeats one that was not answered is told what came of
 * it instead of changing the document twice. The shards know nothing of it.
 *
 * Pure. The same change on the same register gives the same register; a ballot is not part of it,
 * so an envelope may be proposed again under any ballot and stays the same document.
 */

import type { ReadOutcome } from '../../client.ts'

/** Requests that are remembered with a document. A client repeats at once or not at all. */
export const REQUESTS_REMEMBERED = 32

export interface Register {
  /** How many changes made it what it is. */
  readonly revision: number
  /** Names this content of the document; another content has another. Null = there is none. */
  readonly etag: string | null
  /** JSON text as it was sent; null = there is no document, or it was deleted. */
  readonly text: string | null
  /** The last requests that changed it, oldest first, and the etag that each made, if any. */
  readonly requests: readonly (readonly [id: string, etag: string | null])[]
}

export const BLANK_REGISTER: Register = { revision: 0, etag: null, text: null, requests: [] }

/** A change of one document, on conditions. */
export interface RegisterChange {
  /** Null deletes. */
  readonly text: string | null
  /** The document must have this etag; `*`: there must be one. */
  readonly ifMatch?: string
  /** There must be no document. */
  readonly ifNoneMatch?: '*'
  /** Names this change: the same name is carried out once. */
  readonly requestId: string
  /** Changes whose names begin so are over: nobody repeats them, they need not be remembered. */
  readonly settled?: string
}

export type Changed =
  | { readonly kind: 'changed'; readonly register: Register; readonly etag: string | null }
  /** It was carried out before. */
  | { readonly kind: 'repeated'; readonly etag: string | null }
  /** The condition does not hold. */
  | { readonly kind: 'mismatch'; readonly etag: string | null }

/** `etag`: for the new content; never given out before. */
export function changed(register: Register, change: RegisterChange, etag: string): Changed {
  const { text, ifMatch, ifNoneMatch, requestId, settled } = change
  const former = register.requests.find(([id]) => id === requestId)
  if (former) return { kind: 'repeated', etag: former[1] }
  const isOther =
    ifMatch !== undefined && (ifMatch === '*' ? register.etag === null : register.etag !== ifMatch)
  const isThere = ifNoneMatch !== undefined && register.text !== null
  if (isOther || isThere) return { kind: 'mismatch', etag: register.etag }
  const made = text === null ? null : etag
  const open = register.requests.filter(([id]) => !settled || !id.startsWith(settled))
  const requests = [...open, [requestId, made] as const].slice(-REQUESTS_REMEMBERED)
  const next = { revision: register.revision + 1, etag: made, text, requests }
  return { kind: 'changed', register: next, etag: made }
}

/** The register in a row's text; null = nothing was ever accepted. */
export function registerOf(envelope: string | null): Register {
  if (envelope === null) return BLANK_REGISTER
  const parts: unknown = JSON.parse(envelope)
  if (!Array.isArray(parts) || parts[0] !== MARK) {
    // From before there were conditional keys: the document itself.
    return { revision: 0, etag: '0', text: envelope, requests: [] }
  }
  const [, revision, etag, text, requests] = parts as Envelope
  return { revision, etag, text, requests }
}

export function envelopeOf({ revision, etag, text, requests }: Register): string {
  const envelope: Envelope = [MARK, revision, etag, text, requests]
  return JSON.stringify(envelope)
}

type Envelope = [string, number, string | null, string | null, Register['requests']]

/** What a client reads from a register. */
export function readOf({ text, etag }: Register): ReadOutcome {
  return text === null ? { kind: 'absent' } : { kind: 'found', text, order: 0, etag: etag ?? '' }
}

/** Makes an envelope known as one. */
const MARK = 'register'
