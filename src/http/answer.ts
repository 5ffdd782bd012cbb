/**
 * An answer as a value: a status and JSON text. Routes on the path of readings put their text
 * together themselves, since a stored document goes out as the text it came in as.
 */
import type { FastifyReply } from 'fastify'
import { type FieldProblem, STATUS_INVALID } from './problems.ts'

export interface Answer {
  readonly status: number
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Texts sent with it go out as they are. */
export const JSON_TYPE = 'application/json; charset=utf-8'

export function answer(status: number, body: object): Answer {
  return { status, text: JSON.stringify(body) }
}

export function invalidAnswer(problems: readonly FieldProblem[]): Answer {
  return answer(STATUS_INVALID, { detail: problems })
}

/** The answer that carries a document as the text it is stored as. */
export function foundAnswer(valueText: string): Answer {
  return { status: 200, text: `{"value":${valueText}}` }
}

/** What cannot be answered now may be asked again after so many seconds. */
export const COME_AGAIN = { 'retry-after': '1' } as const
const STATUS_NOT_NOW = 503

/** An answer's own headers; where nothing can be said now, also when to ask again. */
export function headersOf({ status, headers = {} }: Answer): Readonly<Record<string, string>> {
  return status === STATUS_NOT_NOW ? { ...COME_AGAIN, ...headers } : headers
}

export function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  const { status, text } = answer
  return reply.headers(headersOf(answer)).code(status).type(JSON_TYPE).send(text)
}
