/**
 * What a client may conclude from what came back over HTTP, by the table of the wire contract.
 * Whatever the table does not name leaves a write in doubt, since to say "failed" of what may have
 * happened would let the checkers find things that are not wrong.
 */
import type { WriteEntry } from '../sim/history.ts'
import type { ClientAnswer } from './client-messages.ts'

export type WriteEnd = Exclude<WriteEntry['outcome'], 'pending'>

export function writeEnd(answer: ClientAnswer): WriteEnd {
  return answer.kind === 'silence' ? 'unknown' : writeEndOf(answer.status, answer.text)
}

/** Of an answer, or of an entry in the answer of a batch. */
function writeEndOf(status: number, text: string): WriteEnd {
  if (status === 200) return 'done'
  if (status === 502 || status === 429) return 'failed'
  return status === 503 && text.includes('Nessun nodo KVS') ? 'failed' : 'unknown'
}

/** Of a batch of one operation. */
export function batchWriteEnd(answer: ClientAnswer): WriteEnd {
  const result = batchResult(answer)
  return result ? writeEndOf(result.status, JSON.stringify(result)) : writeEnd(answer)
}

function batchResult(answer: ClientAnswer): { readonly status: number } | undefined {
  if (answer.kind !== 'answer' || answer.status !== 200) return undefined
  return (JSON.parse(answer.text) as { results: { status: number }[] }).results[0]
}

export type ReadEnd =
  | { readonly kind: 'found'; readonly text: string }
  | { readonly kind: 'absent' }
  /** Nobody knows, which is no wrong answer. */
  | { readonly kind: 'none' }

export function readEnd(answer: ClientAnswer): ReadEnd {
  if (answer.kind === 'silence') return { kind: 'none' }
  if (answer.status === 404) return { kind: 'absent' }
  if (answer.status !== 200) return { kind: 'none' }
  return { kind: 'found', text: valueText(answer.text) }
}

/** The document's own text, as it was stored. */
function valueText(text: string): string {
  return text.startsWith('{"value":') ? text.slice('{"value":'.length, -1) : text
}

/** Key and text of what a page of `GET /scan?as=text` holds; undefined = it could not be known. */
export function scannedTexts(answer: ClientAnswer): ReadonlyMap<string, string> | undefined {
  if (answer.kind === 'silence' || answer.status !== 200) return undefined
  const { items } = JSON.parse(answer.text) as { items: { key: string; text: string }[] }
  return new Map(items.map(({ key, text }) => [key, text]))
}

/** How a request failed, as a line of the table counts it; undefined = it was answered. */
export function failureOf(method: string, answer: ClientAnswer): string | undefined {
  if (answer.kind === 'silence') return `${method} without answer (${answer.code})`
  const result = method === 'POST' ? batchResult(answer) : undefined
  const status = result?.status ?? answer.status
  if (status === 200 || (status === 404 && method === 'GET')) return undefined
  return `${method} ${status}`
}
