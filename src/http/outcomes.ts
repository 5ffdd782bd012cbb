/**
 * What the store's outcomes look like from outside: the table of the contract. One half makes the
 * answers of the single routes, the other the entries of `POST /batch`, which say the same with a
 * `status` of their own.
 *
 * "Not found" is never said when nobody was asked, and "failed" never when it may have happened.
 */
import type { ReadOutcome, WriteOutcome } from '../store/client.ts'
import { type Answer, answer, foundAnswer, invalidAnswer } from './answer.ts'
import { REASON_HEADER } from './http-app.ts'
import { quoted } from './key-conditions.ts'

export type WriteVerb = 'put' | 'delete'
type Refused = Exclude<ReadOutcome, { kind: 'found' }>

const FAILED: Readonly<Record<WriteVerb, string>> = {
  put: 'Scrittura fallita su tutti i nodi',
  delete: 'Cancellazione fallita su tutti i nodi',
}
const NO_SHARDS = 'Nessun nodo KVS registrato'
const ABSENT = 'Chiave non trovata su nessuna replica'
const MISMATCH = 'The condition does not hold: the document is not the one that was named'
const BUSY = 'The store is busy; nothing was tried'

/** The keys of a partition have the same list of targets, and there are many keys. */
const targetTexts = new WeakMap<readonly string[], string>()

/** The answer of `PUT` and `DELETE /key/{key}`. */
export function writeAnswer(outcome: WriteOutcome, verb: WriteVerb): Answer {
  switch (outcome.kind) {
    case 'done':
      return {
        ...answer(200, {
          status: 'ok',
          replicas_ok: outcome.replicas,
          targets: outcome.targets,
        }),
        ...etagHeader(outcome.etag),
      }
    case 'mismatch':
      return { ...answer(412, { detail: MISMATCH }), ...etagHeader(outcome.etag) }
    case 'failed':
      return {
        ...answer(502, { detail: FAILED[verb] }),
        headers: { [REASON_HEADER]: headerText(outcome.reason) },
      }
    case 'unknown':
      return answer(504, { detail: unknownSentence(outcome), outcome: 'unknown' })
    default:
      return refusedAnswer(outcome, 'path')
  }
}

/** The answer of `GET /key/{key}`. */
export function readAnswer(outcome: ReadOutcome): Answer {
  if (outcome.kind !== 'found') return refusedAnswer(outcome, 'path')
  return { ...foundAnswer(outcome.text), ...etagHeader(outcome.etag) }
}

/** Of conditional keys; others have no etag. */
function etagHeader(etag: string | null | undefined): Pick<Answer, 'headers'> {
  return typeof etag === 'string' ? { headers: { etag: quoted(etag) } } : {}
}

/** `place` is where a wrong field stands, beside the fields of a body. */
export function refusedAnswer(outcome: Refused, place: 'path' | 'query' | 'body'): Answer {
  switch (outcome.kind) {
    case 'absent':
      return answer(404, { detail: ABSENT })
    case 'unavailable': {
      const { needed, had } = outcome
      return answer(503, { detail: unavailableSentence(outcome), needed, had })
    }
    case 'no-shards':
      return answer(503, { detail: NO_SHARDS })
    case 'invalid': {
      const loc = [placeOf(outcome.field) ?? place, outcome.field]
      return invalidAnswer([{ loc, msg: outcome.reason, type: 'limit' }])
    }
    case 'busy': {
      const seconds = Math.max(1, Math.ceil(outcome.retryAfterMs / 1000))
      return { ...answer(429, { detail: BUSY }), headers: { 'retry-after': String(seconds) } }
    }
  }
}

const BODY_FIELDS: readonly string[] = ['value', 'ttl']
const HEADER_FIELDS: readonly string[] = ['if-match', 'if-none-match', 'idempotency-key']

function placeOf(field: string): 'body' | 'header' | undefined {
  if (BODY_FIELDS.includes(field)) return 'body'
  return HEADER_FIELDS.includes(field) ? 'header' : undefined
}

/** The entry of a put or a delete in the answer of `POST /batch`. */
export function writeResult(outcome: WriteOutcome, verb: WriteVerb): string {
  switch (outcome.kind) {
    case 'done': {
      const { replicas, targets, etag } = outcome
      const named = etag === undefined ? '' : `,"etag":${JSON.stringify(etag)}`
      return `{"status":200,"replicas_ok":${replicas},"targets":${textOfTargets(targets)}${named}}`
    }
    case 'mismatch':
      return JSON.stringify({ status: 412, detail: MISMATCH, etag: outcome.etag })
    case 'failed':
      return JSON.stringify({ status: 502, detail: FAILED[verb], reason: outcome.reason })
    case 'unknown': {
      const { needed, had } = outcome
      const detail = unknownSentence(outcome)
      return JSON.stringify({ status: 504, detail, outcome: 'unknown', needed, had })
    }
    default:
      return refusedResult(outcome)
  }
}

function textOfTargets(targets: readonly string[]): string {
  const known = targetTexts.get(targets)
  if (known !== undefined) return known
  const text = JSON.stringify(targets)
  targetTexts.set(targets, text)
  return text
}

/** The entry of a get: the document, or its text as a string. */
export function readResult(outcome: ReadOutcome, isText: boolean): string {
  if (outcome.kind !== 'found') return refusedResult(outcome)
  const { text, order, etag } = outcome
  if (isText) return JSON.stringify({ status: 200, text, order, etag })
  const named = etag === undefined ? '' : `,"etag":${JSON.stringify(etag)}`
  return `{"status":200,"value":${text},"order":${JSON.stringify(order)}${named}}`
}

function refusedResult(outcome: Refused): string {
  switch (outcome.kind) {
    case 'absent':
      return JSON.stringify({ status: 404, detail: ABSENT })
    case 'unavailable': {
      const { needed, had } = outcome
      return JSON.stringify({ status: 503, detail: unavailableSentence(outcome), needed, had })
    }
    case 'no-shards':
      return JSON.stringify({ status: 503, detail: NO_SHARDS })
    case 'invalid':
      return invalidResult(outcome)
    case 'busy':
      return JSON.stringify({ status: 429, detail: BUSY, retry_after_ms: outcome.retryAfterMs })
  }
}

export function invalidResult({ field, reason }: { field: string; reason: string }): string {
  return JSON.stringify({ status: 422, field, detail: reason })
}

interface Counts {
  readonly needed: number
  readonly had: number
}

function unknownSentence({ needed, had }: Counts): string {
  return (
    `Perhaps done: ${had} of the ${needed} replicas that are needed have it. ` +
    'Sending the same again is safe.'
  )
}

function unavailableSentence({ needed, had }: Counts): string {
  return `${had} of the ${needed} replicas that are needed answered, so nobody knows.`
}

/** What HTTP takes in a header; anything else is left out. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '')
}
